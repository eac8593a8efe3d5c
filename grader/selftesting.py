"""`--selftest` on the command line, and whether this copy of the grader has it at all."""

from __future__ import annotations

import argparse
import secrets

from grader.cli import cores
from grader.dispatching import UsageError
from grader.options.kinds import names


def selftest(options: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Try the checks themselves and return the exit code; ends the program for wrong ones."""
    tasks = names(options.task)
    if options.task and not tasks:
        parser.error("--task is empty; it takes names, such as RNN,Adam or all")
    try:
        from grader.selftest.run import run_selftest
    except ModuleNotFoundError as exc:
        if not str(exc.name).startswith("grader.selftest"):
            raise
        parser.error("this copy of backcheck comes without the self-test: it is the instructor's")
    seed = options.seed if options.seed is not None else secrets.randbelow(1_000_000)
    jobs = options.jobs or cores()
    try:
        return run_selftest(tasks or ["all"], names(options.skip), seed, jobs=jobs, verbose=options.verbose)
    except UsageError as exc:
        parser.error(str(exc))
