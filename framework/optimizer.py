"""The interface of an optimizer (native contract)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from framework.layer import Array

if TYPE_CHECKING:
    from framework.regularizer import Regularizer


class Optimizer(ABC):
    """Turns a gradient into a step. State (velocity, moments, step number) is kept per parameter name.

    - `Sgd(learning_rate)`: w - lr g
    - `SgdWithMomentum(learning_rate, momentum_rate)`: v = momentum_rate v - lr g, from v = 0; w + v
    - `Adam(learning_rate, mu, rho)`: v = mu v + (1 - mu) g; r = rho r + (1 - rho) g**2; with step number k from 1,
      w - lr v / (1 - mu**k) / (sqrt(r / (1 - rho**k)) + eps), eps tiny

    With a regularizer every rule also subtracts `learning_rate * regularizer.calculate_gradient(w)`, taken at the
    old `w` and kept out of velocity and moments (decoupled). Works on arrays of any shape and on Python floats.
    """

    def __init__(self) -> None:
        self.regularizer: Regularizer | None = None

    def add_regularizer(self, regularizer: Regularizer) -> None:
        """Use `regularizer` from now on."""
        self.regularizer = regularizer

    @abstractmethod
    def step(self, name: str, w: Array, g: Array) -> Array:
        """Return the new value of the parameter `name`, now `w`, whose gradient is `g`. Changes neither array."""
