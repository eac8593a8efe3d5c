"""Arguments in, exit code out. Everything heavy is imported after the arguments are known to be right."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from grader.options import parser
from grader.options.alone import stray
from grader.options.focus import focus_of
from grader.options.kinds import names

if TYPE_CHECKING:
    from grader.dispatching import BatchWishes
    from grader.plugins import Registry
    from grader.profile.model import Profile

OK, FAILED, USAGE, BROKEN, INTERRUPTED, UNREAD = 0, 1, 2, 3, 130, 141
PROJECT = Path(__file__).parent.parent
_SET_UP = "python -m pip install -e . (in the folder of dispatch.py; best in a virtual environment, see README.md)"


def run() -> None:
    """Run the command line and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a replaced stream may lack it
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = main(sys.argv[1:])
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = INTERRUPTED
    except BrokenPipeError:  # the reader of our output has gone: nothing is left to say, and the rest was not graded
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = UNREAD
    except Exception as exc:
        code = BROKEN
        missing = str(exc.name) if isinstance(exc, ModuleNotFoundError) else ""
        if missing and missing.partition(".")[0] not in ("grader", "framework"):
            print(f"dispatch.py: {sys.executable} has no {missing}; set it up with: {_SET_UP}", file=sys.stderr)
        else:
            traceback.print_exc()
            print("dispatch.py: the grader itself is broken, as told above; that costs no points", file=sys.stderr)
    sys.exit(code)


def _terminated(number: int, _: object) -> None:
    """Leave in order, so that no guest is left behind."""
    sys.exit(128 + number)


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line and return its exit code."""
    options = parser().parse_args(arguments)
    if strays := stray(options, parser()):
        parser().error(strays)
    if options.doctor:
        from grader.sandbox.doctor import examine

        print(examine(), end="")
        return OK
    from grader.profile.errors import ProfileError

    if options.selftest:
        from grader.selftesting import selftest

        return selftest(options, parser())
    try:
        if options.handout is not None:
            return _handout(options)
        if options.list or options.profile_template is not None:
            return _show(options)
        profile = _profile(options)
    except ProfileError as exc:
        return _complain(str(exc))
    from grader.dispatching import UsageError, Wishes, dispatch

    batch = _batch(options)
    seed = _seed(options.seed)
    try:
        return dispatch(
            Wishes(
                _tasks(options),
                names(options.skip),
                options.submission,
                seed,
                options.report,
                options.timeout,
                options.verbose,
                batch=batch,
                require=options.require,
                focus=focus_of(options, parser().error),
                dialect=options.dialect or "",
                profile=profile,
            )
        )
    except (UsageError, ProfileError) as exc:
        return _complain(str(exc))


def _complain(what: str) -> int:
    from grader.reporters._text import clean

    print(f"dispatch.py: {clean(what)}", file=sys.stderr)
    return USAGE


def _profile(options: argparse.Namespace) -> Profile | None:
    """Return the profile that is asked for, if one is. Raises ProfileError."""
    if options.profile is None:
        return None
    from grader.profile.find import find_profile

    return find_profile(options.profile)


def _show(options: argparse.Namespace) -> int:
    """Carry out --list or --profile-template. Raises ProfileError."""
    from grader.dispatching import tell_troubles
    from grader.plugins import load_registry

    registry = load_registry(diagnosing=False)
    tell_troubles(registry.troubles)
    if options.profile_template is not None:
        from grader.profile.template import write_template

        write_template(registry, options.profile_template)
        return OK
    from grader.listing import listing

    profile = _profile(options)
    if profile is not None:
        from grader.profile.apply import apply_profile

        registry = apply_profile(registry, profile)
    registry = _narrowed(registry, options)
    print(listing(registry, verbose=options.verbose, profile=profile), end="")
    return OK


def _narrowed(registry: Registry, options: argparse.Namespace) -> Registry:
    """Return the registry with the tasks of --task and --skip only; ends the program for one that does not exist."""
    from grader.dispatching import UsageError, Wishes, chosen_tasks

    try:
        chosen = chosen_tasks(registry, Wishes(_tasks(options), names(options.skip), (), 0))
    except UsageError as exc:
        parser().error(str(exc))
    kept = {task.name for task in chosen}
    return replace(registry, tasks={name: task for name, task in registry.tasks.items() if name in kept})


def _tasks(options: argparse.Namespace) -> list[str]:
    """Return the names of --task; ends the program if there is none in it."""
    tasks = names(options.task)
    if options.task and not tasks:
        parser().error("--task is empty; it takes names, such as RNN,Adam or all")
    return tasks or ["all"]


def _handout(options: argparse.Namespace) -> int:
    """Write a student kit. Raises ProfileError."""
    from grader.references import has_references

    if not has_references():
        parser().error("--handout needs the instructor's machine; this is a student kit itself")
    from grader.handout.kit import KitError, hand_out

    try:
        print(hand_out(options.handout, _profile(options)))
    except KitError as exc:
        parser().error(str(exc))
    return OK


def _seed(given: int | None) -> int:
    """Return the seed of a run; ends the program if that cannot be had here."""
    from grader.seeds import drawn_seed, trouble_with

    try:
        trouble = trouble_with(given) if given is not None else ""
        seed = drawn_seed() if given is None else given
    except (OSError, ValueError) as exc:
        trouble = f"this kit is damaged, get it again: {exc}"
    if trouble:
        parser().error(trouble)
    return seed


def _batch(options: argparse.Namespace) -> BatchWishes | None:
    """Return what is asked for a class, None for a single run; ends the program if options do not go together."""
    given = {name: getattr(options, name) for name in ("store", "jobs", "attempt", "executor", "scheduler", "roster")}
    given |= {"regrade": options.regrade or None, "yes": options.yes or None}
    named = [name for name, value in given.items() if value is not None]
    complain = parser().error
    if options.batch is None:
        if named:
            complain(f"--{named[0]} goes with --batch FOLDER")
        return None
    from grader.references import has_references

    if not has_references():
        complain("--batch needs the instructor's machine; this is a student kit, which knows a few seeds only")
    if options.submission:
        complain("--batch takes every hand-in of its folder; leave --submission out")
    if options.yes and not options.regrade:
        complain("--yes goes with --regrade")
    if options.scheduler and options.executor != "dask":
        complain("--scheduler goes with --executor dask")
    from grader.dispatching import BatchWishes

    return BatchWishes(
        inbox=options.batch,
        store=options.store or Path("results.sqlite"),
        seed=options.seed,
        jobs=options.jobs or cores(),
        executor=options.executor or "processes",
        scheduler=options.scheduler,
        rule=options.attempt or "last",
        roster=options.roster,
        regrade=options.regrade,
        yes=options.yes,
    )


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
