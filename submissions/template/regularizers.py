"""Constraints on the weights, for arrays of any shape."""

from framework.regularizer import Regularizer


class L2_Regularizer(Regularizer):
    """Gradient alpha * w, norm alpha * sum(w**2). (Not each other's derivative: that is how the course has it.)"""

    def __init__(self, alpha):
        self.alpha = alpha

    def calculate_gradient(self, weights):
        """Return an array shaped like `weights`."""
        raise NotImplementedError("L2_Regularizer.calculate_gradient is yours to write")

    def norm(self, weights):
        """Return one float."""
        raise NotImplementedError("L2_Regularizer.norm is yours to write")


class L1_Regularizer(Regularizer):
    """Gradient alpha * sign(w), norm alpha * sum(|w|)."""

    def __init__(self, alpha):
        self.alpha = alpha

    def calculate_gradient(self, weights):
        """Return an array shaped like `weights`."""
        raise NotImplementedError("L1_Regularizer.calculate_gradient is yours to write")

    def norm(self, weights):
        """Return one float."""
        raise NotImplementedError("L1_Regularizer.norm is yours to write")
