"""The option by which the grader grades itself."""

from __future__ import annotations

import argparse


def add_selftest_options(made: argparse.ArgumentParser) -> None:
    """Add --selftest."""
    group = made.add_argument_group("trying the checks themselves")
    group.add_argument(
        "--selftest",
        action="store_true",
        help="grade everything that is known to be right (references, examples, fair variants) and to be wrong "
        "(misconceptions) in all tasks, installed plugins' too, or in those of --task; print how much is noticed and "
        "what is missed; with -v (or one task) which check catches what; exit code 1 if something is not as it should "
        "be. Goes with --task, --skip, --seed, --jobs",
    )
