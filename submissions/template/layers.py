"""Fully connected layer, activations, flatten and dropout."""

from framework.layer import Layer


class FullyConnected(Layer):
    """y = x W + b.

    Parameters: `W` (input_size, output_size) and `b` (output_size,), both drawn from U[0, 1) at first. Put them
    into `self.parameters` in the constructor; `self.zero_grad()` then makes the matching `self.gradients`.
    """

    trainable = True

    def __init__(self, input_size, output_size):
        super().__init__()
        self.input_size = input_size
        self.output_size = output_size
        # still missing: self.parameters["W"], self.parameters["b"] and their gradients

    def initialize(self, weights_initializer, bias_initializer):
        """Draw W and b anew with `initializer.initialize(shape, fan_in, fan_out)`, fans (input_size, output_size)."""
        raise NotImplementedError("FullyConnected.initialize is yours to write")

    def forward(self, x):
        """x (N, input_size) -> y (N, output_size)."""
        raise NotImplementedError("FullyConnected.forward is yours to write")

    def backward(self, dout):
        """dout (N, output_size) -> dx (N, input_size); add the gradients of W and b, summed over the batch."""
        raise NotImplementedError("FullyConnected.backward is yours to write")


class ReLU(Layer):
    """y = max(0, x), element by element, for any shape."""

    def forward(self, x):
        """x (N, ...) -> y of the same shape."""
        raise NotImplementedError("ReLU.forward is yours to write")

    def backward(self, dout):
        """dout, shaped like y -> dx of the same shape."""
        raise NotImplementedError("ReLU.backward is yours to write")


class Sigmoid(Layer):
    """y = 1 / (1 + exp(-x)), element by element, for any shape; large |x| must not overflow."""

    def forward(self, x):
        """x (N, ...) -> y of the same shape."""
        raise NotImplementedError("Sigmoid.forward is yours to write")

    def backward(self, dout):
        """dout, shaped like y -> dx of the same shape. The derivative is easiest in terms of y."""
        raise NotImplementedError("Sigmoid.backward is yours to write")


class TanH(Layer):
    """y = tanh(x), element by element, for any shape."""

    def forward(self, x):
        """x (N, ...) -> y of the same shape."""
        raise NotImplementedError("TanH.forward is yours to write")

    def backward(self, dout):
        """dout, shaped like y -> dx of the same shape. The derivative is easiest in terms of y."""
        raise NotImplementedError("TanH.backward is yours to write")


class SoftMax(Layer):
    """y = exp(x) / sum(exp(x)), for every row by itself; rows with very large numbers must not overflow."""

    def forward(self, x):
        """x (N, K) -> y (N, K), every row sums to one."""
        raise NotImplementedError("SoftMax.forward is yours to write")

    def backward(self, dout):
        """dout (N, K) -> dx (N, K). Every output of a row depends on every input of that row."""
        raise NotImplementedError("SoftMax.backward is yours to write")


class Flatten(Layer):
    """Makes one row of every sample; the batch axis stays."""

    def forward(self, x):
        """x (N, ...) -> y (N, product of the other axes)."""
        raise NotImplementedError("Flatten.forward is yours to write")

    def backward(self, dout):
        """dout (N, product) -> dx, shaped like x."""
        raise NotImplementedError("Flatten.backward is yours to write")


class Dropout(Layer):
    """Inverted dropout; `probability` is the fraction to keep.

    While training, every element is kept (and divided by `probability`) or set to zero, independently of the
    others. In the test phase (`self.training` is False) nothing changes.
    """

    def __init__(self, probability):
        super().__init__()
        self.probability = probability

    def forward(self, x):
        """x (N, ...) -> y of the same shape."""
        raise NotImplementedError("Dropout.forward is yours to write")

    def backward(self, dout):
        """dout, shaped like y -> dx of the same shape, with the mask of the last forward."""
        raise NotImplementedError("Dropout.backward is yours to write")
