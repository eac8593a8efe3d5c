"""What goes wrong in the padding and the sizes of Conv. N batch, C channels, H W space, h w kernel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import numpy as np

from framework.layer import Array
from framework.reference.conv import Conv
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception

Mode = Literal["edge", "reflect", "symmetric", "wrap"]


@contextmanager
def other_split(layer: Conv) -> Iterator[None]:
    """Let a layer have an even kernel's extra zero on the other side for a while."""
    own = layer.extra_in_front
    layer.extra_in_front = not own
    try:
        yield
    finally:
        layer.extra_in_front = own


class EvenKernelMisaligned(Conv):
    """for kernels of even size, forward and backward disagree on where the image lies

    An even kernel has no middle. On which side does forward put the extra zero, and on which does backward?
    """

    def _input_gradient(self, dout: Array) -> Array:
        with other_split(self):
            return super()._input_gradient(dout)


class EvenKernelWeightsMisaligned(EvenKernelMisaligned):
    __doc__ = EvenKernelMisaligned.__doc__
    _input_gradient = Conv._input_gradient

    def _weights_gradient(self, dout: Array) -> Array:
        own, image = self._x, self._x[:, :, *self._inside()]
        with other_split(self):
            self._x = self._padded(image)
            gradient = super()._weights_gradient(dout)
        self._x = own
        return gradient


class EvenKernelBothMisaligned(EvenKernelWeightsMisaligned):
    __doc__ = EvenKernelMisaligned.__doc__

    def _input_gradient(self, dout: Array) -> Array:
        with other_split(self):
            return super()._input_gradient(dout)


class EvenKernelOneTooMany(EvenKernelMisaligned):
    """for kernels of even size, the gradient of the kernels has one row or column too many

    How many zeros are there around the image in forward, on both sides together, and how many in backward?
    """

    _input_gradient = Conv._input_gradient

    def backward(self, dout: Array) -> Array:
        gradient = self._weights_gradient(dout)
        if self.padding == "same":
            gradient = np.pad(gradient, [(0, 0), (0, 0), *((0, 1 - size % 2) for size in self.kernel)])
        self.gradients = {"W": gradient, "b": self._bias_gradient(dout)}
        return self._input_gradient(dout)


class EmptySlice(Conv):
    """backward returns an empty array if the kernel is one pixel high or wide

    What does `x[2:-2]` cut off, what does `x[1:-1]`, and what `x[0:-0]`?
    """

    def _inside(self) -> tuple[slice, ...]:
        return tuple(slice(front, -front) for front, _ in self._all_pad_amounts())

    def _input_gradient(self, dout: Array) -> Array:
        dx = super()._input_gradient(dout)
        return dx[:, :, :0] if len(self.kernel) == 1 and self._as_images else dx

    _as_images = False


class EmptySliceOfSignals(EmptySlice):
    __doc__ = EmptySlice.__doc__
    _as_images = True


class EmptySliceOfSignalsIndexed(EmptySliceOfSignals):
    __doc__ = EmptySlice.__doc__

    def _input_gradient(self, dout: Array) -> Array:
        dx = super()._input_gradient(dout)
        return dx if dx.size or len(self.kernel) > 1 else dx[..., 0]


class EmptySliceCrashes(EmptySliceOfSignals):
    """backward cannot bring its array into shape if the kernel is one pixel high or wide

    What does `x[2:-2]` cut off, what does `x[1:-1]`, and what `x[0:-0]`?
    """

    def _input_gradient(self, dout: Array) -> Array:
        return super()._input_gradient(dout).reshape(*self._x.shape[:2], *self._space)


class EmptySliceInForward(Conv):
    """the output is empty if the kernel is one pixel high or wide

    What does `x[2:-2]` cut off, what does `x[1:-1]`, and what `x[0:-0]`?
    """

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        empty = (slice(0, 0) if size == 1 else slice(None) for size in self.kernel)
        return y[:, :, *empty] if self.padding == "same" else y


class OnePixelKernelCrashes(Conv):
    """a kernel that is one pixel high or wide does not fit its own padding

    How many zeros does a kernel of one pixel need? Work your formula out for five, three and one.
    """

    def forward(self, x: Array) -> Array:
        if 1 in self.kernel and self.padding == "same":
            raise ValueError("could not broadcast input array")
        return super().forward(x)


