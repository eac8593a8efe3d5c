"""The convolution on batch-innermost memory, 2x2 outputs at a time; `_tiles.py` explains how.

N batch, C input channels, K kernels, H W input height and width, P Q output height and width.
"""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference import conv
from framework.reference.fast._layer import FastLayer
from framework.reference.fast._memory import batch_first, is_single_or_double
from framework.reference.fast._tiles import TiledCorrelation


class Conv(FastLayer, conv.Conv):
    """Covers two dimensions, stride 1, any kernel and padding, even P and Q, float32 and float64.

    Everything else, such as strides, one dimension and odd outputs, goes to the general path.
    """

    def forward(self, x: Array) -> Array:
        """Return the output (N, K, P, Q) for `x` (N, C, H, W), in memory (K, P, Q, N)."""
        self._is_fast = self.covers(x)
        if not self._is_fast:
            return super().forward(x)
        tiles = self.tiles(x)
        _, _, K, I, J, N = tiles.shape  # noqa: E741 - rows and columns of tiles
        y = self._result("y", (K, 2 * I, 2 * J, N), tiles.dtype)
        for a in (0, 1):
            for b in (0, 1):
                y[:, a::2, b::2] = tiles[a, b]
        return batch_first(y)

    def backward(self, dout: Array) -> Array:
        """Add the gradients of `W` and `b`; return dL/dx, (N, K, P, Q) -> (N, C, H, W)."""
        if not self._is_fast:
            return self._general_backward(dout)
        tiles = self._dout_tiles(dout)
        self.take_tiles(tiles)
        return self.input_gradient_of(tiles)

    def parameter_gradients(self, dout: Array) -> None:
        """Add the gradients of `W` and `b`, no more."""
        if self._is_fast:
            self.take_tiles(self._dout_tiles(dout))
        else:
            self._general_backward(dout)

    def covers(self, x: Array) -> bool:
        """Return whether the fast path computes the output for `x`; what is illegal it does not."""
        W, b = self.parameters["W"], self.parameters["b"]
        if not (x.ndim == 4 and self.stride == (1, 1) and x.shape[1] == self.channels and len(x)):
            return False
        self._space = x.shape[2:]
        pads = zip(self._space, self._all_pad_amounts(), self.kernel, strict=True)
        out = [size + sum(pad) - kernel + 1 for size, pad, kernel in pads]
        return all(size > 0 and size % 2 == 0 for size in out) and is_single_or_double(x, W, b)

    def tiles(self, x: Array) -> Array:
        """Return the output in tiles, (2, 2, K, P/2, Q/2, N), for an `x` that is covered. The next call reuses it."""
        W, b = self.parameters["W"], self.parameters["b"]
        self._correlation = TiledCorrelation(self._workspace)
        vertical, horizontal = self._all_pad_amounts()
        self._correlation.prepare(x.transpose(1, 2, 3, 0), W, b, (vertical, horizontal), np.result_type(x, W, b))
        return self._correlation.tiles()

    def take_tiles(self, dout: Array) -> None:
        """Add the gradients of `W` and `b` for `dout`, the gradient of what `tiles` returned."""
        dW, db = self._correlation.parameter_gradients(dout)
        self._take("W", dW)
        self._take("b", db)

    def input_gradient_of(self, dout: Array) -> Array:
        """Return dL/dx (N, C, H, W) for `dout`, the gradient of what `tiles` returned."""
        shape = (self.channels, *self._space, dout.shape[-1])
        return batch_first(self._correlation.input_gradient(dout, self._result("dx", shape, dout.dtype)))

    def tile_memory(self) -> Array:
        """Return the array that `tiles` returned, to be filled with its gradient."""
        return self._correlation.tile_memory()

    def _dout_tiles(self, dout: Array) -> Array:
        """Return `dout` (N, K, P, Q) in tiles, (2, 2, K, P/2, Q/2, N); what `tiles` returned is overwritten."""
        memory = dout.transpose(1, 2, 3, 0)
        tiles = self.tile_memory()
        for a in (0, 1):
            for b in (0, 1):
                tiles[a, b] = memory[:, a::2, b::2]
        return tiles

    def _general_backward(self, dout: Array) -> Array:
        if self.overwrites_gradients:
            self.zero_grad()
        return super().backward(dout)
