"""What all optimizers share: a step down the data's gradient, and a separate one down the penalty's."""

from __future__ import annotations

from abc import abstractmethod

from framework.layer import Array
from framework.optimizer import Optimizer
from framework.reference._arguments import rate


class DecoupledOptimizer(Optimizer):
    """w_new = w + (the rule's own step for g) - learning_rate * (the penalty's gradient at the old w).

    The penalty stays out of velocity and moments (Loshchilov and Hutter, "Decoupled Weight Decay Regularization",
    2019). A subclass says what its own step is. Raises ValueError for a negative or non-finite learning rate.
    """

    def __init__(self, learning_rate: float) -> None:
        super().__init__()
        self.learning_rate = rate("learning_rate", learning_rate, 0)

    def step(self, name: str, w: Array, g: Array) -> Array:
        """Return the new value of the parameter `name`, now `w`, whose gradient is `g`; any shape, or floats."""
        new = w + self._descent(name, g)
        if self.regularizer is not None:
            new = new - self.learning_rate * self.regularizer.calculate_gradient(w)
        return new

    @abstractmethod
    def _descent(self, name: str, g: Array) -> Array:
        """Return what is added to the parameter `name` because of its gradient `g`, and update its state."""
