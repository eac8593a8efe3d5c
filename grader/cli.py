"""Arguments in, exit code out. Everything heavy is imported after the arguments are known to be right."""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from grader import __version__
from grader.sandbox.levels import LEVELS

if TYPE_CHECKING:
    from grader.dispatching import BatchWishes

OK, FAILED, USAGE, BROKEN, INTERRUPTED = 0, 1, 2, 3, 130
PROJECT = Path(__file__).parent.parent
_EPILOG = """\
examples:
  python dispatch.py --task RNN                          grade your hand-in (the one in submissions/)
  python dispatch.py --task all --submission submissions/example_fau
  python dispatch.py --task rnn,adam --submission a --submission hand-in.zip --seed 7 --report json=-
  python dispatch.py --batch inbox/ --jobs 2 --report csv=grades.csv --report html=report/
  python dispatch.py --list -v                           every task and check, with points

exit codes: 0 all core checks passed, 1 some did not, 2 wrong usage, 3 the grader itself is broken, 130 interrupted;
with --batch: 0 every hand-in got its verdicts, 3 the grader failed on some (listed; they have no mark)
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    made = argparse.ArgumentParser(
        prog="dispatch.py",
        description="Grades neural-network layers written from scratch in NumPy: shapes, values, numerical gradients, "
        "updates, state. Your code runs in a process of its own, shut in as well as this machine can; nothing is "
        "sent anywhere.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument(
        "--task",
        action="append",
        default=[],
        metavar="NAME[,NAME...]",
        help="what to grade: names of components or groups (all, ex1, ex2, ex3), any case; default: all",
    )
    made.add_argument(
        "--skip",
        action="append",
        default=[],
        metavar="NAME[,NAME...]",
        help="leave these tasks or groups out",
    )
    made.add_argument(
        "--submission",
        action="append",
        default=[],
        metavar="PATH",
        help="a name in submissions/, a folder or a zip; may be repeated; default: the one hand-in in submissions/",
    )
    made.add_argument("--seed", type=_seed, metavar="N", help="repeat a run exactly; default: drawn, and printed")
    made.add_argument(
        "--report",
        action="append",
        default=[],
        type=_report,
        metavar="FORMAT=FILE",
        help="also write a report: json=FILE; FILE - is standard output (the table then goes to standard error)",
    )
    made.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="longest wait for one answer of the hand-in (default 10; importing it may take twice as long)",
    )
    _add_batch_options(made)
    made.add_argument(
        "--require",
        choices=LEVELS,
        metavar="LEVEL",
        help="refuse to grade unless hand-ins are isolated at least like this: full, kernel, namespace or process",
    )
    made.add_argument("--doctor", action="store_true", help="show what this machine offers for isolation; then stop")
    made.add_argument("--list", action="store_true", help="list tasks and their points, with -v every check; then stop")
    made.add_argument("-v", "--verbose", action="store_true", help="show passed checks, and what the hand-in printed")
    made.add_argument("--version", action="version", version=f"backcheck {__version__}")
    return made


def _add_batch_options(made: argparse.ArgumentParser) -> None:
    group = made.add_argument_group("grading a whole class")
    group.add_argument(
        "--batch",
        type=Path,
        metavar="FOLDER",
        help="every folder or zip in FOLDER is a hand-in (as Moodle, Gradescope, Canvas or Blackboard deliver them); "
        "run again to go on after an interruption: nothing is graded twice",
    )
    group.add_argument(
        "--store", type=Path, metavar="FILE", help="the database that keeps every result; default: results.sqlite"
    )
    group.add_argument("--jobs", type=_count, metavar="N", help="workers; default: one per core")
    group.add_argument(
        "--attempt", choices=("last", "first", "best", "all"), help="which attempt of a student counts; default: last"
    )
    group.add_argument(
        "--executor",
        choices=("inline", "processes", "dask"),
        help="where the work is done: in this process, in worker processes (the default), or by Dask (needs [dask])",
    )
    group.add_argument("--scheduler", metavar="ADDRESS", help="Dask's scheduler (tcp://host:8786); else a local one")
    group.add_argument("--roster", metavar="CSV", help="who is in the class, as the LMS exports it (for moodle=FILE)")
    group.add_argument(
        "--regrade", action="store_true", help="after a change of grader, limits or --seed: show who gains, who loses"
    )
    group.add_argument("--yes", action="store_true", help="with --regrade: replace the marks")


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
    except BrokenPipeError:  # the reader of our output has gone: nothing is left to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = OK
    except Exception:
        traceback.print_exc()
        print("dispatch.py: the grader itself is broken, as told above; that costs no points", file=sys.stderr)
        code = BROKEN
    sys.exit(code)


def _terminated(number: int, _: object) -> None:
    """Leave in order, so that no guest is left behind."""
    sys.exit(128 + number)


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line and return its exit code."""
    options = parser().parse_args(arguments)
    if options.doctor:
        from grader.sandbox.doctor import examine

        print(examine(), end="")
        return OK
    if options.list:
        from grader.dispatching import tell_troubles
        from grader.listing import listing
        from grader.plugins import load_registry

        registry = load_registry(diagnosing=False)
        tell_troubles(registry.troubles)
        print(listing(registry, verbose=options.verbose), end="")
        return OK
    from grader.dispatching import UsageError, Wishes, dispatch

    batch = _batch(options)
    seed = options.seed if options.seed is not None else secrets.randbelow(1_000_000)
    names, skipped = _names(options.task), _names(options.skip)
    if options.task and not names:
        parser().error("--task is empty; it takes names, such as RNN,Adam or all")
    try:
        return dispatch(
            Wishes(
                names or ["all"],
                skipped,
                options.submission,
                seed,
                options.report,
                options.timeout,
                options.verbose,
                batch=batch,
                require=options.require,
            )
        )
    except UsageError as exc:
        from grader.reporters._text import clean

        print(f"dispatch.py: {clean(str(exc))}", file=sys.stderr)
        return USAGE


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
        jobs=options.jobs or _cores(),
        executor=options.executor or "processes",
        scheduler=options.scheduler,
        rule=options.attempt or "last",
        roster=options.roster,
        regrade=options.regrade,
        yes=options.yes,
    )


def _cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to 1024, not {text!r}")
    return int(text)


def _names(texts: Sequence[str]) -> list[str]:
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"a seed is a whole number from 0 to 2**63 - 1, not {text!r}")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"a number of seconds above 0, not {text!r}")
    return seconds


def _report(text: str) -> tuple[str, str]:
    name, sign, target = text.partition("=")
    if not (name and sign and target):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form FORMAT=FILE, such as json=report.json")
    return name, target
