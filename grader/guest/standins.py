"""What a student's container is filled with: known layers, a loss and a data layer of the grader's own.

They have the attributes that their dialect promises and nothing else to offer: their mathematics is that of no task, so
that no hand-in can borrow one of them, and no reader of a student kit finds an answer here. Nothing they see counts as
evidence: the grader computes losses, outputs and weights itself and compares numbers. N batch, D inputs, M outputs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np

from .wire import Array


class DataLayer:
    """Hands out the given batches one after the other, from the first again after the last.

    It holds a running generator, as the exercise's own data layers do: no pickle can take it along.
    """

    def __init__(self, batches: list[tuple[Array, Array]]) -> None:
        self._stream = self._forever(batches)

    def next(self) -> tuple[Array, Array]:
        """Return copies of the next inputs and labels."""
        return next(self._stream)

    @staticmethod
    def _forever(batches: list[tuple[Array, Array]]) -> Iterator[tuple[Array, Array]]:
        for number in count():
            x, y = batches[number % len(batches)]
            yield x.copy(), y.copy()


class SmoothError:
    """The sum of sqrt(1 + (prediction - label)**2): no probabilities needed, so that any layer may come last."""

    def forward(self, prediction: Array, label: Array) -> float:
        """Return the loss."""
        self.prediction = np.array(prediction)
        return float(np.hypot(1.0, self.prediction - label).sum())

    def backward(self, label: Array) -> Array:
        """Return its derivative with respect to the prediction of the last forward."""
        return np.asarray(np.sin(np.arctan(self.prediction - label)))


class Arctan:
    """A map without parameters."""

    def output(self, x: Array, testing: bool) -> Array:
        """Return y."""
        self._x = np.array(x)
        return np.asarray(np.arctan(self._x))

    def input_gradient(self, dy: Array) -> Array:
        """Return dL/dx for the last output."""
        return np.asarray(dy / (1.0 + self._x**2))


class Phased:
    """Three times its input while training, its input while testing: as different as dropout, but not random."""

    def output(self, x: Array, testing: bool) -> Array:
        """Return y."""
        self._gain = 1.0 if testing else 3.0
        return np.asarray(self._gain * x)

    def input_gradient(self, dy: Array) -> Array:
        """Return dL/dx for the last output."""
        return np.asarray(self._gain * dy)


class FauMap:
    """One of the maps above, as a layer of the exercise."""

    trainable = False

    def __init__(self, what: Arctan | Phased) -> None:
        self._map = what
        self.testing_phase: Any = False

    def forward(self, input_tensor: Array) -> Array:
        """Return the output."""
        return self._map.output(input_tensor, _means_test(self.testing_phase))

    def backward(self, error_tensor: Array) -> Array:
        """Return dL/dx."""
        return self._map.input_gradient(error_tensor)


def _distances(x: Array, W: Array, b: Array) -> tuple[Array, Array]:
    """Return y (N, M), half the squared distance of each row of `x` from each column of `W`, plus `b`; and x - W."""
    apart = x[:, :, None] - W[None]
    return b + (apart**2).sum(axis=1) / 2, apart


class FauDistances:
    """`_distances` as a layer of the exercise: one matrix `weights` (D + 1, M), b last; `backward` updates it.

    `obeys` False: it keeps its parameters when it is told to initialize them, as batch normalization does.
    """

    trainable = True

    def __init__(self, W: Array, b: Array, obeys: bool) -> None:
        self.testing_phase: Any = False
        self.optimizer: Any = None
        self.gradient_weights: Array | None = None
        self.weights = np.vstack([W, b])
        self._obeys = obeys

    def initialize(self, weights_initializer: Any, bias_initializer: Any) -> None:
        """Draw W and b anew."""
        if self._obeys:
            D, M = self.weights.shape[0] - 1, self.weights.shape[1]
            weights = weights_initializer.initialize((D, M), D, M)
            self.weights = np.vstack([weights, bias_initializer.initialize((1, M), D, M)])

    def forward(self, input_tensor: Array) -> Array:
        """Return the output."""
        y, self._apart = _distances(np.asarray(input_tensor), self.weights[:-1], self.weights[-1])
        return y

    def backward(self, error_tensor: Array) -> Array:
        """Return dL/dx and, with an optimizer, update."""
        shares = error_tensor[:, None, :] * self._apart
        self.gradient_weights = np.vstack([-shares.sum(axis=0), error_tensor.sum(axis=0)])
        if self.optimizer is not None:
            self.weights = self.optimizer.calculate_update(self.weights, self.gradient_weights)
        return np.asarray(shares.sum(axis=2))

    def read(self) -> dict[str, Array]:
        """Return W and b."""
        return {"W": self.weights[:-1].copy(), "b": self.weights[-1].copy()}


class NativeMap:
    """One of the maps above, as a native layer."""

    trainable = False

    def __init__(self, what: Arctan | Phased | None = None) -> None:
        self._map = what
        self.training = True
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}

    def initialize(self, weights_initializer: Any, bias_initializer: Any) -> None:
        """Nothing to draw."""

    def forward(self, x: Array) -> Array:
        """Return the output."""
        assert self._map is not None
        return self._map.output(x, not self.training)

    def backward(self, dout: Array) -> Array:
        """Return dL/dx."""
        assert self._map is not None
        return self._map.input_gradient(dout)

    def zero_grad(self) -> None:
        """Set every gradient to zero."""
        self.gradients = {name: np.zeros_like(value) for name, value in self.parameters.items()}

    def train(self) -> None:
        """Switch to the training phase."""
        self.training = True

    def eval(self) -> None:
        """Switch to the test phase."""
        self.training = False


class NativeDistances(NativeMap):
    """`_distances` as a native layer: `parameters`, and `gradients` that `backward` adds to; the container updates."""

    trainable = True

    def __init__(self, W: Array, b: Array, obeys: bool) -> None:
        super().__init__()
        self.parameters = {"W": np.array(W), "b": np.array(b)}
        self._obeys = obeys
        self.zero_grad()

    def initialize(self, weights_initializer: Any, bias_initializer: Any) -> None:
        """Draw W and b anew, unless it does not obey."""
        if self._obeys:
            D, M = self.parameters["W"].shape
            self.parameters["W"][...] = weights_initializer.initialize((D, M), D, M)
            self.parameters["b"][...] = bias_initializer.initialize((M,), D, M)

    def forward(self, x: Array) -> Array:
        """Return the output."""
        y, self._apart = _distances(np.asarray(x), self.parameters["W"], self.parameters["b"])
        return y

    def backward(self, dout: Array) -> Array:
        """Return dL/dx and add to the gradients."""
        shares = dout[:, None, :] * self._apart
        self.gradients["W"] -= shares.sum(axis=0)
        self.gradients["b"] += dout.sum(axis=0)
        return np.asarray(shares.sum(axis=2))

    def read(self) -> dict[str, Array]:
        """Return W and b."""
        return {name: self.parameters[name].copy() for name in ("W", "b")}


def _means_test(phase: Any) -> bool:
    """Tell what a container meant that writes truth values, names or members of an enumeration into a layer."""
    text = phase if isinstance(phase, str) else getattr(phase, "name", None)
    return text.lower().startswith("test") if isinstance(text, str) else bool(phase)
