"""One check, unchanged, wherever the layer lives: the reference and a wrong variant here, a student's in a guest."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from framework.layer import Array
from framework.reference.fully_connected import FullyConnected
from grader.model import CheckResult, Report, Verdict
from grader.sandbox.probe import best
from tests.grader.handins import example, grade, patched
from tests.grader.inside import grade_class


class Averaging(FullyConnected):
    """The reference with one mistake: the gradient of the weights is divided by the size of the batch."""

    def backward(self, dout: Array) -> Array:
        before = self.gradients["W"].copy()
        dx = super().backward(dout)
        self.gradients["W"] += (before - self.gradients["W"]) * (1 - 1 / len(dout))
        return dx


def _averaging_student() -> Report:
    old = "np.dot(self.input_tensor.T, error_tensor)"
    patch = ("Layers/FullyConnected.py", old, f"{old} / len(error_tensor)")
    return grade(patched("example_fau", [patch]), ["FullyConnected"])["FullyConnected"]


def _result(report: Report) -> CheckResult:
    return next(r for r in report.results if r.check == "parameter_gradients" and r.case == "three samples, 4 -> 5")


@pytest.mark.parametrize(
    ("where", "run", "right"),
    [
        ("none", lambda: grade_class("FullyConnected", FullyConnected), True),
        ("none", lambda: grade_class("FullyConnected", Averaging), False),
        (best().level, lambda: grade(example("example_native"), ["FullyConnected"])["FullyConnected"], True),
        (best().level, lambda: grade(example("example_fau"), ["FullyConnected"])["FullyConnected"], True),
        (best().level, _averaging_student, False),
    ],
    ids=["reference here", "wrong variant here", "native in a guest", "fau in a guest", "wrong in a guest"],
)
def test_a_check_cannot_tell_where_the_layer_lives(where: str, run: Callable[[], Report], right: bool) -> None:
    report = run()
    assert report.isolation == where
    result = _result(report)
    assert result.verdict is (Verdict.PASSED if right else Verdict.FAILED)
    if not right:
        assert "factor, 0.333333" in result.message
