"""What goes wrong in TanH. N batch; the other axes are arbitrary."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference.tanh import TanH
from grader.hookspecs import hookimpl
from grader.misconceptions.any_layer import SharedCaches
from grader.misconceptions.define import misconception
from grader.model import Misconception


class SlopeOfInput(TanH):
    """the derivative is computed from the input instead of the output

    The derivative of tanh is 1 - tanh(x)^2. Which of forward's arrays is tanh(x), and which is x?
    """

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        self._y = x.astype(y.dtype)
        return y


class QuotientOfPowers(TanH):
    """tanh is computed from exponentials that overflow

    How large is exp(1000), and what is infinity divided by infinity?
    """

    def _activation(self, x: Array) -> Array:
        up, down = np.exp(x), np.exp(-x)
        y: Array = (up - down) / (up + down)
        return y


class QuotientOfSquares(QuotientOfPowers):
    __doc__ = QuotientOfPowers.__doc__

    def _activation(self, x: Array) -> Array:
        up = np.exp(2 * x)
        y: Array = (up - 1) / (up + 1)
        return y


class QuotientOfInverseSquares(QuotientOfPowers):
    __doc__ = QuotientOfPowers.__doc__

    def _activation(self, x: Array) -> Array:
        down = np.exp(-2 * x)
        y: Array = (1 - down) / (1 + down)
        return y


class OutputOnTheClass(SharedCaches, TanH):
    """what forward remembers belongs to the class, not to the layer

    A network has several of these layers. Which of them does backward ask what it has seen?
    """


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [
        misconception("tanh-derivative-on-preactivation", SlopeOfInput, "TanH"),
        misconception("tanh-overflow", QuotientOfPowers, "TanH"),
        misconception("tanh-overflow", QuotientOfSquares, "TanH"),
        misconception("tanh-overflow", QuotientOfInverseSquares, "TanH"),
        misconception("activation-cached-from-other-call", OutputOnTheClass, "TanH"),
    ]
