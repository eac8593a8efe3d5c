"""What a new layer is born with is graded by how it behaves, whenever it makes its parameters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from framework.layer import Array
from framework.reference.fully_connected import FullyConnected
from grader.misconceptions.fully_connected import BornFromASeed, BornUndefined, BornWithoutBias, BornWithZeros
from grader.model import Verdict
from tests.grader.handins import findings
from tests.grader.inside import grade_class


class Smaller(FullyConnected):
    """Draws from U[0, 0.1): not what the text says, and enough to learn from."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value in self.parameters.values():
            value *= 0.1


class Lazy(FullyConnected):
    """Draws its weights when it sees the first batch."""

    def __init__(self, input_size: int, output_size: int) -> None:
        super().__init__(input_size, output_size)
        self._drawn = dict(self.parameters)
        self.parameters = {}

    def forward(self, x: Array) -> Array:
        self.parameters = self.parameters or self._drawn
        return super().forward(x)


@pytest.mark.parametrize(
    ("cls", "message"),
    [
        (BornWithZeros, "no positive output for zeros"),
        (BornWithoutBias, "no positive output for zeros"),
        (BornUndefined, "infinite or undefined"),
        (BornFromASeed, "two new layers have the same weights"),
    ],
)
def test_first_weights_that_nothing_can_be_learned_from_are_noticed(cls: type[FullyConnected], message: str) -> None:
    report = grade_class("FullyConnected", cls)
    (found,) = findings(report)
    assert found.check == "first_weights"
    assert message in found.message
    assert report.score < report.max_score


@pytest.mark.parametrize("cls", [Smaller, Lazy])
@pytest.mark.parametrize("seed", range(5))
def test_other_ways_to_start_cost_nothing(cls: type[FullyConnected], seed: int) -> None:
    report = grade_class("FullyConnected", cls, seed)
    assert [r.message for r in findings(report)] == []
    assert report.score == report.max_score


def test_a_bias_that_is_zero_at_times_is_not_taken_for_a_missing_one() -> None:
    """One unit's bias may be drawn as zero: what counts is their sum."""

    class PartlyZero(FullyConnected):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.parameters["b"] = np.where(np.arange(self.output_size) % 3 == 0, 0.0, self.parameters["b"])

    assert findings(grade_class("FullyConnected", PartlyZero)) == []


@pytest.mark.parametrize("shape", [(), (0,), (1, 3), (40, 1)])
def test_a_new_layer_that_answers_in_odd_shapes_is_the_hand_in_s_fault(shape: tuple[int, ...]) -> None:
    class Odd(FullyConnected):
        def forward(self, x: Array) -> Array:
            return super().forward(x) if self.input_size < 40 else np.zeros(shape)

    (found,) = findings(grade_class("FullyConnected", Odd))
    assert found.check == "first_weights"
    assert found.verdict is Verdict.FAILED
    assert "was expected" in found.message
