"""What odd initializers get: a sentence, never the grader's own failure."""

from __future__ import annotations

import pytest

from grader.model import Verdict
from tests.grader.handins import findings, grade, written

BODIES = {
    "returns nothing": ("pass", "returned None"),
    "a number": ("return 0.1", "returned a float"),
    "a list": ("return [[0.1]]", "returned a list"),
    "another shape": ("return np.random.normal(size=(fan_in, fan_out))", "has shape"),
    "undefined numbers": ("return np.full(weights_shape, np.nan)", "infinite or undefined"),
    "one row, copied": (
        "return np.zeros(weights_shape) + np.random.normal(0, (2 / fan_in) ** 0.5, weights_shape[-1])",
        "differ from each other",
    ),
    "complex numbers": ("return np.ones(weights_shape) * 1j", "complex"),
}


@pytest.mark.parametrize(("body", "message"), BODIES.values(), ids=BODIES)
def test_odd_answers_are_named(body: str, message: str) -> None:
    source = (
        f"import numpy as np\nclass He:\n    def initialize(self, weights_shape, fan_in, fan_out):\n        {body}\n"
    )
    report = grade(written(Layers__Initializers=source), ["He"])["He"]
    assert not report.passed
    assert any(message in r.message for r in findings(report)), [r.message for r in findings(report)]
    assert all(r.verdict is not Verdict.BROKEN for r in report.results)


@pytest.mark.parametrize("shape", ["(0,)", "(200, 100)[: 1 + self.calls % 2]"])
def test_answers_whose_shape_changes_are_never_the_graders_fault(shape: str) -> None:
    """Right for the small shapes that are tried first; odd where statistics are computed."""
    source = f"""
import numpy as np

class He:
    calls = 0

    def initialize(self, weights_shape, fan_in, fan_out):
        self.calls += 1
        if np.prod(weights_shape) > 1000:
            weights_shape = {shape}
        return np.random.normal(0, (2 / fan_in) ** 0.5, weights_shape)
"""
    report = grade(written(Layers__Initializers=source), ["He"])["He"]
    assert not report.passed
    assert all(r.verdict is not Verdict.BROKEN for r in report.results), [r.message for r in findings(report)]
