"""Mistakes in Flatten, Conv and Pooling of a native hand-in: the right check notices, and the mistake gets its name."""

from __future__ import annotations

from itertools import cycle

import pytest

from grader.model import Tier
from tests.grader.breakages_native_conv import BREAKAGES, patches
from tests.grader.handins import findings, grade, patched

ROWS = [
    (*row, check)
    for row, check in zip(patches(), (check for rows in BREAKAGES.values() for _, check, _ in rows), strict=True)
]


@pytest.mark.parametrize(
    ("name", "task", "changes", "check", "seed"),
    [(*row, seed) for row, seed in zip(ROWS, cycle((3, 7, 11)), strict=False)],
    ids=[name for name, _, _, _ in ROWS],
)
def test_breakage_is_caught_and_named(
    name: str, task: str, changes: list[tuple[str, str, str]], check: str, seed: int
) -> None:
    tier, _, check = check.rpartition(":")
    report = grade(patched("example_native", changes), [task], seed)[task]
    found = findings(report)
    assert [r for r in found if r.check == check and r.tier == (tier or Tier.CORE)], f"{check} does not notice {name}"
    assert report.passed == bool(tier)
    assert (report.score == report.max_score) == bool(tier)
    assert report.misconceptions[:1] == (name,)
