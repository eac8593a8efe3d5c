"""A loss that keeps its prediction where others find it is noticed; one that computes anew is not."""

from __future__ import annotations

import pytest

from framework.layer import Array
from framework.reference.cross_entropy_loss import CrossEntropyLoss
from framework.reference.l2_loss import L2Loss
from grader.misconceptions.cross_entropy_loss import PredictionOnTheClass
from tests.grader.handins import findings
from tests.grader.inside import grade_class


class SharedByAll(L2Loss):
    """Keeps its prediction on the class."""

    kept: Array

    def forward(self, prediction: Array, label: Array) -> float:
        loss = super().forward(prediction, label)
        SharedByAll.kept = self._prediction
        return loss

    def backward(self, label: Array) -> Array:
        self._prediction = SharedByAll.kept
        return super().backward(label)


@pytest.mark.parametrize(("task", "cls"), [("CrossEntropyLoss", PredictionOnTheClass), ("L2Loss", SharedByAll)])
def test_a_prediction_kept_on_the_class_is_noticed(task: str, cls: type[CrossEntropyLoss] | type[L2Loss]) -> None:
    found = findings(grade_class(task, cls))
    assert {result.check for result in found} == {"losses_are_independent"}
    assert all("another loss was used in between" in result.message for result in found)


@pytest.mark.parametrize(("task", "cls"), [("CrossEntropyLoss", CrossEntropyLoss), ("L2Loss", L2Loss)])
def test_the_references_share_nothing(task: str, cls: type[CrossEntropyLoss] | type[L2Loss]) -> None:
    assert findings(grade_class(task, cls)) == []
