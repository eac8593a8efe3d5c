"""A layer of the native contract dressed as one of the exercise's dialect: `weights`, `optimizer`, updating backward.

So a misconception, which is a subclass of the reference, can be set beside a hand-in in the exercise's dialect. What a
mistake has to do with updating, it says in a method `backpropagate(dout, step)` in the place of backward: `step(name)`
lets the parameter's own optimizer update it, `step(name, key)` the one that is kept under `key`.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framework.initializer import Initializer
from framework.layer import Layer
from grader.model import Layout

Array = NDArray[Any]


class ExerciseForm:
    """The wrapped layer; `layout` says what its `weights` and `bias` look like."""

    def __init__(self, layer: Layer, layout: Layout | None) -> None:
        self.layer = layer
        self._layout = layout
        self._optimizer: Any = None
        self._optimizers: dict[str, Any] = {}

    @property
    def optimizer(self) -> Any:
        """The optimizer given; every parameter gets a copy of its own."""
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer: Any) -> None:
        self._optimizer = optimizer
        self._optimizers = {}

    @property
    def testing_phase(self) -> bool:
        """Whether the layer is in the test phase."""
        return not self.layer.training

    @testing_phase.setter
    def testing_phase(self, testing: bool) -> None:
        if testing:
            self.layer.eval()
        else:
            self.layer.train()

    @property
    def memorize(self) -> bool:
        """Whether the layer keeps its hidden state."""
        return bool(getattr(self.layer, "memorize", False))

    @memorize.setter
    def memorize(self, memorize: bool) -> None:
        self.layer.memorize = memorize  # type: ignore[attr-defined]  # only layers with memory are asked for it

    def forward(self, x: Array) -> Array:
        """Return the output."""
        return self.layer.forward(x)

    def backward(self, dout: Array) -> Array:
        """Return dL/dx, and update if there is an optimizer."""
        self.layer.zero_grad()
        if hasattr(self.layer, "backpropagate"):
            return np.asarray(self.layer.backpropagate(dout, self._step))
        dx = self.layer.backward(dout)
        for name in self.layer.parameters:
            self._step(name)
        return dx

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        """Draw all parameters anew."""
        self.layer.initialize(weights_initializer, bias_initializer)

    def _step(self, name: str, key: str = "") -> None:
        if self._optimizer is None:
            return
        own = self._optimizers.setdefault(key or name, copy.deepcopy(self._optimizer))
        value = self.layer.parameters[name]
        value[...] = own.calculate_update(value, self.layer.gradients[name])

    def __getattr__(self, attribute: str) -> Any:
        """Return `weights`, `bias` and their gradients, where the layout has them."""
        name = attribute.removeprefix("gradient_")
        if self._layout is None or name not in ("weights", "bias"):
            raise AttributeError(attribute)
        table = self.layer.gradients if attribute != name else self.layer.parameters
        packed = self._layout.pack({key: np.array(value) for key, value in table.items()})
        if name not in packed:
            raise AttributeError(attribute)
        return packed[name]

    def __setattr__(self, attribute: str, value: Any) -> None:
        """Let new `weights` and `bias` reach the layer, through its `assign(table)` if it has one."""
        if attribute not in ("weights", "bias"):
            super().__setattr__(attribute, value)
            return
        assert self._layout is not None
        raw = {name: getattr(self, name) for name in ("weights", "bias") if hasattr(self, name)}
        table = self._layout.unpack(raw | {attribute: value})
        if hasattr(self.layer, "assign"):
            self.layer.assign(table)
            return
        for name, array in table.items():
            self.layer.parameters[name][...] = array
