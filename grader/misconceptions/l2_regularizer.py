"""What goes wrong in L2_Regularizer itself; see `constrained_optimizers` for what optimizers make of it."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference.l2_regularizer import L2_Regularizer
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class NotSquared(L2_Regularizer):
    """the norm is not squared

    Take one weight of 3. What does the penalty add to the loss, and what do you add?
    """

    def norm(self, weights: Array) -> float:
        return float(self.alpha * np.sqrt(np.sum(np.square(weights))))


class LargestSingularValue(L2_Regularizer):
    """the norm is that of a matrix, its largest singular value

    Read what the second argument of np.linalg.norm means for a matrix. What is to be summed, and for how many axes?
    """

    def norm(self, weights: Array) -> float:
        return float(self.alpha * np.linalg.norm(weights, 2))


class SquareOfLargestSingularValue(L2_Regularizer):
    __doc__ = LargestSingularValue.__doc__

    def norm(self, weights: Array) -> float:
        return float(self.alpha * np.linalg.norm(weights, 2) ** 2)


class GradientDoubled(L2_Regularizer):
    """the penalty's gradient is twice what the exercise defines

    The exercise's gradient is not the derivative of its norm. Which factor does its text have?
    """

    def calculate_gradient(self, weights: Array) -> Array:
        return 2 * super().calculate_gradient(weights)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [
        misconception("l2-norm-not-squared", NotSquared, "L2_Regularizer"),
        misconception("l2-spectral-norm", LargestSingularValue, "L2_Regularizer"),
        misconception("l2-spectral-norm", SquareOfLargestSingularValue, "L2_Regularizer"),
        misconception("l2-gradient-factor", GradientDoubled, "L2_Regularizer"),
    ]
