"""Max pooling as a tournament. N batch, C channels, P Q output height and width."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference import pooling
from framework.reference.fast._layer import FastLayer
from framework.reference.fast._memory import batch_first, batch_last, is_single_or_double, keep_rest, keep_where


class Tournament:
    """The maximum of four arrays, elementwise: two semifinals and a final.

    Who won is kept in three boolean arrays. A later competitor wins only if it is strictly larger, so that the first
    of equals is the winner, as in the general path.
    """

    def __init__(self, layer: FastLayer) -> None:
        self._layer = layer

    def play(self, first: Array, second: Array, third: Array, fourth: Array, out: Array) -> Array:
        """Write the maxima of four arrays of one shape to `out`; return it."""
        array = self._layer._workspace.array
        upper = np.maximum(first, second, out=out)
        lower = np.maximum(third, fourth, out=array("lower", out.shape, out.dtype))
        self._second = np.greater(second, first, out=array("second wins", out.shape, bool))
        self._fourth = np.greater(fourth, third, out=array("fourth wins", out.shape, bool))
        self._lower = np.greater(lower, upper, out=array("lower wins", out.shape, bool))
        return np.maximum(upper, lower, out=out)

    def hand_back(self, dout: Array, first: Array, second: Array, third: Array, fourth: Array) -> None:
        """Write the gradients of the four arrays to arrays of the same shape, given `dout`, that of the maxima."""
        array = self._layer._workspace.array
        lower = keep_where(dout, self._lower, array("lower", dout.shape, dout.dtype))
        upper = keep_rest(dout, lower, array("upper", dout.shape, dout.dtype))
        keep_rest(lower, keep_where(lower, self._fourth, fourth), third)
        keep_rest(upper, keep_where(upper, self._second, second), first)


class Pooling(FastLayer, pooling.Pooling):
    """Covers windows of 2x2 with stride 2, of images of even size, float32 and float64.

    Everything else goes to the general path. A NaN makes its window's output NaN as there, but where in the window the
    gradient then goes may differ.
    """

    def forward(self, x: Array) -> Array:
        """Return the windows' maxima (N, C, P, Q), in memory (C, P, Q, N)."""
        self._is_fast = self._covers(x)
        if not self._is_fast:
            return super().forward(x)
        memory = x.transpose(1, 2, 3, 0)
        C, H, W, N = memory.shape
        self._tournament = Tournament(self)
        y = self._result("y", (C, H // 2, W // 2, N), x.dtype)
        self._tournament.play(*self._competitors(memory), out=y)
        return batch_first(y)

    def backward(self, dout: Array) -> Array:
        """Return dL/dx (N, C, H, W): each window's error goes to its winner."""
        if not self._is_fast:
            return super().backward(dout)
        memory = batch_last(dout)
        C, P, Q, N = memory.shape
        dx = self._result("dx", (C, 2 * P, 2 * Q, N), memory.dtype)
        self._tournament.hand_back(memory, *self._competitors(dx))
        return batch_first(dx)

    def _covers(self, x: Array) -> bool:
        """Return whether the fast path computes the output for `x`; what is illegal it does not."""
        if not (x.ndim == 4 and self.stride == self.window == (2, 2) and is_single_or_double(x)):
            return False
        return x.size > 0 and x.shape[2] % 2 == 0 and x.shape[3] % 2 == 0

    @staticmethod
    def _competitors(memory: Array) -> tuple[Array, Array, Array, Array]:
        """Return views of the four entries of every window in `memory` (C, H, W, N), in reading order."""
        return memory[:, ::2, ::2], memory[:, ::2, 1::2], memory[:, 1::2, ::2], memory[:, 1::2, 1::2]
