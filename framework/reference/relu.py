"""The rectified linear unit. N batch; the other axes are arbitrary."""

from __future__ import annotations

import numpy as np

from framework.layer import Array, Layer
from framework.reference._arguments import floating


class ReLU(Layer):
    """y = max(0, x), elementwise. At exactly zero the slope is taken to be zero."""

    def forward(self, x: Array) -> Array:
        """Return max(0, x), shaped like `x` (N, ...)."""
        x = floating(x)
        self._open = self._gate(x)
        return np.maximum(x, 0)

    def backward(self, dout: Array) -> Array:
        """Return `dout` where the input was positive, zero elsewhere."""
        # np.where instead of a product: a closed gate stops even an infinite error.
        return np.where(self._open, floating(dout), 0)

    def _gate(self, x: Array) -> Array:
        return x > 0
