"""What goes wrong in the stride of Conv. N batch, C channels, K kernels, H W input space, P Q output space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from framework.layer import Array
from framework.reference.conv import Conv
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


@contextmanager
def stride_one(layer: Conv) -> Iterator[tuple[slice, ...]]:
    """Let a layer have stride one for a while; gives the slices that its own stride would take."""
    own = layer.stride
    layer.stride = (1,) * len(own)
    try:
        yield tuple(slice(None, None, step) for step in own)
    finally:
        layer.stride = own


def upsampled(dout: Array, stride: Sequence[int], space: Sequence[int]) -> Array:
    """Return the errors with zeros between them, (N, K, P[, Q]) -> (N, K, H[, W])."""
    wide = np.zeros((*dout.shape[:2], *space))
    wide[:, :, *(slice(0, (n - 1) * step + 1, step) for n, step in zip(dout.shape[2:], stride, strict=True))] = dout
    return wide


class StrideMissingInInputGradient(Conv):
    """with a stride, the errors go back to the wrong pixels

    Which input pixel does the second output of a row belong to if the stride is two? Draw it.
    """

    def _input_gradient(self, dout: Array) -> Array:
        with stride_one(self):
            return super()._input_gradient(dout)


class StrideMissingInBothGradients(StrideMissingInInputGradient):
    __doc__ = StrideMissingInInputGradient.__doc__

    def _weights_gradient(self, dout: Array) -> Array:
        with stride_one(self):
            wide = np.zeros((*dout.shape[:2], *self._windows_of(self._x).shape[2 : dout.ndim]))
            wide[:, :, *(slice(0, size) for size in dout.shape[2:])] = dout
            return super()._weights_gradient(wide)


class StrideMissingInWeightGradient(StrideMissingInBothGradients):
    __doc__ = StrideMissingInInputGradient.__doc__
    _input_gradient = Conv._input_gradient


class ErrorsRepeated(StrideMissingInInputGradient):
    __doc__ = StrideMissingInInputGradient.__doc__

    def _input_gradient(self, dout: Array) -> Array:
        for axis, step in enumerate(self.stride, 2):
            dout = np.repeat(dout, step, axis=axis)
        with stride_one(self):
            return Conv._input_gradient(self, dout[:, :, *(slice(0, size) for size in self._space)])


class ErrorsNotSpread(Conv):
    """with a stride, backward returns an array as small as the output

    Which input pixel does the second output of a row belong to if the stride is two? What became of those between?
    """

    def _input_gradient(self, dout: Array) -> Array:
        own, self._space = self._space, dout.shape[2:]
        with stride_one(self):
            self._x = self._padded(np.zeros((*self._x.shape[:2], *self._space)))
            dx = super()._input_gradient(dout)
        self._space = own
        return dx


class StrideBeforePadding(Conv):
    """with a stride, pixels are dropped before the kernel sees them

    A stride of two leaves out every other output. Does it leave out input pixels, too?
    """

    def forward(self, x: Array) -> Array:
        self._whole = x.shape
        with stride_one(self) as taken:
            return super().forward(x[:, :, *taken])

    def backward(self, dout: Array) -> Array:
        with stride_one(self) as taken:
            dx = np.zeros(self._whole)
            dx[:, :, *taken] = super().backward(dout)
        return dx


class StrideBeforePaddingKeepsSmall(StrideBeforePadding):
    __doc__ = StrideBeforePadding.__doc__

    def backward(self, dout: Array) -> Array:
        with stride_one(self):
            return Conv.backward(self, dout)


class StrideBeforePaddingCrashes(StrideBeforePadding):
    __doc__ = StrideBeforePadding.__doc__

    def backward(self, dout: Array) -> Array:
        with stride_one(self):
            return Conv.backward(self, dout).reshape(self._whole)


class OutputPadded(Conv):
    """the output is padded with zeros instead of the image

    Which comes first: the zeros around the image, or the kernel that slides over it? Look at the border of your output.
    """

    def forward(self, x: Array) -> Array:
        if self.padding == "valid":
            return super().forward(x)
        out = [-(-size // step) for size, step in zip(x.shape[2:], self.stride, strict=True)]
        self.padding = "valid"
        try:
            y = super().forward(x)
        finally:
            self.padding = "same"
        front = [(wanted - size) // 2 for wanted, size in zip(out, y.shape[2:], strict=True)]
        self._kept = tuple(slice(start, start + size) for start, size in zip(front, y.shape[2:], strict=True))
        padded = np.zeros((*y.shape[:2], *out))
        padded[:, :, *self._kept] = y
        return padded

    def backward(self, dout: Array) -> Array:
        if self.padding == "valid":
            return super().backward(dout)
        self.padding = "valid"
        try:
            return super().backward(dout[:, :, *self._kept])
        finally:
            self.padding = "same"


class StrideOffset(Conv):
    """with a stride, the first output that is kept is not the first there is

    Which outputs does a stride of two keep, counted from zero? Look at the top left corner.
    """

    def _first(self, step: int) -> int:
        """Return the first output that is kept; where that comes to centring the windows, they are centred already."""
        return 0 if self.centred_stride else step // 2

    def _windows_of(self, padded: Array) -> Array:
        with stride_one(self):
            every = super()._windows_of(padded)
        return every[:, :, *(slice(self._first(step), None, step) for step in self.stride)]

    def _met(self, offset: tuple[int, ...], out: tuple[int, ...]) -> tuple[slice, ...]:
        moved = (start + self._first(step) for start, step in zip(offset, self.stride, strict=True))
        return super()._met(tuple(moved), out)


class StrideOffsetForwardOnly(StrideOffset):
    __doc__ = StrideOffset.__doc__
    _met = Conv._met

    def _weights_gradient(self, dout: Array) -> Array:
        windows = Conv._windows_of(self, self._x)[:, :, *(slice(0, size) for size in dout.shape[2:])]
        axes = [0, *range(2, dout.ndim)]
        return np.moveaxis(np.tensordot(windows, dout, axes=(axes, axes)), -1, 0)


class LastOfEveryStride(StrideOffset):
    __doc__ = StrideOffset.__doc__

    def _first(self, step: int) -> int:
        return 0 if self.centred_stride else step - 1


class OutputSizeFloor(Conv):
    """with a stride, the last output of a row or column is missing

    How many of five pixels does a stride of two keep, beginning with the first? Your formula says two.
    """

    def _windows_of(self, padded: Array) -> Array:
        windows = super()._windows_of(padded)
        if self.padding == "valid":
            return windows
        out = (max(size // step, 1) for size, step in zip(self._space, self.stride, strict=True))
        return windows[:, :, *(slice(0, count) for count in out)]


class StrideCrash(Conv):
    """a single number as stride crashes

    The exercise allows one number or one for each direction. What does your code expect?
    """

    def __init__(self, stride_shape: Any, *rest: Any, **options: Any) -> None:
        super().__init__(tuple(stride_shape), *rest, **options)


class StrideCrashInForward(StrideCrash):
    __doc__ = StrideCrash.__doc__

    def __init__(self, stride_shape: Any, *rest: Any, **options: Any) -> None:
        Conv.__init__(self, stride_shape, *rest, **options)
        self._given = stride_shape

    def forward(self, x: Array) -> Array:
        self._given[0]
        return super().forward(x)


class StrideOneSideways(StrideCrash):
    """a single number as stride counts for one direction only

    The exercise allows one number or one for each direction. Which stride has a row if you give a single two?
    """

    def __init__(self, stride_shape: Any, convolution_shape: Any, *rest: Any, **options: Any) -> None:
        if np.isscalar(stride_shape) and len(convolution_shape) == 3:
            stride_shape = (stride_shape, 1)
        Conv.__init__(self, stride_shape, convolution_shape, *rest, **options)


class StrideAxesSwapped(Conv):
    """the strides of rows and columns are exchanged

    Which of the two strides comes first, that of y or that of x? Try (3, 2), not (2, 2).
    """

    def __init__(self, stride_shape: Any, *rest: Any, **options: Any) -> None:
        super().__init__(stride_shape, *rest, **options)
        self.stride = self.stride[::-1]


class RemainderLost(Conv):
    """with a stride, the errors of the last outputs are lost where sizes do not divide

    Seven rows and a stride of three: how many outputs, and where did the last one look? Follow its error back.
    """

    _axes = (0,)

    def _input_gradient(self, dout: Array) -> Array:
        return super()._input_gradient(self._cut(dout))

    def _cut(self, dout: Array) -> Array:
        kept = [slice(None)] * (dout.ndim - 2)
        for axis in self._axes[: len(kept)]:
            kept[axis] = slice(0, max(self._space[axis] // self.stride[axis], 1))
        cut = np.zeros_like(dout)
        cut[:, :, *kept] = dout[:, :, *kept]
        return cut


class RemainderLostInBothDirections(RemainderLost):
    __doc__ = RemainderLost.__doc__
    _axes = (0, 1)  # type: ignore[assignment]  # the tuple of the base is shorter


class RemainderLostInBothGradients(RemainderLostInBothDirections):
    __doc__ = RemainderLost.__doc__

    def _weights_gradient(self, dout: Array) -> Array:
        return super()._weights_gradient(self._cut(dout))


class RemainderMissing(Conv):
    """with a stride, backward returns too few rows or columns where sizes do not divide

    Seven rows and a stride of two or three: how far does the last output reach, and are there rows behind that?
    """

    def _inside(self) -> tuple[slice, ...]:
        if self.padding == "valid":
            return super()._inside()
        ends = (slice(s.start, s.start + self._reached(*axis)) for s, axis in self._axes())
        return tuple(ends)

    def _axes(self) -> Iterator[tuple[slice, tuple[int, int]]]:
        return zip(super()._inside(), zip(self._space, self.stride, strict=True), strict=True)

    def _reached(self, size: int, stride: int) -> int:
        return (size - 1) // stride * stride + 1


class WholeStridesOnly(RemainderMissing):
    __doc__ = RemainderMissing.__doc__

    def _reached(self, size: int, stride: int) -> int:
        return size // stride * stride


class StridesRoundedUp(RemainderMissing):
    """with a stride, backward returns too many rows or columns where sizes do not divide

    Seven rows and a stride of two: how long is your array of errors once there are zeros between them?
    """

    def _input_gradient(self, dout: Array) -> Array:
        dx = super()._input_gradient(dout)
        more = [-(-size // step) * step - size for size, step in zip(self._space, self.stride, strict=True)]
        return np.pad(dx, [(0, 0), (0, 0), *((0, count) for count in more)])

    _inside = Conv._inside


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    found: dict[str, tuple[type[Conv], ...]] = {
        "conv-stride-missing-in-backward": (
            *(StrideMissingInInputGradient, StrideMissingInBothGradients, StrideMissingInWeightGradient),
            *(ErrorsRepeated, ErrorsNotSpread),
        ),
        "conv-stride-before-padding": (
            *(StrideBeforePadding, StrideBeforePaddingKeepsSmall, StrideBeforePaddingCrashes, OutputPadded),
        ),
        "conv-stride-offset": (StrideOffset, StrideOffsetForwardOnly, LastOfEveryStride),
        "conv-output-size-floor": (OutputSizeFloor,),
        "conv-scalar-stride": (StrideCrash, StrideCrashInForward, StrideOneSideways),
        "conv-stride-axes-swapped": (StrideAxesSwapped,),
        "conv-remainder-lost": (
            *(RemainderLost, RemainderLostInBothDirections, RemainderLostInBothGradients),
            *(RemainderMissing, WholeStridesOnly, StridesRoundedUp),
        ),
    }
    return [misconception(id, cls, "Conv") for id, classes in found.items() for cls in classes]
