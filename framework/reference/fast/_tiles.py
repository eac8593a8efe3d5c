"""Correlation by matrix products that compute 2x2 neighbouring outputs at a time.

N batch, C input channels, K kernels of h x w, H W input height and width, P Q output height and width, both even.
A *tile* is a 2x2 block of outputs; there are P/2 x Q/2 tiles per image, and M = P/2 * Q/2 * N in a batch. To compute
one tile, a window of (h+1) x (w+1) inputs is needed, here rounded up to even numbers, U x V.

The textbook's im2col copies h*w inputs for each output. Here it is U*V for each tile, so for a 5x5 kernel 9 numbers
an output instead of 25. In return the weights are written into a matrix four times, each time shifted by one
position, with zeros in between (a small Toeplitz matrix), which costs 36/25 times the multiplications:

    tiles (4K, M) = expanded weights (4K, C*U*V + 1) @ columns (C*U*V + 1, M)

The matrix is large enough for the product to run at the machine's best speed, which 16 rows would not be. A last row
of ones in the columns brings the bias, and its gradient on the way back.

The input is stored as 2x2 blocks too, (C, 2, 2, rows of blocks, columns of blocks, N): a window then is U/2 x V/2
whole blocks, and a shift by one tile is a shift by one block. So columns are U/2 * V/2 copies of large slices.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import DTypeLike

from framework.layer import Array
from framework.reference.fast._memory import Workspace


class TiledCorrelation:
    """One layer's products: the output's tiles, and from their gradient those of the weights and of the input.

    `pads` are the zeros in front of and behind H and W. The height and the width of the output must be even.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def prepare(
        self, x: Array, W: Array, b: Array, pads: tuple[tuple[int, int], tuple[int, int]], dtype: DTypeLike
    ) -> None:
        """Take the input `x`, (C, H, W, N) in any memory order, and the weights `W` (K, C, h, w) and `b` (K,)."""
        _, height, width, N = x.shape
        K, _, h, w = W.shape
        self._dtype = np.dtype(dtype)
        self._x_shape, self._kernel, self._pads, self._K = x.shape, (h, w), pads, K
        self._P, self._Q = height + sum(pads[0]) - h + 1, width + sum(pads[1]) - w + 1
        self._U, self._V = 2 * (h // 2 + 1), 2 * (w // 2 + 1)
        self._tile_grid = (self._P // 2, self._Q // 2)
        self._M = self._tile_grid[0] * self._tile_grid[1] * N
        self._make_columns(x)
        self._expand(W, b)

    def tiles(self) -> Array:
        """Return the output as (2, 2, K, P/2, Q/2, N): [a, b] holds the outputs at rows 2i + a and columns 2j + b."""
        out = self.tile_memory()
        np.dot(self._expanded, self._columns, out=out.reshape(4 * self._K, self._M))
        return out

    def tile_memory(self) -> Array:
        """Return the array for the tiles, or for their gradient: there is one for both."""
        shape = (2, 2, self._K, *self._tile_grid, self._x_shape[3])
        return self._workspace.array("tiles", shape, self._dtype)

    def parameter_gradients(self, dout: Array) -> tuple[Array, Array]:
        """Return dL/dW (K, C, h, w) and dL/db (K,) for `dout`, the contiguous gradient of the tiles."""
        K, C, (h, w) = self._K, self._x_shape[0], self._kernel
        shape = self._expanded.shape
        expanded = self._workspace.array("expanded gradient", shape, self._dtype)
        np.dot(dout.reshape(4 * K, self._M), self._columns.T, out=expanded)
        shifted = expanded[:, :-1].reshape(2, 2, K, C, self._U, self._V)
        # Each weight stands in the matrix four times, so its gradient is the sum of four.
        dW = shifted[0, 0, :, :, :h, :w] + shifted[0, 1, :, :, :h, 1 : w + 1]
        dW += shifted[1, 0, :, :, 1 : h + 1, :w]
        dW += shifted[1, 1, :, :, 1 : h + 1, 1 : w + 1]
        return dW, expanded[:, -1].reshape(4, K).sum(axis=0)

    def input_gradient(self, dout: Array, out: Array | None = None) -> Array:
        """Return dL/dx, (C, H, W, N), for `dout`, the contiguous gradient of the tiles."""
        C, _, _, N = self._x_shape
        I, J = self._tile_grid  # noqa: E741 - rows and columns of tiles
        rows, columns = self._U // 2, self._V // 2
        shape = (C, rows, 2, columns, 2, I, J, N)
        shares = self._workspace.array("shares", shape, self._dtype)
        np.dot(self._expanded[:, :-1].T, dout.reshape(4 * self._K, self._M), out=shares.reshape(-1, self._M))
        blocks = self._workspace.array("input gradient", self._blocks.shape, self._dtype)
        blocks[...] = 0
        for i in range(rows):
            for j in range(columns):
                blocks[:, :, :, i : i + I, j : j + J] += shares[:, i, :, j]
        out = np.empty(self._x_shape, self._dtype) if out is None else out
        for (a, b), in_blocks, in_x in self._block_positions():
            out[:, *in_x] = blocks[:, a, b, *in_blocks]
        return out

    def _make_columns(self, x: Array) -> None:
        """Write the window of every tile into one column."""
        C, _, _, N = x.shape
        I, J = self._tile_grid  # noqa: E741 - rows and columns of tiles
        rows, columns = self._U // 2, self._V // 2
        # The border of the blocks is the padding: it stays zero from the first use on.
        shape = (C, 2, 2, I + rows - 1, J + columns - 1, N)
        self._blocks = self._workspace.array(f"blocks {self._pads}", shape, self._dtype, zero=True)
        for (a, b), in_blocks, in_x in self._block_positions():
            self._blocks[:, a, b, *in_blocks] = x[:, *in_x]
        size = C * self._U * self._V
        self._columns = self._workspace.array("columns", (size + 1, self._M), self._dtype)
        self._columns[-1] = 1
        windows = self._columns[:-1].reshape(C, rows, 2, columns, 2, I, J, N)
        for i in range(rows):
            for j in range(columns):
                windows[:, i, :, j] = self._blocks[:, :, :, i : i + I, j : j + J]

    def _expand(self, W: Array, b: Array) -> None:
        """Write the weights four times, each time for another of a tile's outputs."""
        K, C, h, w = W.shape
        shape = (4 * K, C * self._U * self._V + 1)
        self._expanded = self._workspace.array("expanded", shape, self._dtype, zero=True)
        shifted = self._expanded[:, :-1].reshape(2, 2, K, C, self._U, self._V)
        for a in (0, 1):
            for c in (0, 1):
                shifted[a, c, :, :, a : a + h, c : c + w] = W
        self._expanded[:, -1].reshape(4, K)[...] = b

    def _block_positions(self) -> list[tuple[tuple[int, int], tuple[slice, slice], tuple[slice, slice]]]:
        """Return, for each place (a, b) in a block, which blocks hold which part of the input there."""
        _, H, W, _ = self._x_shape
        vertical = [self._one_axis(H, self._pads[0][0], a) for a in (0, 1)]
        horizontal = [self._one_axis(W, self._pads[1][0], b) for b in (0, 1)]
        return [
            ((a, b), (vertical[a][0], horizontal[b][0]), (vertical[a][1], horizontal[b][1]))
            for a in (0, 1)
            for b in (0, 1)
        ]

    @staticmethod
    def _one_axis(size: int, front: int, place: int) -> tuple[slice, slice]:
        """Return which blocks along an axis, and which of its `size` inputs, lie at `place` (0 or 1) of a block.

        Input y lies at y + front of the padded axis, so in block (y + front) // 2.
        """
        first = (place - front) % 2
        count = max(0, -(-(size - first) // 2))
        start = (first + front) // 2
        return slice(start, start + count), slice(first, size, 2)
