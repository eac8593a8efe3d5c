"""The layer between feature maps and fully connected layers, without a copy. N batch; other axes are arbitrary."""

from __future__ import annotations

import math

from framework.layer import Array
from framework.reference import flatten
from framework.reference._arguments import floating
from framework.reference.fast._layer import FastLayer
from framework.reference.fast._memory import batch_first, batch_last


class Flatten(FastLayer, flatten.Flatten):
    """Inside a network a view: with the batch innermost, feature maps and rows lie in memory in the same order."""

    def forward(self, x: Array) -> Array:
        """Return `x` (N, ...) as (N, product of the other axes)."""
        if not self.inside_network:
            return super().forward(x)
        self._shape = x.shape
        return batch_first(batch_last(floating(x)).reshape(math.prod(x.shape[1:]), len(x)))

    def backward(self, dout: Array) -> Array:
        """Return `dout` in the shape of the last input."""
        if not self.inside_network:
            return super().backward(dout)
        return batch_first(batch_last(floating(dout)).reshape(*self._shape[1:], len(dout)))
