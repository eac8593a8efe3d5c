"""What goes wrong in Xavier."""

from __future__ import annotations

import math

from framework.layer import Array
from framework.reference.xavier import Xavier
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception

Shape = tuple[int, ...]


class FansFromFirstAxes(Xavier):
    """the fans are read off the shape

    The weights of a convolution have four axes. Who knows how many inputs and outputs a unit has, and says so?
    """

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Array:
        return super().initialize(weights_shape, *self._fans(weights_shape))

    def _fans(self, shape: Shape) -> Shape:
        return shape[0], shape[1]


class FansFromOuterAxes(FansFromFirstAxes):
    __doc__ = FansFromFirstAxes.__doc__

    def _fans(self, shape: Shape) -> Shape:
        return shape[0], shape[-1]


class FansFromLastAxes(FansFromFirstAxes):
    __doc__ = FansFromFirstAxes.__doc__

    def _fans(self, shape: Shape) -> Shape:
        return shape[-2], shape[-1]


class FansOfKernels(FansFromFirstAxes):
    __doc__ = FansFromFirstAxes.__doc__

    def _fans(self, shape: Shape) -> Shape:
        return math.prod(shape[1:]), shape[0] * math.prod(shape[2:])


class BracketsMissing(Xavier):
    """the brackets around the sum of the fans are missing

    In which order does Python compute 2 / a + b? Print the standard deviation for some fans.
    """

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Array:
        return self._rng.normal(0, math.sqrt(2 / fan_in + fan_out), weights_shape)


class BracketsMissingSwapped(BracketsMissing):
    __doc__ = BracketsMissing.__doc__

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Array:
        return super().initialize(weights_shape, fan_out, fan_in)


class VarianceForDeviation(Xavier):
    """the variance is passed where a standard deviation is expected

    Which of the two is the second argument of the normal distribution?
    """

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Array:
        return self._rng.normal(0, 2 / (fan_in + fan_out), weights_shape)


class UniformOfThatVariance(Xavier):
    """the numbers are uniform instead of normal

    Same variance, another distribution. Draw a histogram and read the task again.
    """

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Array:
        limit = math.sqrt(6 / (fan_in + fan_out))
        return self._rng.uniform(-limit, limit, weights_shape)


class UniformUpToDeviation(Xavier):
    __doc__ = UniformOfThatVariance.__doc__

    def initialize(self, weights_shape: Shape, fan_in: int, fan_out: int) -> Array:
        limit = math.sqrt(2 / (fan_in + fan_out))
        return self._rng.uniform(-limit, limit, weights_shape)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    table: dict[str, tuple[type[Xavier], ...]] = {
        "init-fans-from-shape": (FansFromFirstAxes, FansFromOuterAxes, FansFromLastAxes, FansOfKernels),
        "init-xavier-missing-brackets": (BracketsMissing, BracketsMissingSwapped),
        "init-variance-as-std": (VarianceForDeviation,),
        "init-uniform-for-normal": (UniformOfThatVariance, UniformUpToDeviation),
    }
    return [misconception(id, cls, "Xavier") for id, classes in table.items() for cls in classes]
