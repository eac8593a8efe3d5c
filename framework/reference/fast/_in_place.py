"""Optimizers that write the new values where the old ones were."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

import numpy as np

from framework.layer import Array
from framework.reference._decoupled import DecoupledOptimizer
from framework.reference.fast._memory import is_single_or_double


class InPlaceOptimizer(DecoupledOptimizer):
    """Adds `update` to an optimizer. It is meant for one long vector: see `neural_network.py`.

    Covers arrays in float32 or float64 whose gradient has the same dtype; `step` gives all else to the general path.
    """

    def step(self, name: str, w: Array, g: Array) -> Array:
        """Return the new value of the parameter `name`, now `w`, whose gradient is `g`; any shape, or floats."""
        if not self._covers(w, g):
            self._leave_fast_path(name)
            return super().step(name, w, g)
        new = np.array(w, order="C")
        self.update(name, new, np.ascontiguousarray(g))
        return new

    def update(self, name: str, w: Array, g: Array) -> None:
        """Write the new value of the parameter `name` to `w`, which is contiguous, as is its gradient `g`."""
        # The penalty's gradient is taken at the old value.
        penalty = None if self.regularizer is None else self.learning_rate * self.regularizer.calculate_gradient(w)
        self._descend(name, w, g)
        if penalty is not None:
            w -= penalty

    @property
    @abstractmethod
    def has_state(self) -> bool:
        """Whether a step was taken before whose traces matter to the next one."""

    def state(self) -> dict[str, Array]:
        """Return what `update` remembers, as arrays by name; those that are there are not copied."""
        return {}

    def restore(self, state: Mapping[str, Array]) -> None:
        """Remember what `state` of an optimizer with the same rates returned. Raises KeyError if parts are missing."""

    @abstractmethod
    def _descend(self, name: str, w: Array, g: Array) -> None:
        """Add the rule's own step for the gradient `g` to `w`, both contiguous and of one shape."""

    def _leave_fast_path(self, name: str) -> None:
        """Hand the state of `name` over to the general path."""

    @staticmethod
    def _covers(w: Array, g: Array) -> bool:
        """Return whether `update` can make the step."""
        arrays = isinstance(w, np.ndarray) and isinstance(g, np.ndarray)
        return arrays and is_single_or_double(w) and w.dtype == g.dtype and w.shape == g.shape and w.ndim > 0 < w.size
