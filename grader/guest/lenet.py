"""A student's LeNet as a row of layers that the grader drives step by step, one request each.

The container and the optimizer of the hand-in are left out on purpose: they have tasks of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .aids import StandInInitializer
from .answers import as_scalar
from .faults import ANSWER, Fault
from .wire import Array

ARCHITECTURE: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("Conv", ((1, 1), (1, 5, 5), 6)),
    ("ReLU", ()),
    ("Pooling", ((2, 2), (2, 2))),
    ("Conv", ((1, 1), (6, 5, 5), 16)),
    ("ReLU", ()),
    ("Pooling", ((2, 2), (2, 2))),
    ("Flatten", ()),
    ("FullyConnected", (16 * 7 * 7, 120)),
    ("ReLU", ()),
    ("FullyConnected", (120, 84)),
    ("ReLU", ()),
    ("FullyConnected", (84, 10)),
    ("SoftMax", ()),
)
MAX_LAYERS = 64
ASSEMBLED = "the hand-in has no LeNet of its own: one was built from its layers"


class Assembled(NamedTuple):
    """A network put together here, for a hand-in that brings none."""

    layers: list[Any]
    loss_layer: Any


def assemble(find: Callable[[str, str], Any]) -> Assembled:
    """Build LeNet from the hand-in's own layers; `find(kind, component)` returns a class or raises Fault."""
    layers = [find("layer", name)(*arguments) for name, arguments in ARCHITECTURE]
    return Assembled(layers, find("loss", "CrossEntropyLoss")())


class LeNetUnit:
    """The layers of a network and its loss; `wrap` makes a layer speak the neutral protocol."""

    def __init__(self, network: Any, wrap: Callable[[Any], Any]) -> None:
        if network is None:
            raise Fault(ANSWER, "build returned None (is there a `return`?); a network was expected")
        layers = list(network.layers)
        if not 0 < len(layers) <= MAX_LAYERS:
            raise Fault(ANSWER, f"the network that build returned has {len(layers)} layers")
        if getattr(network, "loss_layer", None) is None:
            raise Fault(ANSWER, "the network that build returned has no loss_layer")
        self.layers = [wrap(layer) for layer in layers]
        self.loss = network.loss_layer
        self._trainable = {i: unit for i, unit in enumerate(self.layers) if getattr(unit.layer, "trainable", False)}

    def names(self) -> dict[str, str]:
        """Return the class name of each layer, by its place."""
        return {str(i): type(unit.layer).__name__[:60] for i, unit in enumerate(self.layers)}

    def params(self) -> dict[str, Array]:
        """Return all parameters, named `place.name`."""
        return {f"{i}.{name}": a for i, unit in self._trainable.items() for name, a in unit.params().items()}

    def initialize(self, seed: int) -> None:
        """Draw He weights and biases of 0.1 through every layer's own `initialize`."""
        for i, unit in self._trainable.items():
            weights = StandInInitializer("he", 0.0, seed + i)
            unit.layer.initialize(weights, StandInInitializer("constant", 0.1))

    def attach(self, name: str, rates: list[float]) -> None:
        """Give every trainable layer a stand-in optimizer of its own."""
        for unit in self._trainable.values():
            unit.attach(name, rates)

    def step(self, x: Array, y: Array) -> Array:
        """Train on one batch; return its loss."""
        for unit in self.layers:
            unit.train()
        loss = as_scalar(self.loss.forward(self._through(x), y), "the loss")
        error = self.loss.backward(y)
        for unit in reversed(self.layers):
            error = unit.backward(error)
        for unit in self._trainable.values():
            unit.update()
        return loss

    def predict(self, x: Array) -> Array:
        """Return the network's output in the test phase."""
        for unit in self.layers:
            unit.eval()
        return np.asarray(self._through(x))

    def _through(self, x: Array) -> Array:
        for unit in self.layers:
            x = unit.forward(x)
        return x
