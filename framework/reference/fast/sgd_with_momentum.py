"""Stochastic gradient descent with momentum, in place. P parameters."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from framework.layer import Array
from framework.reference import sgd_with_momentum
from framework.reference.fast._in_place import InPlaceOptimizer


class SgdWithMomentum(InPlaceOptimizer, sgd_with_momentum.SgdWithMomentum):
    """Covers what `InPlaceOptimizer` does."""

    @property
    def has_state(self) -> bool:
        """Whether any step was taken before."""
        return bool(self._velocity)

    def state(self) -> dict[str, Array]:
        """Return the velocities by the name of their parameter."""
        return {name: np.asarray(velocity) for name, velocity in self._velocity.items()}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Take over velocities."""
        self._velocity = {name: np.array(velocity) for name, velocity in state.items()}

    def _descend(self, name: str, w: Array, g: Array) -> None:
        velocity = self.momentum_rate * self._velocity.get(name, 0.0) - self.learning_rate * g
        velocity = velocity.astype(w.dtype, copy=False)
        self._velocity[name] = velocity
        w += velocity
