"""What optimizers make of a constraint: mistakes of Sgd, SgdWithMomentum and Adam that show in the constraints' tasks.

`_descent` is the step down the data's gradient; `step` adds it to the weights, and the penalty's step apart from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from framework.layer import Array
from framework.reference._decoupled import DecoupledOptimizer
from framework.reference.adam import Adam
from framework.reference.sgd import Sgd
from framework.reference.sgd_with_momentum import SgdWithMomentum
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class PenaltyInMoments(DecoupledOptimizer):
    """the penalty's gradient is mixed into the gradient that the optimizer remembers

    The velocity and the averages are to remember the gradients of the data. What do they remember here?
    """

    def step(self, name: str, w: Array, g: Array) -> Array:
        if self.regularizer is None:
            return super().step(name, w, g)
        return w + self._descent(name, g + self.regularizer.calculate_gradient(w))


class PenaltyInMomentsAndApart(DecoupledOptimizer):
    __doc__ = PenaltyInMoments.__doc__

    def step(self, name: str, w: Array, g: Array) -> Array:
        if self.regularizer is not None:
            g = g + self.regularizer.calculate_gradient(w)
        return super().step(name, w, g)


class RatedPenaltyInMoments(DecoupledOptimizer):
    __doc__ = PenaltyInMoments.__doc__

    def step(self, name: str, w: Array, g: Array) -> Array:
        if self.regularizer is None:
            return super().step(name, w, g)
        return w + self._descent(name, g + self.learning_rate * self.regularizer.calculate_gradient(w))


class DecayAfterUpdate(DecoupledOptimizer):
    """the penalty is taken of the weights after the update

    Which weights were in the loss when the gradients were computed? Penalize those.
    """

    def step(self, name: str, w: Array, g: Array) -> Array:
        new = w + self._descent(name, g)
        if self.regularizer is not None:
            new = new - self.learning_rate * self.regularizer.calculate_gradient(new)
        return new


class PenaltyWithoutRate(DecoupledOptimizer):
    """the penalty's step does not carry the learning rate

    Write the update as one formula. What does everything that is subtracted have in common?
    """

    def step(self, name: str, w: Array, g: Array) -> Array:
        new = w + self._descent(name, g)
        if self.regularizer is not None:
            new = new - self.regularizer.calculate_gradient(w)
        return new


class GradientChanged(DecoupledOptimizer):
    """the gradient passed in is changed in place

    After the update the layer's gradient must still be that of the data. Does `+=` make a new array?
    """

    def step(self, name: str, w: Array, g: Array) -> Array:
        new = super().step(name, w, g)
        if self.regularizer is not None:
            g += self.regularizer.calculate_gradient(w)
        return new


def _everywhere(id: str, mistake: type, *references: type) -> Misconception:
    """Return the misconception of all these optimizers at once, as in a hand-in where they share the code."""
    classes = {reference.__name__: _with(mistake, reference) for reference in references}
    component, cls = next(iter(classes.items()))
    one = misconception(id, cls, "L1_Regularizer", "L2_Regularizer", component=component)
    return replace(one, classes=classes)


def _with(mistake: type, reference: type) -> Callable[..., Any]:
    """Make the reference with this mistake."""
    return type(f"{mistake.__name__}{reference.__name__}", (mistake, reference), {"__doc__": mistake.__doc__})


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    remembering = (SgdWithMomentum, Adam)
    rows: list[tuple[str, type, tuple[type, ...]]] = [
        ("reg-in-moments", PenaltyInMoments, remembering),
        ("reg-in-moments", PenaltyInMomentsAndApart, (Sgd, *remembering)),
        ("reg-in-moments", RatedPenaltyInMoments, remembering),
        ("reg-weight-decay-after-update", DecayAfterUpdate, (Sgd, *remembering)),
        ("reg-lr-missing", PenaltyWithoutRate, (Sgd, *remembering)),
        ("optimizer-mutates-gradient", GradientChanged, (Sgd, *remembering)),
    ]
    return [
        _everywhere(id, mistake, *some)
        for id, mistake, references in rows
        for some in (references, *((one,) for one in references))
    ]
