"""What goes wrong in Sigmoid. N batch; the other axes are arbitrary."""

from __future__ import annotations

from framework.layer import Array
from framework.reference.sigmoid import Sigmoid
from grader.hookspecs import hookimpl
from grader.misconceptions.any_layer import SharedCaches
from grader.misconceptions.define import misconception
from grader.model import Misconception


class OnlyTheOutput(Sigmoid):
    """one of the two factors of the derivative is missing

    Differentiate 1 / (1 + exp(-x)) on paper and write the result with the output alone. How many factors are there?
    """

    def _slope(self) -> Array:
        return self._y


class OnlyTheRest(OnlyTheOutput):
    __doc__ = OnlyTheOutput.__doc__

    def _slope(self) -> Array:
        return 1 - self._y


class SlopeOfInput(Sigmoid):
    """the derivative is computed from the input instead of the output

    f' = f (1 - f): what does f stand for, and what did forward keep?
    """

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        self._y = x.astype(y.dtype)
        return y


class OutputOnTheClass(SharedCaches, Sigmoid):
    """what forward remembers belongs to the class, not to the layer

    A network has several of these layers. Which of them does backward ask what it has seen?
    """


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [
        misconception("sigmoid-derivative-incomplete", OnlyTheOutput, "Sigmoid"),
        misconception("sigmoid-derivative-incomplete", OnlyTheRest, "Sigmoid"),
        misconception("sigmoid-derivative-on-preactivation", SlopeOfInput, "Sigmoid"),
        misconception("activation-cached-from-other-call", OutputOnTheClass, "Sigmoid"),
    ]
