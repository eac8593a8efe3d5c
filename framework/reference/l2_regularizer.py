"""The squared penalty on the weights."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference._arguments import rate
from framework.regularizer import Regularizer


class L2_Regularizer(Regularizer):
    """Gradient alpha * w, norm alpha * sum(w**2): the exercise's factors, of which one is not the other's derivative.

    Raises ValueError for a negative alpha.
    """

    def __init__(self, alpha: float) -> None:
        self.alpha = rate("alpha", alpha, 0)

    def calculate_gradient(self, weights: Array) -> Array:
        """Return alpha * weights."""
        return self.alpha * weights

    def norm(self, weights: Array) -> float:
        """Return alpha times the sum of the squared weights, of any shape."""
        return float(self.alpha * np.sum(np.square(weights)))
