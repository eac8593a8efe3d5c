"""The uniform initializer."""

from __future__ import annotations

import numpy as np

from framework.initializer import Initializer
from framework.layer import Array


class UniformRandom(Initializer):
    """Every entry is drawn from U[0, 1), by `rng` or by a fresh generator of its own."""

    def __init__(self, *, rng: np.random.Generator | None = None) -> None:
        self._rng = rng or np.random.default_rng()

    def initialize(self, weights_shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """Return a fresh array of `weights_shape`."""
        return self._rng.random(weights_shape)
