"""The fully connected layer. N batch, D input features, M output features."""

from __future__ import annotations

import numpy as np

from framework.initializer import Initializer
from framework.layer import Array, Layer
from framework.reference._arguments import floating, positive_int


class FullyConnected(Layer):
    """An affine map, y = x W + b, with `W` (D, M) and `b` (M,). Both are drawn from U[0, 1) at first.

    Raises ValueError if a size is not a positive whole number. `rng` is where the first weights come from.
    """

    trainable = True

    def __init__(self, input_size: int, output_size: int, *, rng: np.random.Generator | None = None) -> None:
        super().__init__()
        self.input_size = positive_int("input_size", input_size)
        self.output_size = positive_int("output_size", output_size)
        rng = rng or np.random.default_rng()
        self.parameters = {"W": rng.random((self.input_size, self.output_size)), "b": rng.random(self.output_size)}
        self.zero_grad()

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        """Draw `W` and `b` anew, in place. The contract leaves the bias's fans open: it gets those of `W`."""
        fans = (self.input_size, self.output_size)
        self.parameters["W"][...] = weights_initializer.initialize((self.input_size, self.output_size), *fans)
        self.parameters["b"][...] = bias_initializer.initialize((self.output_size,), *fans)

    def forward(self, x: Array) -> Array:
        """Return x W + b, (N, D) -> (N, M)."""
        # A copy: whatever a caller does to x later, backward sees what forward saw.
        self._x = np.array(floating(x))
        return self._affine(self._x)

    def backward(self, dout: Array) -> Array:
        """Add the gradients of `W` and `b`, summed over the batch; return dL/dx, (N, M) -> (N, D)."""
        self.gradients["W"] += self._weights_gradient(dout)
        self.gradients["b"] += self._bias_gradient(dout)
        return self._input_gradient(dout)

    def _affine(self, x: Array) -> Array:
        y: Array = x @ self.parameters["W"] + self.parameters["b"]
        return y

    def _weights_gradient(self, dout: Array) -> Array:
        gradient: Array = self._x.T @ dout
        return gradient

    def _bias_gradient(self, dout: Array) -> Array:
        gradient: Array = dout.sum(axis=0)
        return gradient

    def _input_gradient(self, dout: Array) -> Array:
        dx: Array = dout @ self.parameters["W"].T
        return dx
