"""Honest, hostile and unreadable hand-ins in one class: the honest ones get what they get alone."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.batch.mixed import measure


def test_honest_marks_do_not_depend_on_the_company(tmp_path: Path) -> None:
    """A class of seventeen; `python -m tests.benchmarks.batch mixed` does it with sixty."""
    for line, reached in measure(tmp_path, 0.02):
        assert reached is not False, line
