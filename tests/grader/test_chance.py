"""Bounds of the binomial distribution, against SciPy's."""

from __future__ import annotations

import pytest
from scipy.stats import binom

from grader.chance import binomial_bounds


@pytest.mark.parametrize(("trials", "probability"), [(18_000, 0.25), (18_000, 0.7), (100, 0.5), (10, 0.1), (1, 0.5)])
@pytest.mark.parametrize("false_alarm", [1e-6, 1e-3, 0.2])
def test_bounds_are_exact(trials: int, probability: float, false_alarm: float) -> None:
    low, high = binomial_bounds(trials, probability, false_alarm)
    count = binom(trials, probability)
    assert count.cdf(low - 1) <= false_alarm / 2 < count.cdf(low)
    assert count.sf(high) <= false_alarm / 2 < count.sf(high - 1)


@pytest.mark.parametrize(("probability", "count"), [(0.0, 0), (1.0, 7)])
def test_certainty_leaves_no_room(probability: float, count: int) -> None:
    assert binomial_bounds(7, probability) == (count, count)
