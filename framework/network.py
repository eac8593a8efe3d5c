"""The interface of the container that trains a stack of layers (native contract)."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Protocol

from framework.layer import Array, Layer
from framework.loss import Loss
from framework.optimizer import Optimizer


class DataLayer(Protocol):
    """Where batches come from."""

    def next(self) -> tuple[Array, Array]:
        """Return one batch: inputs (N, ...) and one-hot labels (N, K)."""


class NeuralNetwork(ABC):
    """A stack of layers with a loss and a source of data.

    Constructor: `NeuralNetwork(optimizer, weights_initializer, bias_initializer)`. `loss` is the history that
    `train` appends to; `data_layer` and `loss_layer` are set by the user. It starts in the phase "train", and a layer
    that is appended takes the network's phase.
    """

    optimizer: Optimizer
    loss: list[float]
    layers: list[Layer]
    data_layer: DataLayer | None
    loss_layer: Loss | None

    @property
    @abstractmethod
    def phase(self) -> str:
        """`"train"` or `"test"`; setting it switches every layer."""

    @phase.setter
    @abstractmethod
    def phase(self, phase: str) -> None: ...

    @abstractmethod
    def append_layer(self, layer: Layer) -> None:
        """Add a layer; a trainable one is initialized and gets a copy of the optimizer of its own."""

    @abstractmethod
    def forward(self) -> float:
        """Draw one batch and return its loss: data loss plus the regularizer's norm over the weights of all layers.

        Whether biases, gamma and beta belong to those weights is up to you.
        """

    @abstractmethod
    def backward(self) -> None:
        """Zero the gradients, propagate the last forward's error back through all layers, then update them."""

    @abstractmethod
    def train(self, iterations: int) -> None:
        """Switch to the training phase; `iterations` times: forward, append the loss, backward."""

    @abstractmethod
    def test(self, x: Array) -> Array:
        """Switch to the test phase and return the last layer's output for `x` (N, ...)."""

    @abstractmethod
    def save(self, filename: str) -> None:
        """Write the network without its data layer."""

    @classmethod
    @abstractmethod
    def load(cls, filename: str, data_layer: Any) -> NeuralNetwork:
        """Read a network written by `save` and give it `data_layer`."""
