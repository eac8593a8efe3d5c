"""Real mistakes in the layers of a real hand-in: the right check notices each, and points go where they should."""

from __future__ import annotations

from itertools import cycle

import pytest

from grader.model import Tier, Verdict
from tests.grader.breakages_layers import BREAKAGES, Patches
from tests.grader.handins import findings, grade, patched

ROWS = [(task, *row) for task, rows in BREAKAGES.items() for row in rows]
UNTOUCHED = ("Flatten", "Pooling", "Dropout", "Sigmoid", "ReLU", "BatchNormalization")
SAMPLED = 4  # one mistake in so many is also held against a component that has nothing to do with it


@pytest.mark.parametrize(
    ("number", "task", "name", "check", "patches", "seed"),
    [(number, *row, seed) for (number, row), seed in zip(enumerate(ROWS), cycle((3, 7, 11)), strict=False)],
    ids=[name for _, name, _, _ in ROWS],
)
def test_breakage_is_caught(number: int, task: str, name: str, check: str, patches: Patches, seed: int) -> None:
    tier, _, check = check.rpartition(":")
    other = UNTOUCHED[number // SAMPLED % len(UNTOUCHED)] if number % SAMPLED == 0 else task
    submission = patched("example_fau", [(f"Layers/{task}.py", old, new) for old, new in patches])
    reports = grade(submission, {task, other}, seed, naming=False)

    found = findings(reports[task])
    assert [r for r in found if r.check == check and r.tier == (tier or Tier.CORE)], f"{check} does not notice {name}"
    assert all(r.message and (r.hint or r.verdict is Verdict.CRASHED) for r in found)
    assert all(r.verdict in (Verdict.FAILED, Verdict.CRASHED) for r in found)
    if tier:
        assert reports[task].passed
        assert reports[task].score == reports[task].max_score
    else:
        assert not reports[task].passed
        assert reports[task].score < reports[task].max_score
    if other != task:
        assert reports[other].score == reports[other].max_score, f"{name} costs points in {other}"


def test_every_layer_and_every_kind_of_remark_is_covered() -> None:
    assert len(ROWS) >= 80
    assert {check.partition(":")[0] for _, _, check, _ in ROWS if ":" in check} == {"robust", "style"}
    assert len({(name, task, str(patches)) for task, name, _, patches in ROWS}) == len(ROWS)
