"""What goes wrong in He."""

from __future__ import annotations

import math

from framework.layer import Array
from framework.reference.he import He
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception

Shape = tuple[int, ...]


class FansSwapped(He):
    """the formula gets fan_out in the place of fan_in

    He keeps the variance of the signal on its way forward. How many numbers does one unit add up there?
    """

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Array:
        return super().initialize(weights_shape, fan_out, fan_in)


class FanFromRows(He):
    """fan_in is read off the shape

    The weights of a convolution have four axes. Who knows how many inputs a unit has, and says so?
    """

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Array:
        return super().initialize(weights_shape, self._fan(weights_shape), fan_out)

    def _fan(self, shape: Shape) -> int:
        return shape[0]


class FanFromColumns(FanFromRows):
    __doc__ = FanFromRows.__doc__

    def _fan(self, shape: Shape) -> int:
        return shape[1]


class FanFromLastAxis(FanFromRows):
    __doc__ = FanFromRows.__doc__

    def _fan(self, shape: Shape) -> int:
        return shape[-1]


class FanFromAllButFirst(FanFromRows):
    __doc__ = FanFromRows.__doc__

    def _fan(self, shape: Shape) -> int:
        return math.prod(shape[1:])


class FanFromAllButLast(FanFromRows):
    __doc__ = FanFromRows.__doc__

    def _fan(self, shape: Shape) -> int:
        return math.prod(shape[:-1])


class VarianceForDeviation(He):
    """the variance is passed where a standard deviation is expected

    Which of the two is the second argument of the normal distribution?
    """

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Array:
        return self._rng.normal(0, 2 / fan_in, weights_shape)


class UniformOfThatVariance(He):
    """the numbers are uniform instead of normal

    Same variance, another distribution. Draw a histogram and read the task again.
    """

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Array:
        limit = math.sqrt(6 / fan_in)
        return self._rng.uniform(-limit, limit, weights_shape)


class UniformUpToDeviation(He):
    __doc__ = UniformOfThatVariance.__doc__

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Array:
        limit = math.sqrt(2 / fan_in)
        return self._rng.uniform(-limit, limit, weights_shape)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    table: dict[str, tuple[type[He], ...]] = {
        "init-fan-swapped": (FansSwapped,),
        "init-fans-from-shape": (FanFromRows, FanFromColumns, FanFromLastAxis, FanFromAllButFirst, FanFromAllButLast),
        "init-variance-as-std": (VarianceForDeviation,),
        "init-uniform-for-normal": (UniformOfThatVariance, UniformUpToDeviation),
    }
    return [misconception(id, cls, "He") for id, classes in table.items() for cls in classes]
