"""What goes wrong in any layer: shared caches, reused answers, coarse numbers, sizes that are taken for granted."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from framework.layer import Array, Layer
from framework.reference.batch_normalization import BatchNormalization
from framework.reference.conv import Conv
from framework.reference.flatten import Flatten
from framework.reference.fully_connected import FullyConnected
from framework.reference.pooling import Pooling
from framework.reference.relu import ReLU
from framework.reference.rnn import RNN
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class SharedCaches(Layer):
    """what forward remembers belongs to the class, so that all layers of the kind share it

    Two layers of one class, one after the other: which of them wrote last to what backward reads?
    """

    _kept: ClassVar[dict[str, Any]] = {}

    def forward(self, x: Array) -> Array:
        before = dict(self.__dict__)
        y = super().forward(x)  # type: ignore[safe-super]  # a layer stands behind it
        type(self)._kept = {key: value for key, value in self.__dict__.items() if before.get(key) is not value}
        return y

    def backward(self, dout: Array) -> Array:
        self.__dict__.update(type(self)._kept)
        return super().backward(dout)  # type: ignore[safe-super]  # a layer stands behind it


class ReusedOutput(Layer):
    """forward returns an array that the next forward overwrites

    Your caller keeps the output of the first batch. What is in it after the second?
    """

    _buffer: Array | None = None

    def forward(self, x: Array) -> Array:
        y = super().forward(x)  # type: ignore[safe-super]  # a layer stands behind it
        if self._buffer is None or self._buffer.shape != y.shape:
            self._buffer = np.empty(y.shape)
        self._buffer[...] = y
        return self._buffer


class HalfPrecision(Layer):
    """numbers are cut to a few digits on the way

    How many digits does the type hold that you convert to, and who asked for the conversion?
    """

    def forward(self, x: Array) -> Array:
        return super().forward(x).astype(np.float16).astype(np.float64)  # type: ignore[safe-super]  # a layer stands behind it


class HalfPrecisionInput(Layer):
    """numbers are cut to a few digits on the way

    How many digits does the type hold that you convert to, and who asked for the conversion?
    """

    def forward(self, x: Array) -> Array:
        return super().forward(x.astype(np.float16).astype(np.float64))  # type: ignore[safe-super]  # a layer stands behind it


class WholeInput(Layer):
    """the input is cut to whole numbers

    What is left of 0.7 after your conversion?
    """

    def forward(self, x: Array) -> Array:
        return super().forward(x.astype(np.int64).astype(np.float64))  # type: ignore[safe-super]  # a layer stands behind it


class WholeOutput(Layer):
    """the output is cut to whole numbers

    What type do the numbers have that you write your results into?
    """

    def forward(self, x: Array) -> Array:
        return np.trunc(super().forward(x))  # type: ignore[safe-super]  # a layer stands behind it


class Squeezed(Layer):
    """axes of length one get lost

    squeeze() removes every axis of length one. Which of them do you still need when a batch holds one sample?
    """

    _whole: tuple[int, ...] = ()

    def forward(self, x: Array) -> Array:
        y = super().forward(x)  # type: ignore[safe-super]  # a layer stands behind it
        self._whole = y.shape
        return np.squeeze(y)

    def backward(self, dout: Array) -> Array:
        return super().backward(np.reshape(dout, self._whole))  # type: ignore[safe-super]  # a layer stands behind it


class SqueezedGradient(Layer):
    """axes of length one get lost

    squeeze() removes every axis of length one. Which of them do you still need when a batch holds one sample?
    """

    def backward(self, dout: Array) -> Array:
        return np.squeeze(super().backward(dout))  # type: ignore[safe-super]  # a layer stands behind it


class SquareOnly(Layer):
    """images are taken to be square

    How many rows does the output have, and how many columns? Try an image that is wider than high.
    """

    def forward(self, x: Array) -> Array:
        y = super().forward(x)  # type: ignore[safe-super]  # a layer stands behind it
        return y.reshape(*y.shape[:-1], y.shape[-2]) if y.ndim == 4 else y


def _mixed(mixin: type, *references: type) -> list[tuple[str, type]]:
    """Return, for each layer, its name and the class that has the mistake."""
    made = []
    for reference in references:
        name = reference.__name__
        made.append((name, type(f"{mixin.__name__}{name}", (mixin, reference), {"__doc__": mixin.__doc__})))
    return made


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    weighted = (FullyConnected, Conv)
    many = (*weighted, Pooling, Flatten)
    found = {
        "class-level-state": _mixed(SharedCaches, *many, BatchNormalization, RNN),
        "alias-cached-output": _mixed(ReusedOutput, *many, ReLU, BatchNormalization, RNN),
        "hard-cast": [
            *_mixed(HalfPrecision, *many, ReLU, BatchNormalization, RNN),
            *_mixed(HalfPrecisionInput, *weighted, RNN),
            *_mixed(WholeInput, *weighted, Pooling),
            *_mixed(WholeOutput, *weighted, Pooling),
        ],
        "input-must-be-square": [
            *_mixed(Squeezed, *many, RNN),
            *_mixed(SqueezedGradient, *many, RNN),
            *_mixed(SquareOnly, Conv, Pooling),
        ],
    }
    return [misconception(id, cls, name) for id, classes in found.items() for name, cls in classes]
