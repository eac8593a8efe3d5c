"""Inverted dropout. N batch; the other axes are arbitrary."""

from __future__ import annotations

import numpy as np

from framework.layer import Array, Layer
from framework.reference._arguments import floating, rate


class Dropout(Layer):
    """Keeps each element with `probability`, in training only (Srivastava et al., "Dropout", 2014).

    What is kept is divided by the probability, so the expected output is the input and the test phase has nothing to
    correct. Masks are drawn from `rng`. Raises ValueError for a probability outside (0, 1].
    """

    def __init__(self, probability: float, *, rng: np.random.Generator | None = None) -> None:
        super().__init__()
        self.probability = rate("probability", probability, 0, 1)
        if self.probability == 0:
            raise ValueError("probability is the fraction to keep; with 0 nothing would be left")
        self._rng = rng or np.random.default_rng()

    def forward(self, x: Array) -> Array:
        """Return `x` thinned out and scaled (training), or a copy of it (test phase)."""
        x = floating(x)
        self._factor = self._draw(x) if self.training else np.ones_like(x)
        y: Array = x * self._factor
        return y

    def backward(self, dout: Array) -> Array:
        """Return `dout` times the factors of the last forward: what was dropped had no influence."""
        return dout * self._factor

    def _draw(self, x: Array) -> Array:
        """Return the factors for `x`: 1/probability with that probability, else 0, independently per element."""
        kept = self._rng.random(x.shape) < self.probability
        return kept.astype(x.dtype) / self.probability
