"""Derivatives by central differences along a direction, in as few forward calls as the precision of the answer asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.tolerance import difference_step, tolerance

Array = NDArray[Any]


class Slopes:
    """The slopes of <along, of(x)> at a point, where x stands for one array or for several that are moved at once.

    `of(h, v)` returns the output at the point moved by h times the direction v, a list with one array for each of x.
    `answer` is the precision of the gradient under test: the coarser one of gradient and output decides about step and
    tolerance.
    """

    def __init__(self, of: Callable[[float, Sequence[Array]], Array], along: Array, answer: np.dtype[Any]) -> None:
        self._of = of
        self._along = along
        self.precision = min(np.dtype(np.float64), answer)
        self.calls = 0

    def along(self, v: Sequence[Array]) -> float:
        """Return the slope along v by a four-point difference (Fornberg 1988, order 4): four calls.

        Eight, once, if only the first output shows that the layer computes in single precision.
        """
        planned = self.precision
        slope = self._difference(v)
        return slope if self.precision == planned else self._difference(v)

    def roughly_along(self, v: Sequence[Array]) -> float:
        """Return the slope along v by a two-point difference: two calls, eight digits less."""
        h = difference_step(self.precision)
        return (self._loss(h, v) - self._loss(-h, v)) / (2 * h)

    def noise(self, norm: float, slope: float, size: int) -> float:
        """Return by how much <g, v> and a slope may differ for a gradient g of `size` numbers with this norm."""
        allowed = tolerance("gradient", self.precision)
        return float(allowed.atol * max(size, 1) ** 0.5 + allowed.rtol * max(norm, abs(slope)))

    def _difference(self, v: Sequence[Array]) -> float:
        h = difference_step(self.precision)
        near = self._loss(h, v) - self._loss(-h, v)
        far = self._loss(2 * h, v) - self._loss(-2 * h, v)
        return (8 * near - far) / (12 * h)

    def _loss(self, h: float, v: Sequence[Array]) -> float:
        self.calls += 1
        y = self._of(h, v)
        self.precision = min(self.precision, y.dtype)
        return inner(self._along, y)


def inner(a: Array, b: Array) -> float:
    """Return the sum of the products of two arrays of one shape; NaN if their shapes differ."""
    return float(np.dot(a.ravel().astype(np.float64), b.ravel().astype(np.float64))) if a.shape == b.shape else np.nan
