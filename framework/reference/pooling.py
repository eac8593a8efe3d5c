"""Max pooling. N batch, C channels, H W input height and width, P Q output height and width."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from framework.layer import Array, Layer
from framework.reference._arguments import floating, one_per_axis


class Pooling(Layer):
    """The maximum of every window: (N, C, H, W) -> (N, C, P, Q).

    The stride comes first, as in Conv: `Pooling(stride_shape, pooling_shape)`; one number, or one for each direction.
    Windows may overlap or leave gaps. Only whole windows count, P = floor((H - h) / s) + 1, so a border may go unused.
    If several entries of a window are the largest, the first one in reading order is the winner.

    Raises ValueError if a size is not a positive whole number.
    """

    def __init__(self, stride_shape: int | Sequence[int], pooling_shape: int | Sequence[int]) -> None:
        super().__init__()
        self.stride = one_per_axis("stride_shape", stride_shape, 2)
        self.window = one_per_axis("pooling_shape", pooling_shape, 2)

    def forward(self, x: Array) -> Array:
        """Return the windows' maxima (N, C, P, Q). Raises ValueError if no window fits into `x` (N, C, H, W)."""
        if x.ndim != 4 or x.shape[2] < self.window[0] or x.shape[3] < self.window[1]:
            raise ValueError(f"expected input of shape (N, C, H, W), no smaller than {self.window}, not {x.shape}")
        x = floating(x)
        self._shape = x.shape
        candidates = self._candidates(x)
        self._winner = candidates.argmax(axis=-1)  # argmax takes the first of equals
        y: Array = np.take_along_axis(candidates, self._winner[..., None], axis=-1)[..., 0]
        return y

    def backward(self, dout: Array) -> Array:
        """Return dL/dx (N, C, H, W): each window's error goes to its winner, and adds up if one wins twice."""
        dout = floating(dout)
        dx = np.zeros(self._shape, dtype=dout.dtype)
        for place, offset in enumerate(np.ndindex(self.window)):
            # Windows may overlap, but the entries that they have at the same place are all different.
            dx[:, :, *self._at(offset, dout.shape[2:])] += self._share(dout, place)
        return dx

    def _candidates(self, x: Array) -> Array:
        """Return what competes in every window, (N, C, P, Q, h * w), in reading order."""
        windows = sliding_window_view(x, self.window, axis=(2, 3))[:, :, :: self.stride[0], :: self.stride[1]]
        return windows.reshape(*windows.shape[:4], -1)

    def _share(self, dout: Array, place: int) -> Array:
        """Return the part of the errors (N, C, P, Q) that goes to the entry at `place` of its window."""
        return np.where(self._winner == place, dout, 0)

    def _at(self, offset: tuple[int, ...], out: tuple[int, ...]) -> tuple[slice, ...]:
        """Return where in the input the windows have their entry at `offset`."""
        axes = zip(offset, out, self.stride, strict=True)
        return tuple(slice(start, start + (count - 1) * step + 1, step) for start, count, step in axes)
