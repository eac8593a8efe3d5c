"""The interface of an initializer (native contract)."""

from __future__ import annotations

from abc import ABC, abstractmethod

from framework.layer import Array


class Initializer(ABC):
    """Draws the first weights.

    `Constant(value=0.1)`; `UniformRandom()`: U[0, 1); `Xavier()`: normal with standard deviation
    sqrt(2 / (fan_in + fan_out)); `He()`: normal with standard deviation sqrt(2 / fan_in).
    """

    @abstractmethod
    def initialize(self, weights_shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """Return a fresh array of `weights_shape`; the fans are the ones passed in, not read off the shape."""
