"""Convolution (1-D and 2-D) and max pooling."""

import numpy as np

from framework.layer import Layer


def as_tuple(value, length):
    """A single value counts for every axis."""
    values = [int(v) for v in np.ravel(value)]
    if len(values) == 1:
        values = values * length
    if len(values) != length:
        raise ValueError(f"expected one value or {length}, got {value}")
    return tuple(values)


class Conv(Layer):
    trainable = True

    def __init__(self, stride_shape, convolution_shape, num_kernels, padding="same"):
        super().__init__()
        if padding not in ("same", "valid"):
            raise ValueError(f"unknown padding {padding}")
        self.convolution_shape = tuple(convolution_shape)
        self.num_kernels = num_kernels
        self.padding = padding
        self.is_1d = len(self.convolution_shape) == 2
        self.stride = as_tuple(stride_shape, len(self.convolution_shape) - 1)
        self.kernel = self.convolution_shape[1:]
        if self.is_1d:
            # 1-D is done as 2-D with width one
            self.stride = (self.stride[0], 1)
            self.kernel = (self.kernel[0], 1)
        self.parameters["W"] = np.random.rand(num_kernels, *self.convolution_shape)
        self.parameters["b"] = np.random.rand(num_kernels)
        self.zero_grad()

    def initialize(self, weights_initializer, bias_initializer):
        W = self.parameters["W"]
        b = self.parameters["b"]
        fan_in = int(np.prod(self.convolution_shape))
        fan_out = self.num_kernels * int(np.prod(self.convolution_shape[1:]))
        W[...] = weights_initializer.initialize(W.shape, fan_in, fan_out)
        b[...] = bias_initializer.initialize(b.shape, fan_in, fan_out)

    def kernels(self):
        """The weights as (K, C, h, w)."""
        W = self.parameters["W"]
        return W[..., np.newaxis] if self.is_1d else W

    def window(self, i, j):
        """Index of the inputs that meet kernel element (i, j), one for every output position."""
        sy, sx = self.stride
        oh, ow = self.out_size
        return (..., slice(i, i + sy * oh, sy), slice(j, j + sx * ow, sx))

    def forward(self, x):
        if self.is_1d:
            x = x[..., np.newaxis]
        h, w = self.kernel
        self.in_size = x.shape[2:]

        # zeros around the image; an even kernel gets the extra one in front
        if self.padding == "same":
            self.front = (h // 2, w // 2)
            back = (h - 1 - h // 2, w - 1 - w // 2)
        else:
            self.front = back = (0, 0)
        pads = ((0, 0), (0, 0), (self.front[0], back[0]), (self.front[1], back[1]))
        # channels first: (C, N, H, W), so that one tensordot handles a kernel element
        self.x = np.pad(x, pads).astype(float).transpose(1, 0, 2, 3)

        rows = self.x.shape[2] - h
        cols = self.x.shape[3] - w
        if rows < 0 or cols < 0:
            raise ValueError("the kernel is larger than the image")
        self.out_size = (rows // self.stride[0] + 1, cols // self.stride[1] + 1)

        W = self.kernels()
        y = np.zeros((self.num_kernels, x.shape[0], *self.out_size))
        for i in range(h):
            for j in range(w):
                y += np.tensordot(W[:, :, i, j], self.x[self.window(i, j)], axes=1)
        y = y.transpose(1, 0, 2, 3) + self.parameters["b"].reshape(1, -1, 1, 1)
        return y[..., 0] if self.is_1d else y

    def backward(self, dout):
        if self.is_1d:
            dout = dout[..., np.newaxis]
        h, w = self.kernel
        W = self.kernels()
        dout = dout.transpose(1, 0, 2, 3)  # (K, N, oh, ow)

        dW = np.zeros(W.shape)
        dx = np.zeros(self.x.shape)
        for i in range(h):
            for j in range(w):
                window = self.window(i, j)
                dW[:, :, i, j] = np.tensordot(dout, self.x[window], axes=((1, 2, 3), (1, 2, 3)))
                dx[window] += np.tensordot(W[:, :, i, j].T, dout, axes=1)
        self.gradients["W"] += dW[..., 0] if self.is_1d else dW
        self.gradients["b"] += dout.sum(axis=(1, 2, 3))

        # cut the padding off again
        fy, fx = self.front
        height, width = self.in_size
        dx = dx[:, :, fy : fy + height, fx : fx + width].transpose(1, 0, 2, 3)
        return dx[..., 0] if self.is_1d else dx


class Pooling(Layer):
    """Maximum pooling; of several equal maxima in a window the first one gets the gradient."""

    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride = as_tuple(stride_shape, 2)
        self.pool = as_tuple(pooling_shape, 2)

    def forward(self, x):
        self.in_shape = x.shape
        sy, sx = self.stride
        if x.shape[2] < self.pool[0] or x.shape[3] < self.pool[1]:
            raise ValueError("the window is larger than the image")
        windows = np.lib.stride_tricks.sliding_window_view(x, self.pool, axis=(2, 3))[:, :, ::sy, ::sx]
        windows = windows.reshape(*windows.shape[:4], -1)
        # number of the winner inside each window
        self.winner = windows.argmax(axis=-1)
        return np.take_along_axis(windows, self.winner[..., np.newaxis], axis=-1)[..., 0]

    def backward(self, dout):
        sy, sx = self.stride
        oh, ow = dout.shape[2:]
        dx = np.zeros(self.in_shape)
        for i in range(self.pool[0]):
            for j in range(self.pool[1]):
                won = self.winner == i * self.pool[1] + j
                dx[:, :, i : i + sy * oh : sy, j : j + sx * ow : sx] += dout * won
        return dx
