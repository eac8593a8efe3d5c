"""Max pooling as a tournament. N batch, C channels, P Q output height and width."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework.layer import Array
from framework.reference import pooling
from framework.reference.fast._layer import FastLayer
from framework.reference.fast._memory import batch_first, batch_last, is_single_or_double, keep_where


class Tournament:
    """The maximum of four arrays, elementwise: two semifinals and a final.

    A later competitor wins only if it is strictly larger, so that the first of equals is the winner, as in the general
    path. What is kept are four boolean arrays of `shape` that say where each competitor has won. A tournament can be
    played in parts: `at` is the part of the first axis that the arrays are.
    """

    def __init__(self, layer: FastLayer, shape: tuple[int, ...]) -> None:
        self._workspace = layer._workspace
        self._note_winners = not layer.forward_only
        if self._note_winners:
            self._wins = [self._workspace.array(f"winners {i}", shape, bool) for i in range(4)]

    def play(
        self, first: Array, second: Array, third: Array, fourth: Array, out: Array, at: slice = slice(None)
    ) -> None:
        """Write the maxima of four arrays of one shape to `out`."""
        upper = np.maximum(first, second, out=out)
        lower = np.maximum(third, fourth, out=self._workspace.array("lower", out.shape, out.dtype))
        if self._note_winners:
            first_wins, second_wins, third_wins, fourth_wins = (wins[at] for wins in self._wins)
            upper_wins = self._workspace.array("upper wins", out.shape, bool)
            lower_wins = np.greater(lower, upper, out=third_wins)
            np.logical_not(lower_wins, out=upper_wins)
            # Of booleans, "a is greater than b" is "a and not b".
            np.greater(second, first, out=second_wins)
            np.greater(upper_wins, second_wins, out=first_wins)
            np.logical_and(upper_wins, second_wins, out=second_wins)
            np.greater(fourth, third, out=fourth_wins)
            np.logical_and(lower_wins, fourth_wins, out=fourth_wins)
            np.greater(lower_wins, fourth_wins, out=third_wins)
        np.maximum(upper, lower, out=out)

    def hand_back(
        self,
        dout: Array,
        first: Array,
        second: Array,
        third: Array,
        fourth: Array,
        at: slice = slice(None),
        select: Callable[..., object] = keep_where,
    ) -> None:
        """Write the gradients of the four arrays to arrays of the same shape, given `dout`, that of the maxima.

        `select` does what `keep_where` does, as far as these numbers go.
        """
        for wins, competitor in zip(self._wins, (first, second, third, fourth), strict=True):
            select(dout, wins[at], competitor)


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
        y = self._result("y", (C, H // 2, W // 2, N), x.dtype)
        self._tournament = Tournament(self, y.shape)
        self._tournament.play(*self._competitors(memory), out=y)
        return batch_first(y)

    def backward(self, dout: Array) -> Array:
        """Return dL/dx (N, C, H, W): each window's error goes to its winner."""
        if not self._is_fast:
            return super().backward(dout)
        memory = batch_last(dout)
        C, P, Q, N = memory.shape
        dx = self._result("dx", (C, 2 * P, 2 * Q, N), memory.dtype)
        # 0 times infinity is not 0; where all is finite, a product is faster than a choice of bits.
        with np.errstate(over="ignore", invalid="ignore"):
            finite = np.isfinite(np.vdot(memory, memory))
        select = np.multiply if finite else keep_where
        self._tournament.hand_back(memory, *self._competitors(dx), select=select)
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
