"""What goes wrong in Sgd."""

from __future__ import annotations

from framework.layer import Array
from framework.reference.sgd import Sgd
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class Ascent(Sgd):
    """the step goes up the gradient

    In which direction does the loss fall? Try one weight, w^2 as the loss, and a step by hand.
    """

    def _descent(self, name: str, g: Array) -> Array:
        return self.learning_rate * g


class ChangesWeights(Sgd):
    """the weights passed in are changed in place

    `w -= …` writes into the caller's array. Who else looks at it, and would a new array do?
    """

    def step(self, name: str, w: Array, g: Array) -> Array:
        w -= w - super().step(name, w, g)
        return w


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [
        misconception("sgd-ascent", Ascent, "Sgd"),
        misconception("optimizer-mutates-weights", ChangesWeights, "Sgd"),
    ]
