"""What goes wrong in SgdWithMomentum."""

from __future__ import annotations

from framework.layer import Array
from framework.reference.sgd_with_momentum import SgdWithMomentum
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class Uphill(SgdWithMomentum):
    """the step has the wrong sign

    The velocity is to point downhill. Follow one weight with gradient 1 through the first step.
    """

    def _descent(self, name: str, g: Array) -> Array:
        return super()._descent(name, -g)


class MemoryUphill(SgdWithMomentum):
    """the velocity that is kept is taken with the wrong sign

    After one step with gradient 1, in which direction does the velocity push the weight if the next gradient is zero?
    """

    def _descent(self, name: str, g: Array) -> Array:
        self._velocity[name] = -self._velocity.get(name, 0.0)
        return super()._descent(name, g)


class OldVelocity(SgdWithMomentum):
    """the weights move with the velocity of the step before

    In which order are the velocity and the weights updated? Where is a weight after its very first step?
    """

    def _descent(self, name: str, g: Array) -> Array:
        old = self._velocity.get(name, 0.0)
        super()._descent(name, g)
        return old + 0 * g


class Dampened(SgdWithMomentum):
    """the gradient is weighted with one minus the momentum rate

    That would be an average of the gradients. What does the exercise add to the old velocity?
    """

    def _descent(self, name: str, g: Array) -> Array:
        return super()._descent(name, (1 - self.momentum_rate) * g)


class NothingKept(SgdWithMomentum):
    """the velocity is forgotten after every step

    Momentum needs a memory. Where is the velocity between two calls?
    """

    def _descent(self, name: str, g: Array) -> Array:
        self._velocity.clear()
        return super()._descent(name, g)


class GradientKept(SgdWithMomentum):
    """only the gradient of the step before is remembered

    The velocity is made of the velocity before, not of the gradient before. How long does one gradient last?
    """

    def _descent(self, name: str, g: Array) -> Array:
        velocity = super()._descent(name, g)
        self._velocity[name] = -self.learning_rate * g
        return velocity


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    table = {
        "momentum-sign": (Uphill, MemoryUphill),
        "momentum-uses-old-velocity": (OldVelocity,),
        "momentum-dampened": (Dampened,),
        "momentum-state-not-kept": (NothingKept, GradientKept),
    }
    return [misconception(id, cls, "SgdWithMomentum") for id, classes in table.items() for cls in classes]
