"""What goes wrong in Adam: v is the moving average of the gradient, r that of its square."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference.adam import Adam
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class _Adam(Adam):
    """The reference in steps that a mistake can replace one by one."""

    def _descent(self, name: str, g: Array) -> Array:
        v, r, k = self._moments.get(name, (0.0, 0.0, 0))
        v, r, k = self._averaged(v, self.mu, g), self._averaged(r, self.rho, self._squared(g)), k + 1
        self._moments[name] = (v, r, k)
        count = self._count(k)
        step: Array = -self.learning_rate * self._first(v, count) / (np.sqrt(self._second(r, count)) + self.epsilon)
        return step

    def _squared(self, g: Array) -> Array:
        square: Array = g**2
        return square

    def _count(self, k: int) -> int:
        return k

    def _first(self, v: Array, k: int) -> Array:
        return self._corrected(v, self.mu, k)

    def _second(self, r: Array, k: int) -> Array:
        return self._corrected(r, self.rho, k)


class NotCorrected(_Adam):
    """the moving averages are not corrected for their start at zero

    Both averages start at zero. How large are they after the first step, and how large should they be?
    """

    def _corrected(self, moment: Array, decay: float, k: int) -> Array:
        return moment


class FirstNotCorrected(_Adam):
    __doc__ = NotCorrected.__doc__

    def _first(self, v: Array, k: int) -> Array:
        return v


class SecondNotCorrected(_Adam):
    __doc__ = NotCorrected.__doc__

    def _second(self, r: Array, k: int) -> Array:
        return r


class CorrectedWithoutPower(_Adam):
    """the correction of the moving averages is the same in every step

    After many steps hardly anything needs correcting. What in the formula makes the correction fade?
    """

    def _corrected(self, moment: Array, decay: float, k: int) -> Array:
        return moment / (1 - decay)


class FirstCorrectedWithoutPower(CorrectedWithoutPower):
    __doc__ = CorrectedWithoutPower.__doc__

    def _second(self, r: Array, k: int) -> Array:
        return Adam._corrected(self, r, self.rho, k)


class SecondCorrectedWithoutPower(CorrectedWithoutPower):
    __doc__ = CorrectedWithoutPower.__doc__

    def _first(self, v: Array, k: int) -> Array:
        return Adam._corrected(self, v, self.mu, k)


class CorrectedByMultiple(CorrectedWithoutPower):
    """the correction multiplies the decay rate by the step number

    What does the k in the formula stand at: beside the rate, or above it?
    """

    def _corrected(self, moment: Array, decay: float, k: int) -> Array:
        return moment / (1 - decay * k)


class FirstCorrectedByMultiple(CorrectedByMultiple):
    __doc__ = CorrectedByMultiple.__doc__

    def _second(self, r: Array, k: int) -> Array:
        return Adam._corrected(self, r, self.rho, k)


class SecondCorrectedByMultiple(CorrectedByMultiple):
    __doc__ = CorrectedByMultiple.__doc__

    def _first(self, v: Array, k: int) -> Array:
        return Adam._corrected(self, v, self.mu, k)


class CountedFromZero(_Adam):
    """the step number is zero in the first step

    What is 1 - mu^0, and what is divided by it?
    """

    def _count(self, k: int) -> int:
        return k - 1


class FirstCountedFromZero(_Adam):
    __doc__ = CountedFromZero.__doc__

    def _first(self, v: Array, k: int) -> Array:
        return super()._first(v, k - 1)


class SecondCountedFromZero(_Adam):
    __doc__ = CountedFromZero.__doc__

    def _second(self, r: Array, k: int) -> Array:
        return super()._second(r, k - 1)


class CountReset(_Adam):
    """the step number is set back in every step

    Print the step number in three calls one after the other. Where does it live in between?
    """

    def _count(self, k: int) -> int:
        return 1


class CountedOnTheClass(_Adam):
    """all optimizers count their steps together

    Each parameter has an optimizer of its own, and each of those its own clock. Whose number is it that grows?
    """

    shared = 0

    def __init__(self, learning_rate: float, mu: float, rho: float) -> None:
        super().__init__(learning_rate, mu, rho)
        # so that what a unit does depends on the units beside it, not on how many there have ever been
        CountedOnTheClass.shared = 0

    def _count(self, k: int) -> int:
        CountedOnTheClass.shared += 1
        return CountedOnTheClass.shared


class MomentsReset(_Adam):
    """nothing is remembered from one step to the next

    Where do the averages and the step number live between two calls?
    """

    def _descent(self, name: str, g: Array) -> Array:
        self._moments.clear()
        return super()._descent(name, g)


class NotSquared(_Adam):
    """the second average is not one of squares

    What is averaged in r, and why can its root always be taken?
    """

    def _squared(self, g: Array) -> Array:
        return g


class AbsoluteNotSquared(NotSquared):
    __doc__ = NotSquared.__doc__

    def _squared(self, g: Array) -> Array:
        return np.abs(g)


class DecaysSwapped(Adam):
    """the two decay rates are exchanged

    In which order does the constructor get the rates, and which of them belongs to the squares?
    """

    def __init__(self, learning_rate: float, mu: float, rho: float) -> None:
        super().__init__(learning_rate, rho, mu)


class ArraysOnly(Adam):
    """only arrays can be updated, plain numbers cannot

    The tests update a single number, too. Which of your operations need an array?
    """

    def _descent(self, name: str, g: Array) -> Array:
        nothing: Array = np.zeros(g.shape)
        step: Array = super()._descent(name, g) + nothing
        return step


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    powerless = (CorrectedWithoutPower, FirstCorrectedWithoutPower, SecondCorrectedWithoutPower)
    multiples = (CorrectedByMultiple, FirstCorrectedByMultiple, SecondCorrectedByMultiple)
    table: dict[str, tuple[type[Adam], ...]] = {
        "adam-no-bias-correction": (NotCorrected, FirstNotCorrected, SecondNotCorrected),
        "adam-bias-correction-without-power": (*powerless, *multiples),
        "adam-k-starts-at-zero": (CountedFromZero, FirstCountedFromZero, SecondCountedFromZero),
        "adam-k-shared-or-reset": (CountReset, CountedOnTheClass, MomentsReset),
        "adam-second-moment-not-squared": (NotSquared, AbsoluteNotSquared),
        "adam-mu-rho-swapped": (DecaysSwapped,),
        "adam-inplace-moment": (ArraysOnly,),
    }
    return [misconception(id, cls, "Adam") for id, classes in table.items() for cls in classes]
