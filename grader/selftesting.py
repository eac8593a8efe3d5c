"""`--selftest` on the command line: which options go with it, and whether this copy of the grader has it at all."""

from __future__ import annotations

import argparse
import secrets

from grader.cli import cores
from grader.dispatching import UsageError
from grader.options.kinds import names

_WITH_IT = ("selftest", "task", "skip", "seed", "jobs", "verbose")


def selftest(options: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    """Try the checks themselves and return the exit code; ends the program if options do not go together."""
    usual = vars(parser.parse_args([]))
    strays = [name for name, value in vars(options).items() if name not in _WITH_IT and value != usual[name]]
    if strays:
        option = strays[0].replace("_", "-")
        parser.error(f"--{option} does not go with --selftest, which grades what is installed")
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
