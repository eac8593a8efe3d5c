"""What goes wrong in L2Loss. N batch, K outputs."""

from __future__ import annotations

from framework.layer import Array
from framework.reference.l2_loss import L2Loss
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class WithoutTwo(L2Loss):
    """a factor of two is missing

    What is the derivative of x^2? Forward and backward describe the same function.
    """

    def backward(self, label: Array) -> Array:
        return super().backward(label) / 2


class HalfThroughout(WithoutTwo):
    __doc__ = WithoutTwo.__doc__

    def forward(self, prediction: Array, label: Array) -> float:
        return super().forward(prediction, label) / 2


class AveragedForward(L2Loss):
    """forward averages and backward does not

    How much does the number that forward returns change with one prediction? Divide in both places or in none.
    """

    def forward(self, prediction: Array, label: Array) -> float:
        return super().forward(prediction, label) / prediction.size


class AveragedForwardOverBatch(L2Loss):
    __doc__ = AveragedForward.__doc__

    def forward(self, prediction: Array, label: Array) -> float:
        return super().forward(prediction, label) / len(prediction)


class AveragedDifferently(AveragedForward):
    __doc__ = AveragedForward.__doc__

    def backward(self, label: Array) -> Array:
        return super().backward(label) / len(label)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    table = {
        "mse-missing-2": (WithoutTwo, HalfThroughout),
        "mse-mean-mismatch": (AveragedForward, AveragedForwardOverBatch, AveragedDifferently),
    }
    return [misconception(id, cls, "L2Loss", dialects=["native"]) for id, classes in table.items() for cls in classes]
