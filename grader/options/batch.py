"""The options for a whole class."""

from __future__ import annotations

import argparse
from pathlib import Path

from grader.options.kinds import count


def add_batch_options(made: argparse.ArgumentParser) -> None:
    """Add the options that go with --batch."""
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
    group.add_argument("--jobs", type=count, metavar="N", help="workers; default: one per core")
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
        "--regrade",
        action="store_true",
        help="after a change of grader, profile, limits or --seed: show who gains, who loses",
    )
    group.add_argument("--yes", action="store_true", help="with --regrade: replace the marks")
