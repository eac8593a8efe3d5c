"""Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, algorithm 1)."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference._arguments import rate
from framework.reference._decoupled import DecoupledOptimizer


class Adam(DecoupledOptimizer):
    """Steps of about learning_rate, whatever the scale of the gradient.

        v = mu v + (1 - mu) g          r = rho r + (1 - rho) g**2
        w - learning_rate * v / (1 - mu**k) / (sqrt(r / (1 - rho**k)) + epsilon)

    Both moments start at zero, which the divisions by 1 - mu**k and 1 - rho**k correct for; k counts the steps of
    each parameter from 1. `epsilon`, which the contract leaves open, is in common use as 1e-8 and as 2.2e-16.
    Raises ValueError unless mu and rho lie in [0, 1) and epsilon is not negative.
    """

    def __init__(self, learning_rate: float, mu: float, rho: float, *, epsilon: float = 1e-8) -> None:
        super().__init__(learning_rate)
        self.mu = self._decay_rate("mu", mu)
        self.rho = self._decay_rate("rho", rho)
        self.epsilon = rate("epsilon", epsilon, 0)
        self._moments: dict[str, tuple[Array | float, Array | float, int]] = {}

    def _descent(self, name: str, g: Array) -> Array:
        v, r, k = self._moments.get(name, (0.0, 0.0, 0))
        v, r, k = self._averaged(v, self.mu, g), self._averaged(r, self.rho, g**2), k + 1
        self._moments[name] = (v, r, k)
        v, r = self._corrected(v, self.mu, k), self._corrected(r, self.rho, k)
        step: Array = -self.learning_rate * v / (np.sqrt(r) + self.epsilon)
        return step

    def _averaged(self, old: Array | float, decay: float, new: Array) -> Array:
        return decay * old + (1 - decay) * new

    def _corrected(self, moment: Array, decay: float, k: int) -> Array:
        return moment / (1 - decay**k)

    @staticmethod
    def _decay_rate(name: str, value: float) -> float:
        if rate(name, value, 0, 1) == 1:
            raise ValueError(f"{name} must be below 1: an average that keeps everything learns nothing")
        return float(value)
