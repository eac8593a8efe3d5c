"""The hyperbolic tangent. N batch; the other axes are arbitrary."""

from __future__ import annotations

import numpy as np

from framework.layer import Array, Layer
from framework.reference._arguments import floating


class TanH(Layer):
    """y = tanh(x), elementwise; y' = 1 - y**2, so it is the output that is kept."""

    def forward(self, x: Array) -> Array:
        """Return tanh(x), shaped like `x` (N, ...)."""
        self._y = self._activation(floating(x))
        return self._y.copy()

    def backward(self, dout: Array) -> Array:
        """Return dL/dx, shaped like `dout` (N, ...)."""
        return dout * self._slope()

    def _activation(self, x: Array) -> Array:
        # np.tanh saturates at +-1; the quotient of exponentials would be inf/inf for large x.
        return np.tanh(x)

    def _slope(self) -> Array:
        return 1 - self._y**2
