"""Row 50, from nearer by: what lies in the guest itself is no answer to any task."""

from __future__ import annotations

import pytest

from tests.grader.handins import grade, written

_RATES = "    def __init__(self, learning_rate, {0}):\n        super().__init__(learning_rate, {0})\n"
_LAYER = """
import numpy as np
from backcheck_guest import standins
class {name}:
    trainable, optimizer, testing_phase = {trainable}, None, False
    def __init__(self, D=0, M=0):
        self.inner = {inner}
    def forward(self, x):
        return self.inner.forward(x)
    def backward(self, e):
        return self.inner.backward(e)
    weights = property(lambda self: self.inner.weights, lambda self, w: setattr(self.inner, "weights", w))
    gradient_weights = property(lambda self: self.inner.gradient_weights)
    def initialize(self, w, b):
        self.inner.initialize(w, b)
"""
BORROWED = {
    "Adam": "from backcheck_guest.aids import StandInAdam\nclass Adam(StandInAdam):\n" + _RATES.format("mu, rho"),
    "SgdWithMomentum": "from backcheck_guest.aids import StandInMomentum\nclass SgdWithMomentum(StandInMomentum):\n"
    + _RATES.format("momentum_rate"),
    "TanH": _LAYER.format(name="TanH", trainable=False, inner="standins.FauMap(standins.Arctan())"),
    "FullyConnected": _LAYER.format(
        name="FullyConnected",
        trainable=True,
        inner="standins.FauDistances(np.random.rand(D, M), np.random.rand(1, M), True)",
    ),
}
OPTIMIZERS = ("Adam", "SgdWithMomentum")


@pytest.mark.parametrize("task", BORROWED)
def test_stand_ins_earn_no_more_than_shapes_are_worth(task: str) -> None:
    """Everything about values fails; the class is found and answers, so that this is not about a name."""
    place = "Optimization__Optimizers" if task in OPTIMIZERS else f"Layers__{task}"
    report = grade(written(**{place: BORROWED[task]}), [task])[task]
    assert not report.passed
    assert report.results[0].verdict == "passed"
    wrong = [result.check for result in report.results if result.verdict == "failed"]
    assert {"first_step", "later_steps", "forward_value", "value"} & set(wrong), report.results
    assert report.score < report.max_score / 2
