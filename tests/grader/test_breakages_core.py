"""Real mistakes in a real hand-in: each is noticed where it is, and nowhere else."""

from __future__ import annotations

from itertools import cycle

import pytest

from grader.model import Verdict
from tests.grader.breakages_core import BREAKAGES, Breakage
from tests.grader.handins import findings, grade, patched

CORE = ("FullyConnected", "ReLU", "SoftMax", "CrossEntropyLoss", "Sgd", "Adam", "RNN")
BUILT_ON = {"FullyConnected": {"RNN"}}


@pytest.mark.parametrize(
    ("breakage", "seed"), list(zip(BREAKAGES, cycle((3, 7, 11)), strict=False)), ids=[name for name, *_ in BREAKAGES]
)
def test_breakage_is_caught_in_its_task_only(breakage: Breakage, seed: int) -> None:
    name, task, patches, _ = breakage
    reports = grade(patched("example_fau", patches), CORE, seed, naming=False)
    assert not reports[task].passed, f"{name} passes"
    assert reports[task].score < reports[task].max_score
    assert all(r.verdict is not Verdict.BROKEN for report in reports.values() for r in report.results)
    assert all(r.message for r in findings(reports[task]))
    for other in set(CORE) - {task} - BUILT_ON.get(task, set()):
        assert reports[other].score == reports[other].max_score, f"{name} costs points in {other}"


def test_breakages_cover_every_component_and_what_gradient_checks_miss() -> None:
    assert {task for _, task, _, _ in BREAKAGES} == set(CORE)
    assert len(BREAKAGES) >= 12
    assert sum(missed for *_, missed in BREAKAGES) * 2 >= len(BREAKAGES)