class OnePixelKernelPadded(OnePixelKernelCrashes):
    """around a kernel of one pixel there are zeros that it does not need

    How many zeros does a kernel of one pixel need? Work your formula out for five, three and one.
    """

    forward = Conv.forward

    def _pad_amounts(self, size: int, kernel: int, stride: int) -> tuple[int, int]:
        amounts = super()._pad_amounts(size, kernel, stride)
        return (1, 1) if kernel == 1 and self.padding == "same" else amounts


class OnePixelKernelWithoutStride(OnePixelKernelCrashes):
    """for kernels of one pixel, the stride is forgotten

    A kernel of one pixel is just a product. But which pixels should the output keep?
    """

    def forward(self, x: Array) -> Array:
        if set(self.kernel) == {1}:
            self.stride = (1,) * len(self.stride)
        return Conv.forward(self, x)


class OnePixelKernelWithoutBias(OnePixelKernelCrashes):
    """for kernels of one pixel, the bias is forgotten

    A kernel of one pixel is just a product. But is that all of a convolution?
    """

    def forward(self, x: Array) -> Array:
        y = Conv.forward(self, x)
        return y - self._per_kernel(self.parameters["b"]) if set(self.kernel) == {1} else y


class EdgePadding(Conv):
    """what surrounds the image is not zeros, but a copy of its border

    Give forward an image of ones and a kernel of ones. What should the corner of the output be?
    """

    mode: Mode = "edge"

    def _padded(self, x: Array) -> Array:
        return np.asarray(np.pad(x, [(0, 0), (0, 0), *self._all_pad_amounts()], mode=self.mode))


class ReflectPadding(EdgePadding):
    __doc__ = EdgePadding.__doc__
    mode = "reflect"


class SymmetricPadding(EdgePadding):
    __doc__ = EdgePadding.__doc__
    mode = "symmetric"


class WrapPadding(EdgePadding):
    __doc__ = EdgePadding.__doc__
    mode = "wrap"


class EdgePaddingForwardOnly(EdgePadding):
    __doc__ = EdgePadding.__doc__

    def _weights_gradient(self, dout: Array) -> Array:
        own = self._x
        self._x = Conv._padded(self, own[:, :, *self._inside()])
        gradient = super()._weights_gradient(dout)
        self._x = own
        return gradient


class SymmetricPaddingForwardOnly(EdgePaddingForwardOnly):
    __doc__ = EdgePadding.__doc__
    mode = "symmetric"


class CropTooEarly(Conv):
    """backward cuts the padding off one pixel too early

    Which pixel of the padded image is the first of yours? Count for a kernel of three, from zero.
    """

    _shifts = (-1, 0)

    def _inside(self) -> tuple[slice, ...]:
        if self.padding == "valid":
            return super()._inside()
        axes = zip(super()._inside(), self.kernel, self._shifts, strict=False)
        return tuple(slice(s.start + by * (k > 1), s.stop + by * (k > 1)) for s, k, by in axes)


class CropTooEarlyInBoth(CropTooEarly):
    __doc__ = CropTooEarly.__doc__
    _shifts = (-1, -1)


class CropTooEarlySideways(CropTooEarly):
    __doc__ = CropTooEarly.__doc__
    _shifts = (0, -1)


class CropTooLate(CropTooEarly):
    """backward cuts the padding off one pixel too late

    Which pixel of the padded image is the first of yours? Count for a kernel of three, from zero.
    """

    _shifts = (1, 1)


class NotCropped(CropTooEarly):
    """backward returns the corner of the padded image instead of its middle

    Which pixel of the padded image is the first of yours? Count for a kernel of five, from zero.
    """

    def _inside(self) -> tuple[slice, ...]:
        return tuple(slice(0, size) for size in self._space)


class LargeKernelCrashes(Conv):
    """a kernel that is larger than the image crashes

    With enough zeros around it, an image of three pixels meets a kernel of five. What in your code says it does not?
    """

    def forward(self, x: Array) -> Array:
        if self.padding == "same" and any(k > size for k, size in zip(self.kernel, x.shape[2:], strict=True)):
            raise ValueError("the kernel is larger than the image")
        return super().forward(x)


