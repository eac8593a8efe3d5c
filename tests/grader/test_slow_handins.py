"""Slow code is not wrong code."""

from __future__ import annotations

from tests.grader.handins import findings, grade
from tests.grader.slow_layers import slow_handin


def test_python_loops_over_every_pixel_get_full_marks() -> None:
    for report in grade(slow_handin(), ["Conv", "Pooling"]).values():
        assert report.passed, findings(report)
