"""Moving statistics read off outputs."""

from __future__ import annotations

import numpy as np
import pytest

from grader.normalization import Statistics, decay_of, explain, statistics_in_use

GAMMA, BETA = np.array([2.0, -0.5]), np.array([0.1, 3.0])


@pytest.mark.parametrize("shape", [(4, 2), (1, 2, 3, 4), (3, 2, 5)])
def test_statistics_in_use_are_recovered(shape: tuple[int, ...], rng: np.random.Generator) -> None:
    x = 1e4 * rng.standard_normal(shape)
    mean, variance = np.array([300.0, -7e3]), np.array([4e8, 9e6])
    spread = (1, 2, *[1] * (len(shape) - 2))
    y = GAMMA.reshape(spread) * (x - mean.reshape(spread)) / np.sqrt(variance).reshape(spread) + BETA.reshape(spread)
    found = statistics_in_use(x, y, GAMMA, BETA)
    assert found is not None
    np.testing.assert_allclose(found.mean, mean, rtol=1e-9)
    np.testing.assert_allclose(found.variance, variance, rtol=1e-9)


def test_what_is_no_line_has_no_statistics(rng: np.random.Generator) -> None:
    x = rng.standard_normal((6, 2))
    for y in (x**2, -x, np.full(x.shape, np.nan), x[:3], np.zeros(x.shape)):
        assert statistics_in_use(x, y, np.ones(2), np.zeros(2)) is None


def test_a_mean_that_is_no_mixture_has_no_decay() -> None:
    old, batch = Statistics(np.array([0.0, 0.0]), np.ones(2)), Statistics(np.array([1.0, 1.0]), np.ones(2), 6)
    assert decay_of(old, batch, Statistics(np.array([0.2, 0.9]), np.ones(2))) is None
    assert not explain(old, batch, Statistics(np.array([0.2, 0.2]), np.array([5.0, 5.0]))).fitted
    assert explain(old, batch, Statistics(np.array([0.2, 0.2]), np.ones(2))).decay == pytest.approx(0.8)
