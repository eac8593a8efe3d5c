"""The tests on random draws: hardly ever a false alarm, and sharp enough for the mistakes that students make."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from grader.distributions import CASES, FALSE_ALARM, Distribution, Normal, Uniform
from grader.remote import Array
from grader.tolerance import deviates

N = 20_000


def test_cases_have_fans_that_no_shape_betrays() -> None:
    for case in CASES:
        fans = case.shapes["fans"]
        assert int(np.prod(case.input_shape)) == N
        assert fans[0] != fans[1]
        assert not set(fans) & set(case.input_shape)


@pytest.mark.parametrize("seed", range(100))
def test_the_right_draws_are_believed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    assert Normal(0.3).complaint(rng.normal(0, 0.3, N)) == ""
    assert Normal(0.3).complaint(rng.normal(0, 0.3, N).astype(np.float32).astype(np.float64)) == ""
    assert Uniform().complaint(rng.random(N)) == ""


def _threshold(distribution: Distribution, draw: object, low: float, high: float) -> float:
    """Return the smallest distortion between two that is noticed."""
    assert callable(draw)
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (low, middle) if distribution.complaint(draw(middle)) else (middle, high)
    return high


def test_bounds_are_wider_than_the_exact_quantiles_and_not_much_wider() -> None:
    """Perfectly spread draws show which standard deviation is refused; SciPy knows how likely it is to come up."""
    grid = stats.norm.ppf((np.arange(N) + 0.5) / N)
    for direction in (1, -1):
        factor = 1 + direction * _threshold(Normal(1.0), lambda d, s=direction: grid * (1 + s * d), 0.0, 0.2)
        square = float(np.sum((grid * factor) ** 2))
        tail = stats.chi2.sf(square, N) if direction == 1 else stats.chi2.cdf(square, N)
        assert 0 < tail < FALSE_ALARM
        assert abs(factor - 1) < 0.035
    uniform = (np.arange(N) + 0.5) / N
    shift = _threshold(Uniform(), lambda d: uniform * (1 - d), 0.0, 0.2)
    assert stats.kstwo.sf(shift, N) < FALSE_ALARM
    assert shift < 0.025


@pytest.mark.parametrize("seed", range(20))
def test_wrong_draws_are_noticed(seed: int) -> None:
    rng = np.random.default_rng(seed)
    edge = 0.3 * np.sqrt(3)
    assert "not normal" in Normal(0.3).complaint(rng.uniform(-edge, edge, N))
    assert "not normal" in Normal(0.3).complaint(0.3 * rng.choice([-1.0, 1.0], N))
    assert "standard deviation" in Normal(0.3).complaint(rng.normal(0, 0.33, N))
    assert "mean" in Normal(0.3).complaint(rng.normal(0.05, 0.3, N))
    assert "outside" in Uniform().complaint(rng.uniform(-0.1, 1.0, N))
    assert "not uniform" in Uniform().complaint(rng.uniform(0.0, 0.9, N))
    assert "not uniform" in Uniform().complaint(rng.random(N) ** 1.2)


def test_undefined_draws_are_noticed_too() -> None:
    assert Normal(1.0).complaint(np.full(N, np.nan))


@pytest.mark.parametrize("seed", range(20))
def test_statistics_tell_right_draws_from_wrong_ones(seed: int) -> None:
    rng = np.random.default_rng(seed)

    def suspicious(what: Normal | Uniform, draws: Array) -> set[str]:
        noted = what.features(draws).items()
        return {
            name
            for name, (value, wanted) in noted
            if deviates(np.array([value]), np.array([wanted]), "statistic").any()
        }

    assert suspicious(Normal(0.3), rng.normal(0, 0.3, 4 * N)) == set()
    assert suspicious(Uniform(), rng.random(4 * N)) == set()
    assert len(suspicious(Normal(0.3), rng.normal(0, 0.33, 4 * N))) == 3
    edge = 0.3 * np.sqrt(3)
    assert len(suspicious(Normal(0.3), rng.uniform(-edge, edge, 4 * N))) >= 2
    assert len(suspicious(Normal(0.3), np.zeros(4 * N))) >= 3
    assert suspicious(Uniform(), rng.uniform(-1, 1, N)) >= {"mean", "smallest draw"}
