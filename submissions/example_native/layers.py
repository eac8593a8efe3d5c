"""Fully connected layer, activations, flatten and dropout."""

import numpy as np

from framework.layer import Layer


def sigmoid(x):
    """Logistic function; exp only sees numbers <= 0, so it cannot overflow."""
    x = np.asarray(x, dtype=float)
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


class FullyConnected(Layer):
    trainable = True

    def __init__(self, input_size, output_size):
        super().__init__()
        self.input_size = input_size
        self.output_size = output_size
        self.parameters["W"] = np.random.rand(input_size, output_size)
        self.parameters["b"] = np.random.rand(output_size)
        self.zero_grad()
        self.x = None

    def initialize(self, weights_initializer, bias_initializer):
        fans = (self.input_size, self.output_size)
        W = self.parameters["W"]
        b = self.parameters["b"]
        W[...] = weights_initializer.initialize(W.shape, *fans)
        b[...] = bias_initializer.initialize(b.shape, *fans)

    def forward(self, x):
        self.x = x
        return x @ self.parameters["W"] + self.parameters["b"]

    def backward(self, dout):
        self.gradients["W"] += self.x.T @ dout
        self.gradients["b"] += dout.sum(axis=0)
        return dout @ self.parameters["W"].T


class ReLU(Layer):
    def __init__(self):
        super().__init__()
        self.positive = None

    def forward(self, x):
        self.positive = x > 0
        return np.maximum(x, 0.0)

    def backward(self, dout):
        return dout * self.positive


class Sigmoid(Layer):
    def __init__(self):
        super().__init__()
        self.y = None

    def forward(self, x):
        self.y = sigmoid(x)
        return self.y

    def backward(self, dout):
        return dout * self.y * (1 - self.y)


class TanH(Layer):
    def __init__(self):
        super().__init__()
        self.y = None

    def forward(self, x):
        self.y = np.tanh(np.asarray(x, dtype=float))
        return self.y

    def backward(self, dout):
        return dout * (1 - self.y**2)


class SoftMax(Layer):
    def __init__(self):
        super().__init__()
        self.y = None

    def forward(self, x):
        x = np.asarray(x, dtype=float)
        # every row is shifted by its own maximum
        e = np.exp(x - x.max(axis=1, keepdims=True))
        self.y = e / e.sum(axis=1, keepdims=True)
        return self.y

    def backward(self, dout):
        # Jacobian of one row: diag(y) - y y^T
        weighted = np.sum(dout * self.y, axis=1, keepdims=True)
        return self.y * (dout - weighted)


class Flatten(Layer):
    def __init__(self):
        super().__init__()
        self.shape = None

    def forward(self, x):
        self.shape = x.shape
        return x.reshape(x.shape[0], int(np.prod(x.shape[1:])))

    def backward(self, dout):
        return dout.reshape(self.shape)


class Dropout(Layer):
    """Inverted dropout, `probability` is the fraction that is kept."""

    def __init__(self, probability):
        super().__init__()
        if not 0 < probability <= 1:
            raise ValueError("the fraction to keep must be in (0, 1]")
        self.probability = probability
        self.mask = None  # already divided by the probability; None after a test forward

    def forward(self, x):
        if not self.training:
            self.mask = None
            return x
        self.mask = (np.random.rand(*x.shape) < self.probability) / self.probability
        return x * self.mask

    def backward(self, dout):
        if self.mask is None:
            return dout
        return dout * self.mask
