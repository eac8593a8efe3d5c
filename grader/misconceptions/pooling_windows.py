"""What goes wrong in cutting an image into the windows of Pooling. N C H W input, P Q output, h w window."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from framework.layer import Array
from framework.reference._arguments import floating
from framework.reference.pooling import Pooling
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class SizeFromStride(Pooling):
    """the number of windows is right for some sizes of window and stride only

    Draw an image seven pixels high, with windows of three and a stride of two. How many fit, and what does your formula
    say? It is right where the last window ends exactly at the border.
    """

    def forward(self, x: Array) -> Array:
        """Let windows that reach beyond the image see what there is of it; ValueError where that is nothing."""
        x = floating(x)
        self._shape = x.shape
        out = [self._count(*axis) for axis in zip(x.shape[2:], self.window, self.stride, strict=True)]
        ends = [(n - 1) * step + size for n, step, size in zip(out, self.stride, self.window, strict=True)]
        beyond = [max(end - size, 0) for end, size in zip(ends, x.shape[2:], strict=True)]
        if self._crashes and any(beyond):
            raise ValueError("setting an array element with a sequence")
        padded = np.pad(x, [(0, 0), (0, 0), *((0, more) for more in beyond)], constant_values=-np.inf)
        windows = sliding_window_view(padded, self.window, axis=(2, 3))[:, :, :: self.stride[0], :: self.stride[1]]
        candidates = windows[:, :, : out[0], : out[1]].reshape(*x.shape[:2], *out, -1)
        self._winner = candidates.argmax(axis=-1)
        y = np.take_along_axis(candidates, self._winner[..., None], axis=-1)[..., 0]
        if np.isneginf(y).any():
            raise ValueError("zero-size array to reduction operation maximum which has no identity")
        self._padded = padded.shape
        return np.asarray(y)

    def backward(self, dout: Array) -> Array:
        shape, self._shape = self._shape, self._padded
        dx = super().backward(dout)
        self._shape = shape
        return dx[:, :, : shape[2], : shape[3]]

    _crashes = False

    def _count(self, size: int, window: int, stride: int) -> int:
        return size // stride


class SizeFromStrideCrashes(SizeFromStride):
    __doc__ = SizeFromStride.__doc__
    _crashes = True


class SizeFromWindow(SizeFromStride):
    __doc__ = SizeFromStride.__doc__

    def _count(self, size: int, window: int, stride: int) -> int:
        return size // window


class WithoutPlusOne(SizeFromStride):
    __doc__ = SizeFromStride.__doc__

    def _count(self, size: int, window: int, stride: int) -> int:
        return (size - window) // stride


class RoundedUp(SizeFromStride):
    __doc__ = SizeFromStride.__doc__

    def _count(self, size: int, window: int, stride: int) -> int:
        return -(-(size - window) // stride) + 1


class RoundedUpCrashes(RoundedUp):
    __doc__ = SizeFromStride.__doc__
    _crashes = True


class SizeFromStrideRoundedUp(SizeFromStride):
    __doc__ = SizeFromStride.__doc__

    def _count(self, size: int, window: int, stride: int) -> int:
        return -(-size // stride)


class ReshapedIntoWindows(Pooling):
    """the numbers of a window are neighbours in memory, not in the image

    Work out one image of 4 x 4 by hand: which four numbers does your first window hold?
    """

    def _candidates(self, x: Array) -> Array:
        right = super()._candidates(x)
        return x.reshape(right.shape) if x.size == right.size else right


class ReshapedConsistently(ReshapedIntoWindows):
    __doc__ = ReshapedIntoWindows.__doc__

    def backward(self, dout: Array) -> Array:
        size = self.window[0] * self.window[1]
        if dout.size * size != np.prod(self._shape):
            return super().backward(dout)
        return np.where(np.arange(size) == self._winner[..., None], dout[..., None], 0).reshape(self._shape)


class WindowAxesSwapped(ReshapedIntoWindows):
    """the windows are cut along the wrong axes

    Work out one image of 4 x 4 by hand: which four numbers does your first window hold?
    """

    def _candidates(self, x: Array) -> Array:
        right = super(ReshapedIntoWindows, self)._candidates(x)
        if x.size != right.size:
            return right
        (h, w), (n, c, p, q) = self.window, right.shape[:4]
        return x.reshape(n, c, h, p, w, q).transpose(0, 1, 3, 5, 2, 4).reshape(right.shape)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    found: dict[str, tuple[type[Pooling], ...]] = {
        "pool-shape-formula": (
            *(SizeFromStride, SizeFromStrideCrashes, SizeFromWindow, WithoutPlusOne),
            *(RoundedUp, RoundedUpCrashes, SizeFromStrideRoundedUp),
        ),
        "pool-wrong-reshape": (ReshapedIntoWindows, ReshapedConsistently, WindowAxesSwapped),
    }
    return [misconception(id, cls, "Pooling") for id, classes in found.items() for cls in classes]
