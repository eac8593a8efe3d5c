"""Convolution, ReLU and 2x2 max pooling in one layer. N batch, C input channels, K kernels, P Q output of the Conv."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference.fast._memory import keep_where
from framework.reference.fast._strips import StripCorrelation
from framework.reference.fast.conv import Conv
from framework.reference.fast.pooling import Pooling, Tournament
from framework.reference.fast.relu import ReLU


class ConvBlock(Conv):
    """Pooling((2, 2), (2, 2)) of ReLU of Conv; constructor and parameters are those of Conv.

    A chunk of the product's result is pooled while it is in the cache, and the image of all outputs is never put
    together. Bias and ReLU come afterwards: the ReLU of the maximum is the maximum of the ReLUs, the bias is the same
    for all competitors, and there is only a quarter of the numbers left. Ties do not matter to that: where positive
    numbers are equal both orders choose the first, and where nothing is positive there is no gradient.

    Even P and Q are covered; everything else is computed by the three layers one after the other.
    """

    def forward(self, x: Array) -> Array:
        """Return the pooled maps (N, K, P/2, Q/2), rounded down, for `x` (N, C, H, W)."""
        correlation = self._correlate(x)
        self._is_fused = correlation is not None and all(size % 2 == 0 for size in correlation.geometry.output)
        if correlation is None or not self._is_fused:
            self._relu, self._pooling = ReLU(), Pooling((2, 2), (2, 2))
            return self._pooling.forward(self._relu.forward(super().forward(x)))
        P, _, K, J, N = correlation.shape
        y = self._result("pooled", (P // 2, K, J, N), correlation.geometry.dtype)
        self._tournament = Tournament(self, y.shape)
        for chunk in correlation.chunks:
            windows = slice(chunk.rows.start // 2, chunk.rows.stop // 2)
            self._tournament.play(*_competitors(correlation.outputs(chunk)), out=y[windows], at=windows)
        # max(y + b, 0) = max(y, -b) + b. As a whole array, because with fewer axes NumPy compares number by number.
        opposite = self._workspace.array("opposite bias", y.shape[1:], y.dtype)
        opposite[...] = -self.parameters["b"][:, None, None]
        np.maximum(y, opposite, out=y)
        y -= opposite
        if not self.forward_only:
            self._gate = np.greater(y, 0, out=self._workspace.array("gate", y.shape, bool))
        return y.transpose(3, 1, 0, 2)

    def backward(self, dout: Array) -> Array:
        """Add the gradients of `W` and `b`; return dL/dx, (N, K, P/2, Q/2) -> (N, C, H, W)."""
        if self._correlation is None or not self._is_fused:
            return super().backward(self._relu.backward(self._pooling.backward(dout)))
        self._take_pooled(self._correlation, dout)
        (C, H, W, N), _, _, dtype = self._correlation.geometry
        dx = self._result("dx", (H, C, W, N), dtype)  # in the order that a block in front needs it
        self._correlation.input_gradient(dx.transpose(1, 0, 2, 3))
        return dx.transpose(3, 1, 0, 2)

    def parameter_gradients(self, dout: Array) -> None:
        """Add the gradients of `W` and `b`, no more."""
        if self._correlation is None or not self._is_fused:
            self.backward(dout)
        else:
            self._take_pooled(self._correlation, dout, keep=False)

    def _take_pooled(self, correlation: StripCorrelation, dout: Array, *, keep: bool = True) -> None:
        """Do what `_take_gradients` does, for `dout` (N, K, P/2, Q/2)."""
        memory = np.ascontiguousarray(dout.transpose(2, 1, 3, 0))
        through = keep_where(memory, self._gate, self._workspace.array("through", memory.shape, memory.dtype))
        for chunk in correlation.chunks:
            windows = slice(chunk.rows.start // 2, chunk.rows.stop // 2)
            gradient = chunk.gradient if keep else chunk.outputs
            # A product is faster than a choice of bits. That it makes NaN of an infinite error does not matter here: so
            # do the matrix products that follow.
            self._tournament.hand_back(through[windows], *_competitors(gradient), at=windows, select=np.multiply)
            correlation.take_gradient(chunk, gradient)
        self._take("W", correlation.weight_gradient())
        self._take("b", through.sum(axis=(0, 2, 3)))


def _competitors(rows: Array) -> tuple[Array, Array, Array, Array]:
    """Return the four entries of every window in rows of outputs (p, 2, K, J, N), in reading order."""
    return rows[::2, 0], rows[::2, 1], rows[1::2, 0], rows[1::2, 1]
