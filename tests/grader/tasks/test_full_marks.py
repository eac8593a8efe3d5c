"""The tasks that are not layers: both bundled hand-ins have full marks in them, and every group sums to 100."""

from __future__ import annotations

import pytest

from grader.model import Verdict
from tests.grader.handins import example, findings, grade, registry

TASKS = (
    *("Sgd", "SgdWithMomentum", "Adam", "L1_Regularizer", "L2_Regularizer"),
    *("Constant", "UniformRandom", "Xavier", "He", "L2Loss", "NeuralNetwork"),
)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ["example_fau", "example_native"])
def test_the_examples_have_full_marks(name: str, seed: int) -> None:
    for report in grade(example(name), TASKS, seed).values():
        assert [r.message for r in findings(report)] == []
        assert all(r.verdict is Verdict.PASSED for r in report.results)
        assert report.score == report.max_score == registry().tasks[report.task].total


@pytest.mark.parametrize("group", ["ex1", "ex2", "ex3"])
def test_every_exercise_has_a_hundred_points(group: str) -> None:
    assert sum(task.points.get(group, 0.0) for task in registry().tasks.values()) == pytest.approx(100)


def test_l2_loss_is_asked_of_native_hand_ins_only() -> None:
    assert "L2Loss" not in grade(example("example_fau"), ["L2Loss", "Sgd"])
    assert grade(example("example_native"), ["L2Loss"])["L2Loss"].passed
    assert registry().tasks["L2Loss"].total == 0
