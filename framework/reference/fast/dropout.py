"""Inverted dropout from raw random bytes. N batch; the other axes are arbitrary."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference import dropout
from framework.reference._arguments import floating
from framework.reference.fast._layer import FastLayer
from framework.reference.fast._memory import batch_first, batch_last


class Dropout(FastLayer, dropout.Dropout):
    """Covers everything; it draws other masks than the general layer from the same `rng`, with the same distribution.

    One byte decides about an element: it is kept if the byte is less than 256 * probability. That is exact for
    probabilities such as 1/2. For others the byte that the limit falls into, one in 256, is decided by a second draw.
    The bytes come from SFC64, the fastest of NumPy's generators, which `rng` seeds.
    """

    def __init__(self, probability: float, *, rng: np.random.Generator | None = None) -> None:
        super().__init__(probability, rng=rng)
        self._bits = np.random.SFC64(np.random.SeedSequence(self._rng.integers(2**63, size=2).tolist()))
        self._more = np.random.Generator(self._bits)

    def forward(self, x: Array) -> Array:
        """Return `x` thinned out and scaled (training), or a copy of it (test phase)."""
        memory = batch_last(floating(x))
        self._factors = self._workspace.array("factors", memory.shape, memory.dtype)
        if self.training:
            kept = self._kept_places(memory.size).reshape(memory.shape)
            np.multiply(kept, 1 / self.probability, out=self._factors, dtype=memory.dtype)
        else:
            self._factors[...] = 1
        return batch_first(np.multiply(memory, self._factors, out=self._result("y", memory.shape, memory.dtype)))

    def backward(self, dout: Array) -> Array:
        """Return `dout` times the factors of the last forward: what was dropped had no influence."""
        return batch_first(batch_last(dout) * self._factors)

    def _kept_places(self, size: int) -> Array:
        """Return so many booleans, each true with the probability to keep."""
        limit, rest = divmod(256 * self.probability, 1)
        raw = self._bits.random_raw(-(-size // 8))
        drawn = np.asarray(raw, np.uint64).view(np.uint8)[:size]
        if limit == 256:
            return np.ones(size, bool)
        kept: Array = drawn < np.uint8(limit)
        if rest:
            undecided = np.flatnonzero(drawn == np.uint8(limit))
            kept[undecided] = self._more.random(len(undecided)) < rest
        return kept
