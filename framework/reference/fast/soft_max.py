"""The softmax over columns of memory. N batch, M classes."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference import soft_max
from framework.reference.fast._layer import FastLayer
from framework.reference.fast._memory import batch_first, batch_last, is_single_or_double


class SoftMax(FastLayer, soft_max.SoftMax):
    """Covers float32 and float64; other numbers go to the general path.

    With the batch innermost, the maximum and the sum over the classes run over whole rows of samples at a time.
    """

    def forward(self, x: Array) -> Array:
        """Return the row-wise softmax, (N, M) -> (N, M)."""
        self._is_fast = x.ndim == 2 and x.size > 0 and is_single_or_double(x)
        if not self._is_fast:
            return super().forward(x)
        memory = batch_last(x)
        y = np.subtract(memory, memory.max(axis=0), out=self._result("y", memory.shape, memory.dtype))
        np.exp(y, out=y)
        y /= y.sum(axis=0)
        self._columns = self._kept(y)
        return batch_first(y)

    def backward(self, dout: Array) -> Array:
        """Return dL/dx = y (dout - sum_j dout_j y_j), (N, M) -> (N, M)."""
        if not self._is_fast:
            return super().backward(dout)
        y = self._columns
        weighted = batch_last(dout) * y
        weighted -= y * weighted.sum(axis=0)
        return batch_first(weighted)
