"""The logistic sigmoid. N batch; the other axes are arbitrary."""

from __future__ import annotations

import numpy as np

from framework.layer import Array, Layer
from framework.reference._arguments import floating


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)), elementwise; y' = y (1 - y), so it is the output that is kept."""

    def forward(self, x: Array) -> Array:
        """Return the sigmoid of `x` (N, ...)."""
        self._y = self._activation(floating(x))
        return self._y.copy()

    def backward(self, dout: Array) -> Array:
        """Return dL/dx, shaped like `dout` (N, ...)."""
        return dout * self._slope()

    def _activation(self, x: Array) -> Array:
        # exp is only ever taken of -|x|, which cannot overflow: 1/(1+z) for x >= 0, z/(1+z) for x < 0.
        z = np.exp(-np.abs(x))
        y: Array = np.where(x >= 0, 1, z) / (1 + z)
        return y

    def _slope(self) -> Array:
        slope: Array = self._y * (1 - self._y)
        return slope
