"""The initializer of He et al., "Delving Deep into Rectifiers", 2015."""

from __future__ import annotations

import numpy as np

from framework.initializer import Initializer
from framework.layer import Array
from framework.reference._arguments import positive_int


class He(Initializer):
    """Every entry is normal with mean 0 and standard deviation sqrt(2 / fan_in).

    The 2 makes up for the half of its input's variance that a ReLU removes.
    """

    def __init__(self, *, rng: np.random.Generator | None = None) -> None:
        self._rng = rng or np.random.default_rng()

    def initialize(self, weights_shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """Return a fresh array of `weights_shape`. Raises ValueError for a fan_in below one."""
        return self._rng.normal(0, np.sqrt(2 / positive_int("fan_in", fan_in)), weights_shape)
