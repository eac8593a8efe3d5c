"""The options for looking at a part of a hand-in more closely."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from grader.focus import Focus
from grader.options.kinds import names


def add_focus_options(made: argparse.ArgumentParser) -> None:
    """Add the options that look at one hand-in more closely; none of them goes with --batch."""
    group = made.add_argument_group("looking closely at one hand-in (not with --batch)")
    group.add_argument(
        "--check",
        action="append",
        metavar="NAME[,NAME...]",
        help="only these checks, and what they need: names as in --list -v, or TASK.NAME; the exit code is theirs",
    )
    group.add_argument(
        "--explain",
        metavar="CHECK",
        help="what a check does, its formula and where that stands, its points, and five lines of Python that do it by "
        "hand: RNN.memory_gradient, or a name with --task; with --submission for the case that fails there; then stop",
    )
    group.add_argument(
        "--first-failure", action="store_true", help="stop at the first core check that fails, and exit with 1"
    )
    group.add_argument(
        "--watch",
        action="store_true",
        help="grade, then again whenever a file is saved: what failed first, the whole task when that passes; Ctrl-C "
        "ends it (exit code 130)",
    )
    group.add_argument(
        "--plot",
        type=Path,
        metavar="FOLDER",
        help="write a picture of every failure that has one (SVG): where an array is wrong, LeNet's loss, what Dropout "
        "kept",
    )


def focus_of(options: argparse.Namespace, complain: Callable[[str], NoReturn]) -> Focus | None:
    """Return what is asked for, None if nothing is; calls `complain` for options that do not go together."""
    checks = tuple(names(options.check or ()))
    if options.explain is not None:
        return _explained(options, complain)
    given = {"check": options.check is not None, "first-failure": options.first_failure, "watch": options.watch}
    given["plot"] = options.plot is not None
    named = [name for name, is_given in given.items() if is_given]
    if not named:
        return None
    if options.batch is not None:
        complain(f"--{named[0]} looks at one hand-in; leave --batch out")
    if options.check is not None and not checks:
        complain("--check is empty; it takes names of checks, such as input_gradient or RNN.memory_on")
    if options.watch and options.report:
        complain("--watch writes no reports; leave --report out")
    if options.watch and options.plot is not None:
        complain("--watch writes no pictures; leave --plot out")
    if options.plot is not None and not _can_be_folder(options.plot):
        complain(f"--plot {options.plot}: not a folder, and none can be made there")
    return Focus(checks, options.first_failure, options.watch, options.plot)


def _explained(options: argparse.Namespace, complain: Callable[[str], NoReturn]) -> Focus:
    others = {"check": options.check, "first-failure": options.first_failure, "watch": options.watch}
    others |= {"plot": options.plot, "report": options.report, "batch": options.batch}
    for name, value in others.items():
        if value:
            complain(f"--explain shows a page about a check; leave --{name} out")
    checks = tuple(names([options.explain]))
    if len(checks) != 1:
        complain("--explain takes the name of one check, such as RNN.memory_gradient")
    return Focus(checks, explain=True)


def _can_be_folder(path: Path) -> bool:
    try:
        folder = path if path.exists() else path.absolute().parent
        return folder.is_dir() and os.access(folder, os.W_OK)
    except OSError:  # a name that is far too long
        return False
