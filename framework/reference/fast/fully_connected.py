"""The fully connected layer on batch-innermost memory. N batch, D input features, M output features."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference import fully_connected
from framework.reference.fast._layer import FastLayer
from framework.reference.fast._memory import batch_first, batch_last, is_single_or_double


class FullyConnected(FastLayer, fully_connected.FullyConnected):
    """Covers float32 and float64; other numbers go to the general path.

    It computes the transposed of everything, y^T (M, N) = W^T x^T, because that is what lies in memory.
    """

    def forward(self, x: Array) -> Array:
        """Return x W + b, (N, D) -> (N, M)."""
        W, b = self.parameters["W"], self.parameters["b"]
        self._is_fast = x.ndim == 2 and is_single_or_double(x, W, b)
        if not self._is_fast:
            return super().forward(x)
        self._dtype = np.result_type(x, W, b)
        self._rows = batch_last(self._kept(x).astype(self._dtype, copy=False))
        y = self._result("y", (self.output_size, len(x)), self._dtype)
        np.dot(W.T.astype(self._dtype, copy=False), self._rows, out=y)
        y += b[:, None]
        return batch_first(y)

    def backward(self, dout: Array) -> Array:
        """Add the gradients of `W` and `b`, summed over the batch; return dL/dx, (N, M) -> (N, D)."""
        if not self._is_fast:
            if self.overwrites_gradients:
                self.zero_grad()
            return super().backward(dout)
        rows = self._dout_rows(dout)
        self._take_rows(rows)
        dx = self._result("dx", self._rows.shape, self._dtype)
        return batch_first(np.dot(self.parameters["W"].astype(self._dtype, copy=False), rows, out=dx))

    def parameter_gradients(self, dout: Array) -> None:
        """Add the gradients of `W` and `b`, no more."""
        if self._is_fast:
            self._take_rows(self._dout_rows(dout))
        else:
            self.backward(dout)

    def _dout_rows(self, dout: Array) -> Array:
        return batch_last(dout.astype(self._dtype, copy=False))

    def _take_rows(self, rows: Array) -> None:
        """Add the gradients for `rows`, dL/dy (M, N)."""
        dW = self.gradients["W"]
        if self.overwrites_gradients and dW.dtype == self._dtype and dW.flags.c_contiguous:
            np.dot(self._rows, rows.T, out=dW)
        else:
            self._take("W", np.dot(self._rows, rows.T))
        self._take("b", rows.sum(axis=1))
