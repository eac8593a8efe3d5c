"""Convolution and pooling."""

from framework.layer import Layer


class Conv(Layer):
    """Cross-correlation of every sample with every kernel, summed over the channels, plus a bias per kernel.

    `convolution_shape` is (C, h) for input (N, C, H) or (C, h, w) for input (N, C, H, W). `stride_shape` is one
    number, or one number per axis of space.
    padding="same": zeros all around, k - 1 per axis in total, so that stride 1 keeps the size; a stride takes the
    positions 0, s, 2s, ... of that, which makes ceil(H / s) of them. For an odd kernel both sides get (k - 1) / 2.
    padding="valid": no zeros, floor((H - h) / s) + 1 positions.

    Parameters: `W` (num_kernels, C, h[, w]) and `b` (num_kernels,), both drawn from U[0, 1) at first. Put them
    into `self.parameters` in the constructor; `self.zero_grad()` then makes the matching `self.gradients`.
    """

    trainable = True

    def __init__(self, stride_shape, convolution_shape, num_kernels, padding="same"):
        super().__init__()
        self.stride_shape = stride_shape
        self.convolution_shape = convolution_shape
        self.num_kernels = num_kernels
        self.padding = padding
        # still missing: self.parameters["W"], self.parameters["b"] and their gradients

    def initialize(self, weights_initializer, bias_initializer):
        """Draw W and b anew, fan_in = C*h*w and fan_out = num_kernels*h*w."""
        raise NotImplementedError("Conv.initialize is yours to write")

    def forward(self, x):
        """x (N, C, H[, W]) -> y (N, num_kernels, H'[, W'])."""
        raise NotImplementedError("Conv.forward is yours to write")

    def backward(self, dout):
        """dout, shaped like y -> dx, shaped like x; add the gradients of W and b."""
        raise NotImplementedError("Conv.backward is yours to write")


class Pooling(Layer):
    """Maximum over windows of `pooling_shape` (h, w), one every `stride_shape` (s_y, s_x), without padding.

    There are floor((H - h) / s_y) + 1 windows in an axis; what is left over at the border is not used. Windows may
    overlap: then the gradients of one input add up.
    """

    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        self.stride_shape = stride_shape
        self.pooling_shape = pooling_shape

    def forward(self, x):
        """x (N, C, H, W) -> y (N, C, H', W')."""
        raise NotImplementedError("Pooling.forward is yours to write")

    def backward(self, dout):
        """dout, shaped like y -> dx, shaped like x: every element goes to the place its maximum came from."""
        raise NotImplementedError("Pooling.backward is yours to write")
