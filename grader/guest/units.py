"""What the dialects share: units whose contract is the same in all of them, and small experiments on a unit."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np

from .aids import StandInInitializer, StandInRegularizer
from .answers import as_array, as_scalar
from .wire import Array

Flags = dict[str, Array]


class LossUnit:
    """A loss: `forward(prediction, label)`, `backward(label)`."""

    def __init__(self, loss: Any) -> None:
        self.loss = loss

    def forward(self, p: Array, y: Array) -> Array:
        """Return the loss as a 0-d array."""
        return as_scalar(self.loss.forward(p, y), "forward")

    def backward(self, y: Array) -> Array:
        """Return dL/dp."""
        return as_array(self.loss.backward(y), "backward")


class OptimizerUnit:
    """An optimizer, with the function (weights, gradient) -> new weights that its dialect makes of it."""

    def __init__(self, optimizer: Any, step: Callable[[Any, Any], Any], what: str) -> None:
        self.optimizer = optimizer
        self._step = step
        self._what = what

    def step(self, w: Array, g: Array) -> Array:
        """Return the new weights."""
        return as_array(self._step(w, g), self._what)

    def step_number(self, w: float, g: float) -> Array:
        """The same for Python floats."""
        return as_scalar(self._step(w, g), self._what)

    def add_regularizer(self, other: RegularizerUnit) -> None:
        """Give it one of the student's regularizers."""
        self.optimizer.add_regularizer(other.regularizer)

    def add_stand_in(self, name: str, alpha: float) -> None:
        """Give it a regularizer of the grader's."""
        self.optimizer.add_regularizer(StandInRegularizer(name, alpha))

    def aliasing(self, w: Array, g: Array) -> Flags:
        """Tell whether the arrays passed in were changed."""
        weights, gradient = w.copy(), g.copy()
        self._step(weights, gradient)
        return _flags(weights_changed=(weights != w).any(), gradient_changed=(gradient != g).any())


class RegularizerUnit:
    """A constraint: `calculate_gradient(weights)`, `norm(weights)`."""

    def __init__(self, regularizer: Any) -> None:
        self.regularizer = regularizer

    def gradient(self, w: Array) -> Array:
        """Return the penalty's gradient."""
        return as_array(self.regularizer.calculate_gradient(w), "calculate_gradient")

    def norm(self, w: Array) -> Array:
        """Return what the penalty adds to the loss."""
        return as_scalar(self.regularizer.norm(w), "norm")


class InitializerUnit:
    """An initializer: `initialize(weights_shape, fan_in, fan_out)`."""

    def __init__(self, initializer: Any) -> None:
        self.initializer = initializer

    def draw(self, shape: list[int], fan_in: int, fan_out: int) -> Array:
        """Return fresh weights."""
        return as_array(self.initializer.initialize(tuple(shape), fan_in, fan_out), "initialize")

    def draw_anew(self, shape: list[int], fan_in: int, fan_out: int) -> Array:
        """The same, from another instance of a class that is constructed without arguments."""
        return InitializerUnit(type(self.initializer)()).draw(shape, fan_in, fan_out)

    def stream(self, shape: list[int], fan_in: int, fan_out: int) -> dict[str, Array]:
        """Draw weights; return what everybody else gets from the shared random generators afterwards."""
        self.draw(shape, fan_in, fan_out)
        return {"numpy": np.random.random(4), "python": np.array([random.random() for _ in range(4)])}


def initialize(layer: Any, weights: dict[str, Any], bias: dict[str, Any]) -> dict[str, Array]:
    """Initialize a layer with stand-ins; return the arrays that they handed out, in order: w0, w1, …, b0, b1, …"""
    makers = {"w": StandInInitializer(**weights), "b": StandInInitializer(**bias)}
    layer.initialize(*makers.values())
    return {f"{sign}{i}": array for sign, maker in makers.items() for i, array in enumerate(maker.handed_out)}


def aliasing(layer: Any, x: Array, dy: Array) -> Flags:
    """Try out whether a layer writes into its caller's arrays or hands out its own buffers.

    Returns 0-d booleans: `input_changed`, `error_changed`, `output_reused` (a second forward pass changed the first
    one's result). This is the guest's testimony: it picks a style remark, nothing else.
    """
    given, error = np.array(x), np.array(dy)
    first = layer.forward(given)
    kept = np.array(first)
    input_changed = _differ(given, x)
    layer.backward(error)
    error_changed = _differ(error, dy)
    layer.forward(np.sin(x))  # no line: batch normalization would answer the same
    return _flags(
        input_changed=input_changed, error_changed=error_changed, output_reused=_differ(np.asarray(first), kept)
    )


def _differ(now: Array, before: Array) -> bool:
    """Tell whether an array was changed; NaN that is still NaN was not."""
    return not np.array_equal(now, before, equal_nan=True)


def _flags(**found: Any) -> Flags:
    return {name: np.array(bool(flag)) for name, flag in found.items()}
