"""The convolution on batch-innermost memory, by products that need no im2col; `_strips.py` explains how.

N batch, C input channels, K kernels, H W input height and width, P Q output height and width.
"""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference import conv
from framework.reference.fast._layer import FastLayer
from framework.reference.fast._memory import batch_first, is_single_or_double
from framework.reference.fast._strips import Geometry, StripCorrelation


class Conv(FastLayer, conv.Conv):
    """Covers two dimensions, stride 1, any kernel and padding, float32 and float64.

    Everything else, such as strides and one dimension, goes to the general path.
    """

    # Of the last forward, used again while what its geometry follows from, `_key`, is the same.
    _correlation: StripCorrelation | None = None
    _key: object = None

    def forward(self, x: Array) -> Array:
        """Return the output (N, K, P, Q) for `x` (N, C, H, W), in memory (K, P, Q, N)."""
        correlation = self._correlate(x)
        if correlation is None:
            return super().forward(x)
        P, b, K, J, N = correlation.shape
        y = self._result("y", (K, P, b * J, N), correlation.geometry.dtype)
        # As a whole array: adding one number after the other to rows takes NumPy longer than adding rows to rows.
        bias = self._workspace.array("bias", (K, 1, J, N), y.dtype)
        bias[...] = self.parameters["b"][:, None, None, None]
        for chunk in correlation.chunks:
            outputs = correlation.outputs(chunk)
            for c in range(b):
                np.add(outputs[:, c].transpose(1, 0, 2, 3), bias, out=y[:, chunk.rows, c::b])
        return batch_first(y)

    def backward(self, dout: Array) -> Array:
        """Add the gradients of `W` and `b`; return dL/dx, (N, K, P, Q) -> (N, C, H, W)."""
        if self._correlation is None:
            return self._general_backward(dout)
        self._take_gradients(self._correlation, dout)
        shape, _, _, dtype = self._correlation.geometry
        return batch_first(self._correlation.input_gradient(self._result("dx", shape, dtype)))

    def parameter_gradients(self, dout: Array) -> None:
        """Add the gradients of `W` and `b`, no more."""
        if self._correlation is None:
            self._general_backward(dout)
        else:
            self._take_gradients(self._correlation, dout, keep=False)

    def covers(self, x: Array) -> bool:
        """Return whether the fast path computes the output for `x`; what is illegal it does not."""
        return self._geometry(x) is not None

    def _geometry(self, x: Array) -> Geometry | None:
        """Return the geometry of the products for `x` (N, C, H, W), or None if it is not covered."""
        W, b = self.parameters["W"], self.parameters["b"]
        if not (x.ndim == 4 and self.stride == (1, 1) and x.shape[1] == self.channels and len(x)):
            return None
        if not is_single_or_double(x, W, b):
            return None
        self._space = x.shape[2:]
        vertical, horizontal = self._all_pad_amounts()
        geometry = Geometry((*x.shape[1:], len(x)), W.shape, (vertical, horizontal), np.result_type(x, W, b))
        return geometry if min(geometry.output) > 0 else None

    def _correlate(self, x: Array) -> StripCorrelation | None:
        """Take `x` (N, C, H, W) in and return the products for it, which are kept for backward; None if not covered."""
        W, b = self.parameters["W"], self.parameters["b"]
        key = (x.shape, x.dtype, W.shape, W.dtype, b.dtype)
        if self._correlation is None or key != self._key:
            geometry = self._geometry(x)
            self._correlation = StripCorrelation(self._workspace, geometry) if geometry is not None else None
            self._key = key
        if self._correlation is None:
            return None
        memory = x.transpose(1, 2, 3, 0)
        if memory.strides[-1] != memory.itemsize:  # its columns are needed more than once: so turn it around once
            turned = self._workspace.array("batch last", memory.shape, memory.dtype)
            turned[...] = memory
            memory = turned
        self._correlation.take(memory, W)
        return self._correlation

    def _take_gradients(self, correlation: StripCorrelation, dout: Array, *, keep: bool = True) -> None:
        """Add the gradients of `W` and `b`; unless `keep` is off, that of the input can be computed afterwards."""
        memory, b = dout.transpose(1, 2, 3, 0), correlation.shape[1]
        for chunk in correlation.chunks:
            part = chunk.gradient if keep else chunk.outputs
            for c in range(b):
                part[:, c] = memory[:, chunk.rows, c::b].transpose(1, 0, 2, 3)
            correlation.take_gradient(chunk, part)
        self._take("W", correlation.weight_gradient())
        self._take("b", memory.sum(axis=(1, 2, 3)))

    def _general_backward(self, dout: Array) -> Array:
        if self.overwrites_gradients:
            self.zero_grad()
        return super().backward(dout)
