"""Stochastic gradient descent with momentum."""

from __future__ import annotations

from framework.layer import Array
from framework.reference._arguments import rate
from framework.reference._decoupled import DecoupledOptimizer


class SgdWithMomentum(DecoupledOptimizer):
    """v = momentum_rate * v - learning_rate * g, then w + v; the velocity starts at zero.

    Raises ValueError for a momentum rate outside [0, 1].
    """

    def __init__(self, learning_rate: float, momentum_rate: float) -> None:
        super().__init__(learning_rate)
        self.momentum_rate = rate("momentum_rate", momentum_rate, 0, 1)
        self._velocity: dict[str, Array | float] = {}

    def _descent(self, name: str, g: Array) -> Array:
        velocity = self.momentum_rate * self._velocity.get(name, 0.0) - self.learning_rate * g
        self._velocity[name] = velocity
        return velocity
