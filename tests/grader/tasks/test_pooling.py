"""Pooling: mistakes that only some data show are shown for every seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from framework.reference.pooling import Pooling
from grader.model import Tier
from tests.grader.handins import findings
from tests.grader.inside import grade_class


class Overwriting(Pooling):
    """Keeps the last error where windows share a winner."""

    def backward(self, dout: Any) -> Any:
        dx = np.zeros(self._shape)
        for place, offset in enumerate(np.ndindex(self.window)):
            won = self._winner == place
            dx[:, :, *self._at(offset, dout.shape[2:])][won] = dout[won]
        return dx


class FromZero(Pooling):
    """Starts the search for the maximum at zero."""

    def forward(self, x: Any) -> Any:
        return np.maximum(super().forward(x), 0)


@pytest.mark.parametrize(
    ("cls", "check"), [(Overwriting, "one_winner_of_several_windows"), (FromZero, "negative_inputs")]
)
@pytest.mark.parametrize("seed", range(10))
def test_mistake_is_noticed_for_every_seed(cls: type[Pooling], check: str, seed: int) -> None:
    report = grade_class("Pooling", cls, seed)
    assert check in {r.check for r in findings(report)}
    assert report.score < report.max_score


def test_ties_that_all_get_the_whole_error_are_a_remark() -> None:
    class ToAll(Pooling):
        def forward(self, x: Any) -> Any:
            y = super().forward(x)
            self._largest = self._candidates(x) == y[..., None]
            return y

        def _share(self, dout: Any, place: int) -> Any:
            return dout * self._largest[..., place]

    report = grade_class("Pooling", ToAll)
    assert {(r.check, r.tier) for r in findings(report)} == {("ties", Tier.ROBUST)}
