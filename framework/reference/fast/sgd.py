"""Stochastic gradient descent in place. P parameters."""

from __future__ import annotations

from framework.layer import Array
from framework.reference import sgd
from framework.reference.fast._in_place import InPlaceOptimizer


class Sgd(InPlaceOptimizer, sgd.Sgd):
    """Covers what `InPlaceOptimizer` does."""

    @property
    def has_state(self) -> bool:
        """Never."""
        return False

    def _descend(self, name: str, w: Array, g: Array) -> None:
        w -= self.learning_rate * g
