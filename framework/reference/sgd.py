"""Stochastic gradient descent."""

from __future__ import annotations

from framework.layer import Array
from framework.reference._decoupled import DecoupledOptimizer


class Sgd(DecoupledOptimizer):
    """w - learning_rate * g. It has no state."""

    def _descent(self, name: str, g: Array) -> Array:
        return -self.learning_rate * g
