"""The absolute penalty on the weights."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference._arguments import rate
from framework.regularizer import Regularizer


class L1_Regularizer(Regularizer):
    """Gradient alpha * sign(w), taken as zero at zero; norm alpha * sum(|w|). It drives small weights to zero.

    Raises ValueError for a negative alpha.
    """

    def __init__(self, alpha: float) -> None:
        self.alpha = rate("alpha", alpha, 0)

    def calculate_gradient(self, weights: Array) -> Array:
        """Return alpha * sign(weights)."""
        gradient: Array = self.alpha * np.sign(weights)
        return gradient

    def norm(self, weights: Array) -> float:
        """Return alpha times the sum of the weights' absolute values, of any shape."""
        return float(self.alpha * np.sum(np.abs(weights)))
