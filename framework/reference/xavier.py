"""The initializer of Glorot and Bengio, "Understanding the difficulty of training deep feedforward networks", 2010."""

from __future__ import annotations

import numpy as np

from framework.initializer import Initializer
from framework.layer import Array
from framework.reference._arguments import positive_int


class Xavier(Initializer):
    """Every entry is normal with mean 0 and standard deviation sqrt(2 / (fan_in + fan_out)).

    A compromise between keeping the variance on the way forward (1 / fan_in) and on the way back (1 / fan_out).
    """

    def __init__(self, *, rng: np.random.Generator | None = None) -> None:
        self._rng = rng or np.random.default_rng()

    def initialize(self, weights_shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """Return a fresh array of `weights_shape`. Raises ValueError for fans below one."""
        fans = positive_int("fan_in", fan_in) + positive_int("fan_out", fan_out)
        return self._rng.normal(0, np.sqrt(2 / fans), weights_shape)
