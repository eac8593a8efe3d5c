"""What goes wrong in CrossEntropyLoss. N batch, K classes."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from framework.layer import Array
from framework.reference.cross_entropy_loss import CrossEntropyLoss
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class Averaged(CrossEntropyLoss):
    """the loss is averaged over the batch

    Compute the loss of one sample and of ten copies of it. What should the second number be, by the slides?
    """

    def forward(self, prediction: Array, label: Array) -> float:
        return super().forward(prediction, label) / len(prediction)

    def backward(self, label: Array) -> Array:
        return super().backward(label) / len(label)


class AveragedOverAllEntries(CrossEntropyLoss):
    __doc__ = Averaged.__doc__

    def forward(self, prediction: Array, label: Array) -> float:
        return super().forward(prediction, label) / prediction.size

    def backward(self, label: Array) -> Array:
        return super().backward(label) / label.size


class BackwardAveraged(CrossEntropyLoss):
    __doc__ = Averaged.__doc__

    def backward(self, label: Array) -> Array:
        return super().backward(label) / len(label)


class ForwardAveraged(CrossEntropyLoss):
    """forward averages over the batch and backward does not

    Forward and backward describe the same function. How much does the loss that you return change with one prediction?
    """

    def forward(self, prediction: Array, label: Array) -> float:
        return super().forward(prediction, label) / len(prediction)


class ForwardAveragedOverAllEntries(CrossEntropyLoss):
    __doc__ = ForwardAveraged.__doc__

    def forward(self, prediction: Array, label: Array) -> float:
        return super().forward(prediction, label) / prediction.size


class WithoutEpsilon(CrossEntropyLoss):
    """the logarithm of zero is taken where the true class got no probability

    How large may -ln(p) become? Try a prediction that is zero for the true class.
    """

    def forward(self, prediction: Array, label: Array) -> float:
        super().forward(prediction, label)
        return float(-np.sum(label * np.log(prediction)))


class WithoutEpsilonSelected(WithoutEpsilon):
    __doc__ = WithoutEpsilon.__doc__

    def forward(self, prediction: Array, label: Array) -> float:
        super().forward(prediction, label)
        return float(-np.sum(np.log(prediction[label == 1])))


class EpsilonOfAnotherSize(CrossEntropyLoss):
    """the logarithm is guarded by a number of another size than the slides'

    What does a totally wrong sample cost at most? Compare -ln of your number with about 36.
    """


class BackwardWithoutEpsilon(CrossEntropyLoss):
    """backward divides by a probability that may be zero

    Forward guards its logarithm. What guards the division in backward?
    """

    def __init__(self) -> None:
        super().__init__(epsilon_in_backward=False)


class BackwardWithoutAnyCare(CrossEntropyLoss):
    __doc__ = BackwardWithoutEpsilon.__doc__

    def backward(self, label: Array) -> Array:
        gradient: Array = -label / self._prediction
        return gradient


class PredictionOnTheClass(CrossEntropyLoss):
    """what forward remembers belongs to the class, not to the loss

    Who else uses this class in the same run? State belongs to `self`.
    """

    shared: Array

    def forward(self, prediction: Array, label: Array) -> float:
        loss = super().forward(prediction, label)
        PredictionOnTheClass.shared = self._prediction
        return loss

    def backward(self, label: Array) -> Array:
        self._prediction = PredictionOnTheClass.shared
        return super().backward(label)


class BackwardFused(CrossEntropyLoss):
    """backward is the gradient of softmax and cross entropy together

    Softmax is a layer with a backward of its own. What is the derivative of -ln(p) by p alone?
    """

    def backward(self, label: Array) -> Array:
        gradient: Array = self._prediction - label
        return gradient


class BackwardFusedAndAveraged(BackwardFused):
    __doc__ = BackwardFused.__doc__

    def backward(self, label: Array) -> Array:
        return super().backward(label) / len(label)


class SignFlipped(CrossEntropyLoss):
    """the sign is wrong

    Which sign has ln(p) for a probability? The loss must fall when the true class becomes likelier.
    """

    def forward(self, prediction: Array, label: Array) -> float:
        return -super().forward(prediction, label)

    def backward(self, label: Array) -> Array:
        return -super().backward(label)


class SignFlippedForward(CrossEntropyLoss):
    __doc__ = SignFlipped.__doc__

    def forward(self, prediction: Array, label: Array) -> float:
        return -super().forward(prediction, label)


class SignFlippedBackward(CrossEntropyLoss):
    __doc__ = SignFlipped.__doc__

    def backward(self, label: Array) -> Array:
        return -super().backward(label)


class LogarithmOfBaseTen(CrossEntropyLoss):
    """the logarithm is not the natural one

    The derivative of ln(x) is 1/x. What is that of a logarithm to another base, and which one do the slides use?
    """

    unit = math.log(10)

    def forward(self, prediction: Array, label: Array) -> float:
        return super().forward(prediction, label) / self.unit


class LogarithmOfBaseTwo(LogarithmOfBaseTen):
    __doc__ = LogarithmOfBaseTen.__doc__
    unit = math.log(2)


class BaseTenThroughout(LogarithmOfBaseTen):
    __doc__ = LogarithmOfBaseTen.__doc__

    def backward(self, label: Array) -> Array:
        return super().backward(label) / self.unit


class BaseTwoThroughout(BaseTenThroughout):
    __doc__ = LogarithmOfBaseTen.__doc__
    unit = math.log(2)


class OfPredictedClass(CrossEntropyLoss):
    """the loss is that of the predicted class instead of the true one

    Take a sample that is classified wrongly, and surely so. What should it cost, and what does it?
    """

    def forward(self, prediction: Array, label: Array) -> float:
        super().forward(prediction, label)
        return float(-np.sum(np.log(prediction.max(axis=1) + self.epsilon)))


class OfPredictedClassThroughout(OfPredictedClass):
    __doc__ = OfPredictedClass.__doc__

    def backward(self, label: Array) -> Array:
        return super().backward(np.eye(label.shape[1])[self._prediction.argmax(axis=1)])


class BothTerms(CrossEntropyLoss):
    """the classes without a label cost something, too

    Softmax lets the classes compete already. Which terms of the sum are left when a label is one-hot?
    """

    def forward(self, prediction: Array, label: Array) -> float:
        loss = super().forward(prediction, label)
        return loss - float(np.sum((1 - label) * np.log(1 - prediction + self.epsilon)))


class BothTermsThroughout(BothTerms):
    __doc__ = BothTerms.__doc__

    def backward(self, label: Array) -> Array:
        gradient: Array = super().backward(label) + (1 - label) / (1 - self._prediction + self.epsilon)
        return gradient


def _with_epsilon(size: float) -> Callable[..., Any]:
    """Make the class whose epsilon has this size."""
    return type(
        f"EpsilonOf{size:.1e}", (EpsilonOfAnotherSize,), {"__doc__": EpsilonOfAnotherSize.__doc__, "epsilon": size}
    )


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""

    def variants(id: str, *classes: Callable[..., Any]) -> list[Misconception]:
        return [misconception(id, cls, "CrossEntropyLoss") for cls in classes]

    single = np.finfo(np.float32)
    sizes = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 1e-20, 1e-30, 1e-100, 1e-300)
    special = (float(single.eps), float(single.tiny), float(np.finfo(float).tiny))
    return [
        *variants("xent-divides-by-batch", Averaged, AveragedOverAllEntries, BackwardAveraged),
        *variants("xent-forward-mean-backward-sum", ForwardAveraged, ForwardAveragedOverAllEntries),
        *variants("xent-missing-eps", WithoutEpsilon, WithoutEpsilonSelected),
        *variants("xent-eps-wrong-size", *map(_with_epsilon, (*sizes, *special))),
        *variants("xent-backward-missing-eps", BackwardWithoutEpsilon, BackwardWithoutAnyCare),
        *variants("xent-backward-fused", BackwardFused, BackwardFusedAndAveraged),
        *variants("xent-sign", SignFlipped, SignFlippedForward, SignFlippedBackward),
        *variants("xent-log-base", LogarithmOfBaseTen, LogarithmOfBaseTwo, BaseTenThroughout, BaseTwoThroughout),
        *variants("xent-uses-argmax-of-prediction", OfPredictedClass, OfPredictedClassThroughout),
        *variants("xent-both-terms", BothTerms, BothTermsThroughout),
        *variants("activation-cached-from-other-call", PredictionOnTheClass),
    ]
