"""The options of `dispatch.py`, a file for each group of them; `--help` is made of this."""

from __future__ import annotations

import argparse

from grader import __version__
from grader.options.batch import add_batch_options
from grader.options.course import add_course_options
from grader.options.dialects import add_dialect_options
from grader.options.focus import add_focus_options
from grader.options.handout import add_handout_options
from grader.options.kinds import report, seconds, seed
from grader.options.one_line import OneLineParser
from grader.options.selftest import add_selftest_options
from grader.references import has_references
from grader.sandbox.levels import LEVELS

_INSTRUCTORS = (  # what a student kit refuses: its help does not offer it
    *("batch", "store", "jobs", "attempt", "executor", "scheduler", "roster", "regrade", "yes"),
    *("selftest", "handout"),
)

_EPILOG = """\
examples:
  python dispatch.py --task RNN                          grade your hand-in (the one in submissions/)
  python dispatch.py --task all --submission submissions/example_fau
  python dispatch.py --task rnn,adam --submission a --submission hand-in.zip --seed 7 --report json=-
  python dispatch.py --batch inbox/ --jobs 2 --report csv=grades.csv --report html=report/
  python dispatch.py --task RNN --watch                  again at every save, what failed first
  python dispatch.py --check Conv.input_gradient --plot pictures/
  python dispatch.py --explain RNN.memory_gradient       formula, points, and five lines to try it by hand
  python dispatch.py --list -v                           every task and check, with points
  python dispatch.py --selftest --task GELU              what the checks of a task notice, and what they miss

exit codes: 0 all core checks passed, 1 some did not, 2 wrong usage, 3 the grader itself is broken, 130 interrupted,
141 the reader of the output went away (as in `| head`);
with --batch: 0 every hand-in got its verdicts, 3 the grader failed on some (listed; they have no mark)
"""


def parser() -> OneLineParser:
    """Return the parser of the command line."""
    made = OneLineParser(
        prog="dispatch.py",
        description="Grades neural-network layers written from scratch in NumPy: shapes, values, numerical gradients, "
        "updates, state. Your code runs in a process of its own, shut in as well as this machine can; nothing is "
        "sent anywhere.",
        epilog=_epilog(),
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
    add_dialect_options(made)
    made.add_argument("--seed", type=seed, metavar="N", help="repeat a run exactly; default: drawn, and printed")
    made.add_argument(
        "--report",
        action="append",
        default=[],
        type=report,
        metavar="FORMAT=FILE",
        help="also write a report: json=FILE; FILE - is standard output (the table then goes to standard error)",
    )
    made.add_argument(
        "--timeout",
        type=seconds,
        metavar="SECONDS",
        help="longest wait for one answer of the hand-in (default 10; importing it may take twice as long)",
    )
    add_focus_options(made)
    add_course_options(made)
    add_batch_options(made)
    add_selftest_options(made)
    add_handout_options(made)
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
    if not has_references():
        made.hide(_INSTRUCTORS)
    return made


def _epilog() -> str:
    """Return the examples and exit codes; in a student kit without those that it refuses."""
    if has_references():
        return _EPILOG
    lines = _EPILOG.splitlines(keepends=True)
    return "".join(line for line in lines if not any(f"--{name}" in line for name in _INSTRUCTORS))
