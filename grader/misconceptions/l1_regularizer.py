"""What goes wrong in L1_Regularizer itself; see `constrained_optimizers` for what optimizers make of it."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference.l1_regularizer import L1_Regularizer
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class SizeForSign(L1_Regularizer):
    """the penalty's gradient has the same sign for all weights

    Which way must a negative weight move to come closer to zero?
    """

    def calculate_gradient(self, weights: Array) -> Array:
        gradient: Array = self.alpha * np.abs(weights)
        return gradient


class OneForSign(L1_Regularizer):
    __doc__ = SizeForSign.__doc__

    def calculate_gradient(self, weights: Array) -> Array:
        return np.full_like(weights, self.alpha)


class QuotientForSign(L1_Regularizer):
    """the penalty's gradient is undefined at a weight of zero

    What is 0 / |0|? A new bias is often zero.
    """

    def calculate_gradient(self, weights: Array) -> Array:
        gradient: Array = self.alpha * weights / np.abs(weights)
        return gradient


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [
        misconception("l1-missing-sign", SizeForSign, "L1_Regularizer"),
        misconception("l1-missing-sign", OneForSign, "L1_Regularizer"),
        misconception("l1-nan-at-zero", QuotientForSign, "L1_Regularizer"),
    ]
