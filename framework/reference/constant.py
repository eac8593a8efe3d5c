"""The initializer that draws nothing."""

from __future__ import annotations

import numpy as np

from framework.initializer import Initializer
from framework.layer import Array


class Constant(Initializer):
    """Every entry is `value`. Good for biases; weights that start equal stay equal."""

    def __init__(self, value: float = 0.1) -> None:
        self.value = float(value)

    def initialize(self, weights_shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """Return an array of `weights_shape` filled with the value."""
        return np.full(weights_shape, self.value)
