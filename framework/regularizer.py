"""The interface of a constraint on the weights (native contract)."""

from __future__ import annotations

from abc import ABC, abstractmethod

from framework.layer import Array


class Regularizer(ABC):
    """Penalises large weights.

    `L2_Regularizer(alpha)`: gradient alpha * w, norm alpha * sum(w**2) (the course's factor: the gradient is not
    the derivative of the norm). `L1_Regularizer(alpha)`: gradient alpha * sign(w), norm alpha * sum(|w|).
    """

    @abstractmethod
    def calculate_gradient(self, weights: Array) -> Array:
        """Return the penalty's gradient, shaped like `weights`."""

    @abstractmethod
    def norm(self, weights: Array) -> float:
        """Return what this penalty adds to the loss for `weights`."""
