"""The layer between feature maps and fully connected layers. N batch; the other axes are arbitrary."""

from __future__ import annotations

import math

from framework.layer import Array, Layer
from framework.reference._arguments import floating


class Flatten(Layer):
    """Makes one row of each sample, the last axis running fastest; the batch axis stays."""

    def forward(self, x: Array) -> Array:
        """Return a copy of `x`, (N, ...) -> (N, product of the other axes)."""
        self._shape = x.shape
        return floating(x).reshape(len(x), math.prod(x.shape[1:])).copy()

    def backward(self, dout: Array) -> Array:
        """Return a copy of `dout` in the shape of the last input."""
        return floating(dout).reshape(self._shape).copy()
