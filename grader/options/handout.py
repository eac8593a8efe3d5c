"""The option for what students are given."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_handout_options(made: argparse.ArgumentParser) -> None:
    """Add --handout."""
    made.add_argument(
        "--handout",
        type=Path,
        metavar="FOLDER",
        help="write a kit for students into FOLDER (new or empty): interfaces, template, visible checks and right "
        "answers on record for a few seeds; no reference, no misconceptions, no hidden checks; then stop",
    )
