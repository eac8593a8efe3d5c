"""The container that trains a stack of layers. N batch, K classes."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

from framework.initializer import Initializer
from framework.layer import Array, Layer
from framework.loss import Loss
from framework.network import DataLayer
from framework.network import NeuralNetwork as Interface
from framework.optimizer import Optimizer


class NeuralNetwork(Interface):
    """Layers in a row, trained by backpropagation.

    `loss` is the history that `train` writes, `data_layer` and `loss_layer` are set by the user. `optimizer` is only
    a pattern: every trainable layer gets a copy when it is appended.
    """

    def __init__(self, optimizer: Optimizer, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        self.optimizer = optimizer
        self.weights_initializer = weights_initializer
        self.bias_initializer = bias_initializer
        self.loss: list[float] = []
        self.layers: list[Layer] = []
        self.data_layer: DataLayer | None = None
        self.loss_layer: Loss | None = None
        self._optimizers: list[Optimizer | None] = []  # one for each of the layers, None if it has nothing to learn
        self._phase = "train"

    @property
    def phase(self) -> str:
        """`"train"` or `"test"`, for all layers at once. Setting anything else raises ValueError."""
        return self._phase

    @phase.setter
    def phase(self, phase: str) -> None:
        if phase not in ("train", "test"):
            raise ValueError(f"phase must be 'train' or 'test', not {phase!r}")
        self._phase = phase
        for layer in self.layers:
            self._tell_phase(layer)

    @property
    def optimizers(self) -> list[Optimizer | None]:
        """The optimizer of each layer, None for one that has nothing to learn."""
        return list(self._optimizers)

    def append_layer(self, layer: Layer) -> None:
        """Add `layer` behind the others. A trainable one is initialized and gets its own copy of the optimizer."""
        if layer.trainable:
            layer.initialize(self.weights_initializer, self.bias_initializer)
        self._optimizers.append(copy.deepcopy(self.optimizer) if layer.trainable else None)
        self.layers.append(layer)
        self._tell_phase(layer)

    def forward(self) -> float:
        """Draw one batch and return its loss: the loss layer's, plus the regularizer's norm of all weights."""
        data_layer, loss_layer = self._ready()
        x, self._label = data_layer.next()
        return loss_layer.forward(self._output(x), self._label) + self._regularization_loss()

    def backward(self) -> None:
        """Zero the gradients, send the last batch's error back through all layers, and only then update them.

        The gradient of the regularization loss does not come this way: the optimizers add it themselves.
        """
        _, loss_layer = self._ready()
        for layer in self.layers:
            layer.zero_grad()
        error = loss_layer.backward(self._label)
        for layer in reversed(self.layers):
            error = layer.backward(error)
        self._update()

    def train(self, iterations: int) -> None:
        """Switch to the training phase; then, `iterations` times, learn from one batch and note its loss."""
        self.phase = "train"
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def test(self, x: Array) -> Array:
        """Switch to the test phase, stay in it, and return the last layer's output for `x` (N, ...)."""
        self.phase = "test"
        return self._output(x)

    def save(self, filename: str) -> None:
        """Write everything but the data layer to `filename`."""
        # Pickled before the file is opened: if that fails, an older file is still whole.
        Path(filename).write_bytes(pickle.dumps(self))

    @classmethod
    def load(cls, filename: str, data_layer: Any) -> NeuralNetwork:
        """Read what `save` wrote and attach `data_layer`. Raises TypeError if the file holds something else.

        It is a pickle, and those may run code while being read: load only files that you trust.
        """
        network = pickle.loads(Path(filename).read_bytes())
        if not isinstance(network, cls):
            raise TypeError(f"{filename} holds a {type(network).__name__}, not a {cls.__name__}")
        network.data_layer = data_layer
        return network

    def __getstate__(self) -> dict[str, Any]:
        """Leave the data layer behind: it may hold an open file or a running generator."""
        return {**self.__dict__, "data_layer": None}

    def _ready(self) -> tuple[DataLayer, Loss]:
        """Return the data layer and the loss layer; raise RuntimeError if the user has not set them."""
        if self.data_layer is None or self.loss_layer is None:
            raise RuntimeError("set data_layer and loss_layer before training")
        return self.data_layer, self.loss_layer

    def _output(self, x: Array) -> Array:
        """Return the last layer's output for `x`."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def _regularization_loss(self) -> float:
        """Return the sum of the regularizer's norms over `_penalized` of all trainable layers, 0 without one."""
        regularizer = self.optimizer.regularizer
        if regularizer is None:
            return 0.0
        return sum(regularizer.norm(w) for layer in self.layers if layer.trainable for w in self._penalized(layer))

    def _penalized(self, layer: Layer) -> list[Array]:
        """Return the parameters whose norm is part of the loss: all but the biases, which the contract leaves open.

        So `W`, `Wx`, `Wh`, `Wy` and `gamma` count. The optimizers make no such difference: they shrink biases too.
        """
        return [value for name, value in layer.parameters.items() if name not in ("b", "bh", "by", "beta")]

    def _update(self) -> None:
        """Let every optimizer move its layer's parameters, in place."""
        for layer, optimizer in zip(self.layers, self._optimizers, strict=True):
            if optimizer is not None:
                for name, value in layer.parameters.items():
                    value[...] = optimizer.step(name, value, layer.gradients[name])

    def _tell_phase(self, layer: Layer) -> None:
        """Bring `layer` into the network's phase."""
        if self._phase == "train":
            layer.train()
        else:
            layer.eval()
