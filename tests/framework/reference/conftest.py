"""Fixtures for the tests of the reference. Random numbers come from a generator seeded with the test's own name."""

from __future__ import annotations

import importlib
import zlib
from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

Array = NDArray[np.floating]
Autograd = Callable[..., tuple[Array, Array, dict[str, Array]]]

torch.set_num_threads(1)

# Every component that has a fast version, by the module that both versions lie in.
FAST = {
    "adam": "Adam",
    "batch_normalization": "BatchNormalization",
    "conv": "Conv",
    "cross_entropy_loss": "CrossEntropyLoss",
    "dropout": "Dropout",
    "flatten": "Flatten",
    "fully_connected": "FullyConnected",
    "lenet": "build",
    "neural_network": "NeuralNetwork",
    "pooling": "Pooling",
    "relu": "ReLU",
    "rnn": "RNN",
    "sgd": "Sgd",
    "sgd_with_momentum": "SgdWithMomentum",
    "soft_max": "SoftMax",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of every component that has a fast version twice."""
    general = {f"framework.reference.{module}" for module in FAST}
    used = {getattr(getattr(metafunc.module, name, None), "__module__", None) for name in FAST.values()}
    if used & general:
        metafunc.parametrize("path", ["general", "fast"], indirect=True)


@pytest.fixture(autouse=True)
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Which of both paths the test's module sees under the names of the components: "general" or "fast"."""
    chosen: str = getattr(request, "param", "general")
    if chosen == "fast":
        for module, name in FAST.items():
            if hasattr(request.module, name):
                fast = importlib.import_module(f"framework.reference.fast.{module}")
                monkeypatch.setattr(request.module, name, getattr(fast, name))
    return chosen


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """A generator of its own for every test, so that their order changes nothing."""
    return np.random.default_rng(np.random.SeedSequence(zlib.crc32(request.node.name.encode())))


@pytest.fixture
def autograd() -> Autograd:
    """PyTorch's verdict on a function: its output, and the gradients of <dout, output>."""

    def differentiate(
        function: Callable[..., torch.Tensor], x: Array, dout: Array, parameters: dict[str, Array] | None = None
    ) -> tuple[Array, Array, dict[str, Array]]:
        tensor = torch.tensor(x, requires_grad=True)
        named = {name: torch.tensor(value, requires_grad=True) for name, value in (parameters or {}).items()}
        y = function(tensor, **named)
        (y * torch.tensor(dout)).sum().backward()
        gradients = {name: value.grad.numpy() for name, value in named.items()}
        return y.detach().numpy(), tensor.grad.numpy(), gradients

    return differentiate


class Recorder:
    """An initializer that remembers what it was asked for and answers 0, 0.01, 0.02, ..."""

    def __init__(self) -> None:
        self.calls: list[tuple[tuple[int, ...], int, int]] = []

    def initialize(self, weights_shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        self.calls.append((weights_shape, fan_in, fan_out))
        self.last = 0.01 * np.arange(np.prod(weights_shape)).reshape(weights_shape)
        return self.last


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()
