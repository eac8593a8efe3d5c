"""Dropout: statistics that hold for right layers of any make, and fail for near misses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from framework.reference.dropout import Dropout
from grader.model import Tier
from tests.grader.handins import findings
from tests.grader.inside import grade_class


@pytest.mark.parametrize("seed", range(20))
def test_no_false_alarm(seed: int) -> None:
    class Seeded(Dropout):
        def __init__(self, probability: float) -> None:
            super().__init__(probability, rng=np.random.default_rng(seed))

    assert findings(grade_class("Dropout", Seeded, seed)) == []


def test_a_keep_rate_that_is_slightly_off_is_noticed() -> None:
    class Off(Dropout):
        def _draw(self, x: Any) -> Any:
            return (self._rng.random(x.shape) < self.probability**1.1) / self.probability

    assert {r.check for r in findings(grade_class("Dropout", Off))} == {"keep_rate"}


def test_one_mask_for_pairs_of_samples_is_noticed() -> None:
    class Paired(Dropout):
        def _draw(self, x: Any) -> Any:
            return np.repeat(super()._draw(x[::2]), 2, axis=0)[: len(x)]

    report = grade_class("Dropout", Paired)
    assert {r.check for r in findings(report)} == {"elements_are_independent"}
    assert all("samples 0 and 1 lose exactly the same features" in r.message for r in findings(report))


def test_whole_feature_maps_may_be_dropped_from_images() -> None:
    class Spatial(Dropout):
        def _draw(self, x: Any) -> Any:
            return np.broadcast_to(super()._draw(x[..., :1, :1]) if x.ndim == 4 else super()._draw(x), x.shape)

    assert findings(grade_class("Dropout", Spatial)) == []


def test_layers_for_rows_only_get_a_remark() -> None:
    class RowsOnly(Dropout):
        def forward(self, x: Any) -> Any:
            assert x.ndim == 2
            return super().forward(x)

    report = grade_class("Dropout", RowsOnly)
    assert {r.tier for r in findings(report)} <= {Tier.ROBUST, Tier.STYLE}
    assert report.passed