class LargeKernelAsserted(LargeKernelCrashes):
    __doc__ = LargeKernelCrashes.__doc__

    def forward(self, x: Array) -> Array:
        assert self.padding == "valid" or all(k <= size for k, size in zip(self.kernel, x.shape[2:], strict=True))
        return Conv.forward(self, x)


class LargeKernelOutput(LargeKernelCrashes):
    """if the kernel is larger than the image, the output is as large as the kernel

    "Same" means: as large as the input, whichever of the two is larger. How does your library read it?
    """

    def forward(self, x: Array) -> Array:
        y = Conv.forward(self, x)
        if self.padding == "valid":
            return y
        more = [max(k - size, 0) for k, size in zip(self.kernel, x.shape[2:], strict=True)]
        return np.pad(y, [(0, 0), (0, 0), *((0, count) for count in more)])


class ShapeOfFirstBatch(Conv):
    """the sizes of the first batch are kept for all that follow

    What does the layer remember of the first batch? The last batch of an epoch may be smaller.
    """

    def forward(self, x: Array) -> Array:
        self._first = getattr(self, "_first", x.shape)
        if x.shape[2:] != self._first[2:] or len(x) > self._first[0]:
            raise ValueError("could not broadcast input array")
        return super().forward(x)


class ShapeOfFirstBatchInBackward(ShapeOfFirstBatch):
    __doc__ = ShapeOfFirstBatch.__doc__

    def forward(self, x: Array) -> Array:
        self._first = getattr(self, "_first", x.shape)
        return Conv.forward(self, x)

    def backward(self, dout: Array) -> Array:
        dx, kept = super().backward(dout), np.zeros(self._first)
        both = tuple(slice(0, min(sizes)) for sizes in zip(dx.shape, kept.shape, strict=True))
        kept[both] = dx[both]
        return kept


class ShapeOfFirstBatchReshaped(ShapeOfFirstBatchInBackward):
    __doc__ = ShapeOfFirstBatch.__doc__

    def backward(self, dout: Array) -> Array:
        return Conv.backward(self, dout).reshape(self._first)


class ErrorsOfFirstBatch(ShapeOfFirstBatch):
    """the array for the errors is made for the first batch and kept for all that follow

    What does the layer remember of the first batch? The next one may be smaller, and it starts from zero.
    """

    def forward(self, x: Array) -> Array:
        return Conv.forward(self, x)

    def _input_gradient(self, dout: Array) -> Array:
        dx = super()._input_gradient(dout)
        self._errors = getattr(self, "_errors", np.zeros(dx.shape))
        if dx.shape != self._errors.shape:
            raise ValueError("operands could not be broadcast together")
        self._errors = self._errors + dx
        return self._errors


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    found: dict[str, tuple[type[Conv], ...]] = {
        "conv-even-kernel-backward-misaligned": (
            *(EvenKernelMisaligned, EvenKernelWeightsMisaligned, EvenKernelBothMisaligned, EvenKernelOneTooMany),
        ),
        "conv-zero-pad-slice-empty": (
            *(EmptySlice, EmptySliceOfSignals, EmptySliceOfSignalsIndexed, EmptySliceCrashes, EmptySliceInForward),
        ),
        "conv-1x1-special-case-broken": (
            *(OnePixelKernelCrashes, OnePixelKernelPadded, OnePixelKernelWithoutStride, OnePixelKernelWithoutBias),
        ),
        "conv-edge-padding": (
            *(EdgePadding, ReflectPadding, SymmetricPadding, WrapPadding),
            *(EdgePaddingForwardOnly, SymmetricPaddingForwardOnly),
        ),
        "conv-full-crop-wrong": (CropTooEarly, CropTooEarlyInBoth, CropTooEarlySideways, CropTooLate, NotCropped),
        "conv-large-kernel": (LargeKernelCrashes, LargeKernelAsserted, LargeKernelOutput),
        "conv-shape-cached": (
            *(ShapeOfFirstBatch, ShapeOfFirstBatchInBackward, ShapeOfFirstBatchReshaped, ErrorsOfFirstBatch),
        ),
    }
    return [misconception(id, cls, "Conv") for id, classes in found.items() for cls in classes]
