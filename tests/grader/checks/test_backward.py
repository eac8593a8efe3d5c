"""The derivative by differences has the right numbers; only its cost gives it away, and that is a remark."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference.pooling import Pooling
from grader.model import Report
from tests.grader.inside import grade_class


class ByDifferences(Pooling):
    """Row 45 of the attacks: differentiates forward, entry by entry."""

    def forward(self, x: Array) -> Array:
        self._input = np.array(x, dtype=float)
        return super().forward(x)

    def backward(self, dout: Array) -> Array:
        x = self._input
        dx = np.zeros_like(x)
        for index in np.ndindex(*x.shape):
            step = np.zeros_like(x)
            step[index] = 1e-4
            dx[index] = np.sum(dout * (super().forward(x + step) - super().forward(x - step))) / 2e-4
        return dx


def _cost(report: Report) -> list[str]:
    return [remark for remark in report.remarks if "times as long as forward" in remark]


def test_differences_are_remarked_on_and_cost_nothing() -> None:
    report = grade_class("Pooling", ByDifferences)
    assert report.score == report.max_score
    assert len(_cost(report)) == 1


def test_the_derivative_is_not() -> None:
    assert _cost(grade_class("Pooling", Pooling)) == []
