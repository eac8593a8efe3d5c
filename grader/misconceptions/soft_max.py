"""What goes wrong in SoftMax. N batch, M classes."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference._arguments import floating
from framework.reference.soft_max import SoftMax
from grader.hookspecs import hookimpl
from grader.misconceptions.any_layer import SharedCaches
from grader.misconceptions.define import misconception
from grader.model import Misconception


class NotShifted(SoftMax):
    """exp is taken of the scores as they are

    How large is exp(10000)? What can be added to all scores of a sample without changing its probabilities?
    """

    def _shifted(self, x: Array) -> Array:
        return x


class ShiftedByGlobalMaximum(SoftMax):
    """all rows are shifted by the maximum of the whole batch

    Take one sample with scores near 0 and another one near 10000. What is left of the first after the shift?
    """

    def _shifted(self, x: Array) -> Array:
        shifted: Array = x - x.max()
        return shifted


class AlongTheBatch(SoftMax):
    """the probabilities are normalized over the batch instead of over the classes

    Who competes with whom: the classes within one sample, or the samples within one class? Which axis is that?
    """

    def forward(self, x: Array) -> Array:
        powers = np.exp(self._shifted(floating(x)))
        self._y = powers / powers.sum(axis=0, keepdims=True)
        return np.array(self._y)


class ShiftedAlongTheBatchToo(AlongTheBatch):
    __doc__ = AlongTheBatch.__doc__

    def _shifted(self, x: Array) -> Array:
        shifted: Array = x - x.max(axis=0, keepdims=True)
        return shifted


class BackAlongTheBatch(SoftMax):
    __doc__ = AlongTheBatch.__doc__

    def backward(self, dout: Array) -> Array:
        dx: Array = self._y * (dout - np.sum(dout * self._y, axis=0, keepdims=True))
        return dx


class AllAlongTheBatch(BackAlongTheBatch, AlongTheBatch):
    __doc__ = AlongTheBatch.__doc__


class AllShiftedAlongTheBatch(BackAlongTheBatch, ShiftedAlongTheBatchToo):
    __doc__ = AlongTheBatch.__doc__


class OverEverything(AlongTheBatch):
    """the probabilities are normalized over the whole batch

    What should the numbers of one row add up to?
    """

    def forward(self, x: Array) -> Array:
        powers = np.exp(self._shifted(floating(x)))
        self._y = powers / powers.sum()
        return np.array(self._y)


class SumWithoutAxis(SoftMax):
    """a sum per row is spread over the columns, because its axis was dropped

    Which shape has the sum over axis 1, and along which axis does NumPy repeat it when it meets an (N, M) array?
    """

    def forward(self, x: Array) -> Array:
        powers = np.exp(self._shifted(floating(x)))
        self._y = powers / powers.sum(axis=1)
        return np.array(self._y)


class BothWithoutAxis(SumWithoutAxis):
    __doc__ = SumWithoutAxis.__doc__

    def _shifted(self, x: Array) -> Array:
        shifted: Array = x - x.max(axis=1)
        return shifted


class MaximumWithoutAxis(SoftMax):
    __doc__ = SumWithoutAxis.__doc__

    def _shifted(self, x: Array) -> Array:
        shifted: Array = x - x.max(axis=1)
        return shifted


class BackWithoutAxis(SoftMax):
    __doc__ = SumWithoutAxis.__doc__

    def backward(self, dout: Array) -> Array:
        dx: Array = self._y * (dout - np.sum(dout * self._y, axis=1))
        return dx


class AllWithoutAxis(BackWithoutAxis, BothWithoutAxis):
    __doc__ = SumWithoutAxis.__doc__


class DiagonalOnly(SoftMax):
    """backward uses the diagonal of the Jacobian alone

    If one score grows, what happens to the probabilities of the other classes?
    """

    def backward(self, dout: Array) -> Array:
        dx: Array = dout * self._y * (1 - self._y)
        return dx


class OffDiagonalWithoutError(SoftMax):
    __doc__ = DiagonalOnly.__doc__

    def backward(self, dout: Array) -> Array:
        dx: Array = self._y * dout
        return dx


class OutputMinusError(SoftMax):
    """backward is the gradient of softmax and cross entropy together

    Does this layer know which loss follows? Its backward gets an error and nothing else: try one that is arbitrary.
    """

    def backward(self, dout: Array) -> Array:
        dx: Array = self._y - dout
        return dx


class ErrorPassedOn(SoftMax):
    __doc__ = OutputMinusError.__doc__

    def backward(self, dout: Array) -> Array:
        return np.array(dout)


class LabelsReadOffTheError(SoftMax):
    __doc__ = OutputMinusError.__doc__

    def backward(self, dout: Array) -> Array:
        dx: Array = self._y + self._y * dout
        return dx


class InputShiftedInPlace(SoftMax):
    """forward shifts its input in place

    Whose array is it that forward was given? What is the difference between `x -= m` and `x = x - m`?
    """

    def _shifted(self, x: Array) -> Array:
        x -= x.max(axis=1, keepdims=True)
        return x


class OutputOnTheClass(SharedCaches, SoftMax):
    """what forward remembers belongs to the class, not to the layer

    A network has several of these layers. Which of them does backward ask what it has seen?
    """


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""

    def variants(id: str, *classes: type[SoftMax]) -> list[Misconception]:
        return [misconception(id, cls, "SoftMax") for cls in classes]

    along = (AlongTheBatch, ShiftedAlongTheBatchToo, BackAlongTheBatch, AllAlongTheBatch, AllShiftedAlongTheBatch)
    dropped = (SumWithoutAxis, BothWithoutAxis, MaximumWithoutAxis, BackWithoutAxis, AllWithoutAxis)
    return [
        *variants("softmax-overflow", NotShifted),
        *variants("softmax-global-max", ShiftedByGlobalMaximum),
        *variants("softmax-wrong-axis", *along, OverEverything),
        *variants("softmax-no-keepdims", *dropped),
        *variants("softmax-diagonal-only", DiagonalOnly, OffDiagonalWithoutError),
        *variants("softmax-backward-assumes-crossentropy", OutputMinusError, ErrorPassedOn, LabelsReadOffTheError),
        *variants("softmax-mutates-input", InputShiftedInPlace),
        *variants("activation-cached-from-other-call", OutputOnTheClass),
    ]
