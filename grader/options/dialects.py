"""The option that says how hand-ins are written."""

from __future__ import annotations

import argparse

from grader.dialects import UnknownDialect, known, names


def add_dialect_options(made: argparse.ArgumentParser) -> None:
    """Add --dialect."""
    made.add_argument(
        "--dialect",
        type=dialect,
        metavar="NAME",
        help=f"read every hand-in as one in this dialect ({', '.join(names())}); default: the one that its files "
        "look like",
    )


def dialect(text: str) -> str:
    """Return the name of a dialect. Raises argparse.ArgumentTypeError for one that there is not."""
    try:
        return known(text)
    except UnknownDialect as exc:
        raise argparse.ArgumentTypeError(str(exc)) from exc
