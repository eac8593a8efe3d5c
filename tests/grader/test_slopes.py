"""Slopes: four-point differences of several arrays at once, in the precision that the layer computes in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from grader.remote import Array
from grader.slopes import Slopes, inner


@pytest.fixture
def points(rng: np.random.Generator) -> list[Array]:
    return [rng.standard_normal(4), rng.standard_normal((4, 3))]


def test_slope_of_two_arrays_moved_at_once(points: list[Array], rng: np.random.Generator) -> None:
    dout, v = rng.standard_normal(3), [rng.standard_normal(each.shape) for each in points]

    def of(h: float, v: Sequence[Array]) -> Array:
        x, w = (at + h * each for at, each in zip(points, v, strict=True))
        return np.asarray(np.sin(x) @ w)

    x, w = points
    right = inner(np.cos(x) * (w @ dout), v[0]) + inner(np.outer(np.sin(x), dout), v[1])
    slopes = Slopes(of, dout, np.dtype(np.float64))
    assert slopes.along(v) == pytest.approx(right, abs=1e-9)
    assert slopes.calls == 4
    assert slopes.roughly_along(v) == pytest.approx(right, abs=1e-6)
    assert slopes.calls == 6


def test_single_precision_shows_in_the_first_output(rng: np.random.Generator) -> None:
    x, dout, v = rng.standard_normal(5), rng.standard_normal(5), rng.standard_normal(5)
    slopes = Slopes(lambda h, v: np.sin(x + h * v[0]).astype(np.float32), dout, np.dtype(np.float64))
    assert slopes.along([v]) == pytest.approx(inner(np.cos(x) * dout, v), abs=1e-3)
    assert slopes.precision == np.float32
    assert slopes.calls == 8
    slopes.along([v])
    assert slopes.calls == 12


def test_output_of_another_shape_is_no_number() -> None:
    assert np.isnan(Slopes(lambda h, v: np.ones(2), np.ones(3), np.dtype(np.float64)).along([np.ones(1)]))
