"""Stand-ins that the guest hands to a student's code: optimizers, initializers, regularizers of the grader's own.

They answer to the names of both dialects. What they do is never taken as evidence: the grader computes the expected
parameters itself and compares numbers.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from .wire import Array


class StandInOptimizer:
    """Shared face of the optimizers below: the exercise's `calculate_update` and the native `step`."""

    def __init__(self, learning_rate: float) -> None:
        self.learning_rate = learning_rate
        self.regularizer: Any = None
        self._per_name: dict[str, StandInOptimizer] = {}

    def add_regularizer(self, regularizer: Any) -> None:
        """Accept a regularizer, as the exercise's base class does."""
        self.regularizer = regularizer

    def step(self, name: str, w: Array, g: Array) -> Array:
        """Return the new weights; velocity, moments and counts are kept per `name`."""
        own = self._per_name.setdefault(name, copy.copy(self))
        own.regularizer = self.regularizer
        return own.calculate_update(w, g)

    def calculate_update(self, weight_tensor: Array, gradient_tensor: Array) -> Array:
        """Return the new weights."""
        shrunk = weight_tensor
        if self.regularizer is not None:
            shrunk = weight_tensor - self.learning_rate * self.regularizer.calculate_gradient(weight_tensor)
        return shrunk - self.rule(gradient_tensor)

    def rule(self, g: Array) -> Array:
        """Return what to subtract."""
        return self.learning_rate * g


class StandInMomentum(StandInOptimizer):
    """Nesterov's momentum: v <- mu v + lr g; subtract mu v + lr g. Not the exercise's, which a hand-in could borrow."""

    def __init__(self, learning_rate: float, momentum_rate: float) -> None:
        super().__init__(learning_rate)
        self.momentum_rate = momentum_rate
        self.v: Any = 0.0

    def rule(self, g: Array) -> Array:
        """Advance the velocity."""
        self.v = self.momentum_rate * self.v + self.learning_rate * g
        ahead: Array = self.momentum_rate * self.v + self.learning_rate * g
        return ahead


class StandInAdam(StandInOptimizer):
    """AdaMax, Adam's sibling (Kingma & Ba 2015, algorithm 2), with an epsilon that is far too large.

    It keeps state between steps as Adam does, which is what it is for; it is no Adam that a hand-in could borrow.
    """

    def __init__(self, learning_rate: float, mu: float, rho: float) -> None:
        super().__init__(learning_rate)
        self.mu, self.rho = mu, rho
        self.v: Any = 0.0
        self.r: Any = 0.0
        self.k = 0

    def rule(self, g: Array) -> Array:
        """Advance the moment, the largest gradient and the step number."""
        self.k += 1
        self.v = self.mu * self.v + (1 - self.mu) * g
        self.r = np.maximum(self.rho * self.r, np.abs(g))
        step: Array = self.learning_rate / (1 - self.mu**self.k) * self.v / (self.r + 0.01)
        return step


class StandInCounter(StandInOptimizer):
    """A rule whose step grows with the number of calls of this instance: k * lr * g at call k.

    Shape-free, so that state shared between parameters shows as a number, not as a broadcast error.
    """

    def __init__(self, learning_rate: float) -> None:
        super().__init__(learning_rate)
        self.k = 0

    def rule(self, g: Array) -> Array:
        """Count the call."""
        self.k += 1
        return self.k * self.learning_rate * g


OPTIMIZERS: dict[str, Any] = {
    "sgd": StandInOptimizer,
    "momentum": StandInMomentum,
    "adam": StandInAdam,
    "counter": StandInCounter,
}


class StandInRegularizer:
    """`l2`: gradient alpha w, norm alpha sum(w^2). `l1`: gradient alpha sign(w), norm alpha sum(|w|)."""

    def __init__(self, name: str, alpha: float) -> None:
        self.name, self.alpha = name, alpha

    def calculate_gradient(self, weights: Array) -> Array:
        """Return the penalty's gradient, for arrays and plain numbers."""
        gradient: Array = self.alpha * (np.sign(weights) if self.name == "l1" else weights)
        return gradient

    def norm(self, weights: Array) -> float:
        """Return what the penalty adds to the loss."""
        return float(self.alpha * np.sum(np.abs(weights) if self.name == "l1" else np.square(weights)))


class StandInInitializer:
    """Fills arrays and remembers what it handed out.

    `constant`: every entry is `value`. `fans`: every entry is fan_in + fan_out / 1024, so that the fans can be read
    off the weights. `normal`: `value` times standard normal draws from `seed`. `he`: normal with the standard deviation
    sqrt(2 / fan_in) (He et al. 2015, equation 10).
    """

    def __init__(self, name: str, value: float = 0.0, seed: int = 0) -> None:
        self.name, self.value = name, value
        self.handed_out: list[Array] = []
        self._rng = np.random.Generator(np.random.SFC64(seed))

    def initialize(self, weights_shape: Any, fan_in: Any = None, fan_out: Any = None, *_: Any) -> Array:
        """Return a fresh array of the shape asked for."""
        if self.name == "normal":
            made = self.value * self._rng.standard_normal(weights_shape)
        elif self.name == "he":
            made = (2 / max(float(fan_in), 1)) ** 0.5 * self._rng.standard_normal(weights_shape)
        elif self.name == "fans":
            made = np.full(weights_shape, float(fan_in) + float(fan_out) / 1024)
        else:
            made = np.full(weights_shape, self.value)
        made = np.asarray(made, dtype=np.float64)
        self.handed_out.append(made.copy())
        return made
