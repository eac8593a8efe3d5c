"""The convolution. N batch, C input channels, K kernels, H W input height and width, P Q output height and width.

A kernel is h high and w wide. In one dimension H, P and h are all there is; the code says `space` for (H,) or (H, W),
`out` for (P,) or (P, Q) and `kernel` for (h,) or (h, w), and is the same for both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from framework.initializer import Initializer
from framework.layer import Array, Layer
from framework.reference._arguments import floating, one_per_axis, positive_int


class Conv(Layer):
    """Cross-correlation of `x` (N, C, H[, W]) with `W` (K, C, h[, w]), plus one bias per kernel, `b` (K,).

    `convolution_shape` is (C, h) or (C, h, w); `stride_shape` is one number for every direction or one for each.
    With padding "same" zeros surround the input such that at stride 1 the output has its size; a stride then keeps
    every s-th output, from index 0: P = ceil(H / s). With "valid" nothing is padded: P = floor((H - h) / s) + 1.

    Two choices that the contract leaves open: a kernel of even size needs one zero more on one side, and
    `extra_in_front` says on which (True: h // 2 zeros in front, as in SciPy; False: (h - 1) // 2). With
    `centred_stride` a strided "same" convolution pads only what its windows reach, evenly, as TensorFlow does (which
    also puts the extra zero behind).

    Both parameters are drawn from U[0, 1) at first, from `rng`. Raises ValueError for sizes that are not positive
    whole numbers, for a stride that fits neither one nor all directions, and for an unknown padding.
    """

    trainable = True

    def __init__(
        self,
        stride_shape: int | Sequence[int],
        convolution_shape: Sequence[int],
        num_kernels: int,
        padding: Literal["same", "valid"] = "same",
        *,
        extra_in_front: bool = True,
        centred_stride: bool = False,
        rng: np.random.Generator | None = None,
    ) -> None:
        super().__init__()
        if len(convolution_shape) not in (2, 3):
            raise ValueError(f"convolution_shape must be (C, h) or (C, h, w), not {convolution_shape!r}")
        if padding not in ("same", "valid"):
            raise ValueError(f"padding must be 'same' or 'valid', not {padding!r}")
        self.num_kernels = positive_int("num_kernels", num_kernels)
        self.channels, *kernel = (positive_int("convolution_shape", size) for size in convolution_shape)
        self.kernel = tuple(kernel)
        self.stride = one_per_axis("stride_shape", stride_shape, len(kernel))
        self.padding = padding
        self.extra_in_front = extra_in_front
        self.centred_stride = centred_stride
        rng = rng or np.random.default_rng()
        shape = (self.num_kernels, self.channels, *self.kernel)
        self.parameters = {"W": rng.random(shape), "b": rng.random(self.num_kernels)}
        self.zero_grad()

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        """Draw `W` and `b` anew, in place. The contract leaves the bias's fans open: it gets those of `W`."""
        area = math.prod(self.kernel)
        fans = (self.channels * area, self.num_kernels * area)
        self.parameters["W"][...] = weights_initializer.initialize(self.parameters["W"].shape, *fans)
        self.parameters["b"][...] = bias_initializer.initialize((self.num_kernels,), *fans)

    def forward(self, x: Array) -> Array:
        """Return the output (N, K, P[, Q]) for `x` (N, C, H[, W]).

        Raises ValueError if `x` has other axes or channels, or if it is too small for a "valid" convolution.
        """
        axes = ("H", "W")[: len(self.kernel)]
        if x.ndim != 2 + len(axes) or x.shape[1] != self.channels:
            raise ValueError(f"expected input of shape (N, {self.channels}, {', '.join(axes)}), not {x.shape}")
        self._space = x.shape[2:]
        self._x = self._padded(floating(x))
        return self._correlated(self._windows_of(self._x)) + self._per_kernel(self.parameters["b"])

    def backward(self, dout: Array) -> Array:
        """Add the gradients of `W` and `b`; return dL/dx, (N, K, P[, Q]) -> (N, C, H[, W])."""
        self.gradients["W"] += self._weights_gradient(dout)
        self.gradients["b"] += self._bias_gradient(dout)
        return self._input_gradient(dout)

    def _pad_amounts(self, size: int, kernel: int, stride: int) -> tuple[int, int]:
        """Return how many zeros go in front of and behind an axis of the input that is `size` long."""
        if self.padding == "valid":
            return 0, 0
        total = kernel - 1
        if self.centred_stride:
            outputs = -(-size // stride)
            total = max((outputs - 1) * stride + kernel - size, 0)
        front = (total + self.extra_in_front) // 2
        return front, total - front

    def _all_pad_amounts(self) -> list[tuple[int, int]]:
        """Return the zeros in front and behind for every spatial axis of the last input."""
        return [self._pad_amounts(*axis) for axis in zip(self._space, self.kernel, self.stride, strict=True)]

    def _padded(self, x: Array) -> Array:
        """Return a copy of `x` with zeros around its spatial axes."""
        amounts = self._all_pad_amounts()
        sizes = [front + size + back for size, (front, back) in zip(self._space, amounts, strict=True)]
        inside = (slice(front, front + size) for size, (front, _) in zip(self._space, amounts, strict=True))
        padded = np.zeros((*x.shape[:2], *sizes), x.dtype)
        padded[:, :, *inside] = x  # for small images much faster than np.pad
        return padded

    def _windows_of(self, padded: Array) -> Array:
        """Return the part of the input that each output looks at, a view (N, C, P[, Q], h[, w])."""
        if any(size < kernel for size, kernel in zip(padded.shape[2:], self.kernel, strict=True)):
            raise ValueError(f"a 'valid' kernel of {self.kernel} does not fit into {padded.shape[2:]}")
        windows = sliding_window_view(padded, self.kernel, axis=tuple(range(2, padded.ndim)))
        return windows[:, :, *(slice(None, None, step) for step in self.stride)]

    def _correlated(self, windows: Array) -> Array:
        """Return the sum of every window times every kernel, (N, K, P[, Q])."""
        axes = len(self.kernel)
        seen = [1, *range(2 + axes, 2 + 2 * axes)]  # of the windows: C, h[, w]
        sums = np.tensordot(self.parameters["W"], windows, axes=(range(1, 2 + axes), seen))  # (K, N, P[, Q])
        return np.moveaxis(sums, 0, 1)

    def _weights_gradient(self, dout: Array) -> Array:
        """Return dL/dW (K, C, h[, w]): each kernel entry met one number per window, whose errors add up."""
        shared = [0, *range(2, dout.ndim)]  # N, P[, Q]
        by_kernel = np.tensordot(self._windows_of(self._x), dout, axes=(shared, shared))  # (C, h[, w], K)
        return np.moveaxis(by_kernel, -1, 0)

    def _bias_gradient(self, dout: Array) -> Array:
        """Return dL/db (K,): a bias takes part in every output of its kernel."""
        gradient: Array = dout.sum(axis=(0, *range(2, dout.ndim)))
        return gradient

    def _input_gradient(self, dout: Array) -> Array:
        """Return dL/dx (N, C, H[, W]): every error goes back to all the inputs in its window, times their weights."""
        shares = np.tensordot(self.parameters["W"], dout, axes=(0, 1))  # (C, h[, w], N, P[, Q])
        dx = np.zeros_like(self._x.swapaxes(0, 1), dtype=shares.dtype)  # (C, N, H[, W]) with the padding
        for offset in np.ndindex(self.kernel):
            # Windows overlap, but for one kernel entry the inputs that it meets are all different.
            dx[:, :, *self._met(offset, dout.shape[2:])] += shares[:, *offset]
        return np.ascontiguousarray(dx.swapaxes(0, 1)[:, :, *self._inside()])

    def _inside(self) -> tuple[slice, ...]:
        """Return where the unpadded input lies in the padded space."""
        axes = zip(self._all_pad_amounts(), self._space, strict=True)
        return tuple(slice(front, front + size) for (front, _), size in axes)

    def _met(self, offset: tuple[int, ...], out: tuple[int, ...]) -> tuple[slice, ...]:
        """Return where in the padded space the kernel entry at `offset` meets its inputs, one per output."""
        axes = zip(offset, out, self.stride, strict=True)
        return tuple(slice(start, start + (count - 1) * step + 1, step) for start, count, step in axes)

    def _per_kernel(self, values: Array) -> Array:
        """Return `values` (K,) in a shape that broadcasts against the output, (1, K, 1[, 1])."""
        return values.reshape(1, -1, *[1] * len(self.kernel))
