"""The options for a course's own choices."""

from __future__ import annotations

import argparse


def add_course_options(made: argparse.ArgumentParser) -> None:
    """Add the options about the course's profile."""
    group = made.add_argument_group("a course's own choices")
    group.add_argument(
        "--profile",
        metavar="FILE|NAME",
        help="what the course decides: tasks, points, what is hidden, limits, packages; a file such as course.toml, or "
        "a ready one: exercise (changes nothing), strict (robustness costs points); goes with --list and --batch too",
    )
    group.add_argument(
        "--profile-template",
        nargs="?",
        const="-",
        metavar="FILE",
        help="write a profile with every key, explained and commented out, to FILE or standard output; then stop",
    )
