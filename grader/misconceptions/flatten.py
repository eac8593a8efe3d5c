"""What goes wrong in Flatten. N batch; the other axes are arbitrary."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference.flatten import Flatten
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class FortranOrder(Flatten):
    """the numbers of a sample come in another order: the first axis runs fastest

    Write down the numbers of one small image, row by row. Which of its axes runs fastest in your row?
    """

    def forward(self, x: Array) -> Array:
        self._shape = x.shape
        return np.array(x.reshape(len(x), -1, order="F"))

    def backward(self, dout: Array) -> Array:
        return np.array(dout.reshape(self._shape, order="F"))


class FortranOrderForwardOnly(Flatten):
    __doc__ = FortranOrder.__doc__

    def forward(self, x: Array) -> Array:
        self._shape = x.shape
        return np.array(x.reshape(len(x), -1, order="F"))


class ChannelsLast(Flatten):
    """the numbers of a sample come in another order: the channels run fastest

    Write down the numbers of one small image, row by row. Which of its axes runs fastest in your row?
    """

    def forward(self, x: Array) -> Array:
        self._moved = np.moveaxis(x, 1, -1).shape
        return np.moveaxis(x, 1, -1).reshape(len(x), -1)

    def backward(self, dout: Array) -> Array:
        return np.moveaxis(dout.reshape(self._moved), -1, 1)


class Transposed(Flatten):
    """the samples are mixed: the array is transposed before it is cut into rows

    Take two samples, one of zeros and one of ones. What should the two rows look like, and what do yours?
    """

    def forward(self, x: Array) -> Array:
        self._shape = x.shape
        return x.T.reshape(len(x), -1)

    def backward(self, dout: Array) -> Array:
        return dout.reshape(self._shape[::-1]).T


class OneVector(Flatten):
    """the whole batch becomes one vector

    How many samples come in, and how many rows go out? The next layer wants one row for each.
    """

    def forward(self, x: Array) -> Array:
        self._shape = x.shape
        return x.reshape(-1)


class OneRow(Flatten):
    __doc__ = OneVector.__doc__

    def forward(self, x: Array) -> Array:
        self._shape = x.shape
        return x.reshape(1, -1)


class FirstShapeInBackward(Flatten):
    """the shape of the first batch is kept for all that follow

    The last batch of an epoch may be smaller. When does your layer learn the shape that backward restores?
    """

    def forward(self, x: Array) -> Array:
        first = getattr(self, "_shape", x.shape)
        y = super().forward(x)
        self._shape = first
        return y


class FirstShapeInBoth(FirstShapeInBackward):
    __doc__ = FirstShapeInBackward.__doc__

    def forward(self, x: Array) -> Array:
        self._shape = getattr(self, "_shape", x.shape)
        return x.reshape(self._shape[0], -1)


class FirstRowLength(FirstShapeInBackward):
    __doc__ = FirstShapeInBackward.__doc__

    def forward(self, x: Array) -> Array:
        self._shape = getattr(self, "_shape", x.shape)
        return x.reshape(-1, int(np.prod(self._shape[1:])))


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    found = {
        "flatten-wrong-order": (FortranOrder, FortranOrderForwardOnly, ChannelsLast, Transposed),
        "flatten-drops-batch": (OneVector, OneRow),
        "flatten-shape-from-constructor": (FirstShapeInBackward, FirstShapeInBoth, FirstRowLength),
    }
    return [misconception(id, cls, "Flatten") for id, classes in found.items() for cls in classes]
