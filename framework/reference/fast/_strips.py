"""Correlation by matrix products that read overlapping windows where they lie, without im2col.

N batch, C input channels, K kernels of h x w, H W input height and width, P Q output height and width, all at stride 1.
A *tile* is a block of a x b neighbouring outputs, J = Q / b tiles side by side; to compute one, a window of
U x V = (h + a - 1) x (w + b - 1) inputs is needed, U rounded up to a multiple of a.

The textbook's im2col copies all h*w inputs of every output into a matrix. Here each row of the padded input is copied
V times, once for each column of a window, into

    strips (row, C, V, J, N)

and that is all: a window that begins one row of tiles further down begins `a` rows further on in the same memory. So
the windows of one row of tiles are a matrix (U*C*V, J*N) that lies there already, overlapping with the next, and BLAS
is told its stride. For a 5x5 kernel that is three numbers copied for each input instead of 25.

One product computes a whole tile, because 16 rows would be too few for BLAS to reach its best speed. To that end the
weights are written into a matrix a*b times, each time shifted by one position, with zeros in between (a small Toeplitz
matrix); with b = 2 that is 6/5 times the multiplications for a 5x5 kernel:

    outputs (P/a, a*b*K, J*N) = expanded weights (a*b*K, U*C*V) @ windows (P/a, U*C*V, J*N)

The gradient of the weights is the product of the outputs' gradient and the same windows. That of the input is a
correlation as well: the rows of strips that begin at row a*q get their shares from the tiles of rows q - U/a + 1 to q,
which lie one behind the other, so it is one product for each q and nothing has to be added but the strips' columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

from framework.layer import Array
from framework.reference.fast._memory import Workspace

ENOUGH_ROWS = 24  # of a matrix of weights: with fewer BLAS is slower than the work that a larger tile adds
CHUNK = 2**20  # bytes of outputs that are worked on at a time: more than the fastest cache holds, but fewer calls


class Geometry(NamedTuple):
    """What the places of all numbers in memory follow from. `pads` are the zeros in front of and behind H and W."""

    x: tuple[int, int, int, int]  # C, H, W, N
    W: tuple[int, int, int, int]  # K, C, h, w
    pads: tuple[tuple[int, int], tuple[int, int]]
    dtype: np.dtype[Any]

    @property
    def output(self) -> tuple[int, int]:
        """P and Q; not positive where the kernel does not fit in."""
        (_, H, W, _), (_, _, h, w), (vertical, horizontal), _ = self
        return H + sum(vertical) - h + 1, W + sum(horizontal) - w + 1


@dataclass(frozen=True)
class Chunk:
    """Some rows of the output, and the places in memory of what belongs to them. p rows.

    `rows` are an even number of them, except for the last ones of an odd P. All chunks share the memory of `outputs`.
    """

    rows: slice
    windows: Array  # (p/a, U*C*V, J*N)
    outputs: Array  # (p, b, K, J, N): [p, c, k, j] is row p and column b*j + c of map k
    gradient: Array  # the same, of the loss
    shares: Array  # (p/a, a*b*K, U*C*V), of the gradient of the expanded weights


class StripCorrelation:
    """The products of one layer for inputs of one shape: its outputs, and the gradients of weights and input.

    All places are cut out of memory once, because for small batches that takes as long as the products.
    """

    def __init__(self, workspace: Workspace, geometry: Geometry) -> None:
        self.geometry = geometry
        self._workspace = workspace
        (C, _, _, N), (K, _, h, w), pads, dtype = geometry
        P, Q = geometry.output
        a, b = self._tile = _tile(K, P, Q)
        self.shape = (P, b, K, Q // b, N)
        self._columns = Q // b * N
        self._blocks = -(-(h + a - 1) // a)  # of `a` rows, in a window
        U, V = a * self._blocks, w + b - 1
        self._lines = C * V  # of strips in each row
        self._strips = workspace.array(f"strips {pads}", (P - a + U, C, V, Q // b, N), dtype, zero=True)
        self._weights = workspace.array("weights", (a, b, K, U, C, V), dtype, zero=True)
        self._kernels = [
            (i, j, slice(None), slice(i, i + h), slice(None), slice(j, j + w)) for i in range(a) for j in range(b)
        ]
        self._strips_places = list(self._columns_in(self._strips))
        self.chunks = self._cut()

    def take(self, x: Array, W: Array) -> None:
        """Take the input `x`, (C, H, W, N) in any memory order, and the weights `W` (K, C, h, w)."""
        for of_x, in_strips in self._strips_places:
            in_strips[...] = x[:, :, of_x]
        for place in self._kernels:
            self._weights[place] = W.transpose(0, 2, 1, 3)

    def outputs(self, chunk: Chunk) -> Array:
        """Return the outputs of a chunk (p, b, K, J, N), which those of the next overwrite."""
        np.matmul(self._matrix, chunk.windows, out=self._by_tiles(chunk.outputs))
        return chunk.outputs

    def take_gradient(self, chunk: Chunk, dout: Array) -> None:
        """Let `dout` (p, b, K, J, N) enter the gradient of the weights; it may lie in any memory of the chunk's."""
        np.matmul(self._by_tiles(dout), chunk.windows.transpose(0, 2, 1), out=chunk.shares)

    def weight_gradient(self) -> Array:
        """Return dL/dW (K, C, h, w), once the gradients of all chunks are taken."""
        total = self._shares.sum(axis=0).reshape(self._weights.shape)
        # Each weight stands in the matrix a*b times, so its gradient is the sum of as many.
        return np.asarray(sum(total[place] for place in self._kernels)).transpose(0, 2, 1, 3)

    def input_gradient(self, out: Array) -> Array:
        """Write dL/dx to `out`, (C, H, W, N), once all chunks' `gradient` is written; return it."""
        count, blocks, a = len(self._matrix), self._blocks, self._tile[0]
        turned = self._weights.reshape(count, blocks, a, self._lines)[:, ::-1].transpose(2, 3, 1, 0)
        self._back[...] = turned
        for weights, dout, block in self._back_products:
            np.dot(weights, dout, out=block)
        out[...] = 0
        for of_x, in_strips in self._back_places:
            out[:, :, of_x] += in_strips
        return out

    def _cut(self) -> list[Chunk]:
        """Cut the rows of the output into chunks of about the same number of bytes."""
        P, b, K, J, N = self.shape
        a, dtype = self._tile[0], self.geometry.dtype
        self._matrix = self._weights.reshape(a * b * K, -1)
        height = self._matrix.shape[1]
        line = self._columns * dtype.itemsize
        windows = as_strided(
            self._strips, (P // a, height, self._columns), (a * self._lines * line, line, dtype.itemsize)
        )
        most = 2 * max(1, CHUNK // (2 * b * K * J * N * dtype.itemsize))
        outputs = self._workspace.array("outputs", (min(most, P), *self.shape[1:]), dtype)
        self._gradient = self._workspace.array("gradient", self.shape, dtype)
        self._shares = self._workspace.array("shares", (P // a, a * b * K, height), dtype)
        chunks = []
        for start in range(0, P, most):
            rows = slice(start, min(start + most, P))
            tiles = slice(rows.start // a, rows.stop // a)
            mine = outputs[: rows.stop - start], self._gradient[rows], self._shares[tiles]
            chunks.append(Chunk(rows, windows[tiles], *mine))
        return chunks

    @cached_property
    def _back(self) -> Array:
        """The weights as the gradient of the input needs them, (a, C*V, U/a, a*b*K)."""
        shape = (self._tile[0], self._lines, self._blocks, len(self._matrix))
        return self._workspace.array("weights back", shape, self.geometry.dtype)

    @cached_property
    def _strips_gradient(self) -> Array:
        return self._workspace.array("strips' gradient", self._strips.shape, self.geometry.dtype)

    @cached_property
    def _back_products(self) -> list[tuple[Array, Array, Array]]:
        """For every block of rows of strips: the weights, the outputs' gradient that they meet, and the product."""
        a, count, blocks = self._tile[0], len(self._matrix), self._blocks
        weights = self._back.reshape(a * self._lines, blocks * count)
        dout = self._gradient.reshape(-1, self._columns)
        products = []
        for q, block in enumerate(self._strips_gradient.reshape(-1, a * self._lines, self._columns)):
            first, end = max(0, q - blocks + 1), min(q + 1, self.shape[0] // a)
            shift = (blocks - 1 - q) * count
            met = slice(first * count, end * count)
            products.append((weights[:, met.start + shift : met.stop + shift], dout[met], block))
        return products

    @cached_property
    def _back_places(self) -> list[tuple[slice, Array]]:
        return list(self._columns_in(self._strips_gradient))

    def _columns_in(self, strips: Array) -> Iterator[tuple[slice, Array]]:
        """Yield, for every column of a window, which columns of x stand there, and where, as (C, H, columns, N).

        Column b*j + v of the padded input is column b*j + v - front of x, if there is one.
        """
        _, H, W, _ = self.geometry.x
        (above, _), (front, _) = self.geometry.pads
        b = self._tile[1]
        _, _, V, J, _ = strips.shape
        for v in range(V):
            first, end = -(-max(0, front - v) // b), min(J, -(-(W + front - v) // b))
            if first < end:
                start = b * first + v - front
                of_x = slice(start, start + b * (end - first - 1) + 1, b)
                yield of_x, strips[above : above + H, :, v, first:end].transpose(1, 0, 2, 3)

    def _by_tiles(self, outputs: Array) -> Array:
        """Return (p, b, K, J, N) as matrices (p/a, a*b*K, J*N)."""
        return outputs.reshape(-1, len(self._matrix), self._columns)

    def __getstate__(self) -> dict[str, Any]:
        """Keep what was taken; the places are cut anew, since parts of a copied array are no parts of the copy."""
        return {"geometry": self.geometry, "strips": self._strips, "weights": self._weights}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(Workspace(), state["geometry"])  # type: ignore[misc]  # a new one, with the same contents
        self._strips[...], self._weights[...] = state["strips"], state["weights"]


def _tile(K: int, P: int, Q: int) -> tuple[int, int]:
    """Return how many rows and columns of outputs one product computes at a time: what divides, and is large enough."""
    b = 1 if Q % 2 else 2
    return (2 if b * K < ENOUGH_ROWS and P % 2 == 0 else 1), b
