"""LeNet in PyTorch, from the weights of the project's own, to be trained beside it. N batch, K classes.

Only `train_lenet --beside-torch` uses this; PyTorch is not among the project's requirements.
"""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from framework.datasets import Batches
from framework.layer import Array
from framework.reference.neural_network import NeuralNetwork
from framework.training import History


class TorchLeNet:
    """The same network with the same penalty and the same optimizer, trained with as many threads as NumPy has.

    It follows the loop's protocol (`training.Trainable`). The loss is that of the project, -ln(p + eps) summed over
    the batch plus the norm of the weights, so that the losses can be compared digit by digit. Raises ImportError
    without PyTorch.
    """

    def __init__(self, network: NeuralNetwork, learning_rate: float, penalty: float) -> None:
        import torch  # not a requirement, and it takes seconds

        threads = os.environ.get("OPENBLAS_NUM_THREADS", "")
        if threads.isdecimal() and int(threads):
            torch.set_num_threads(int(threads))
        self._torch = torch
        self._penalty = penalty
        nn = torch.nn
        self._network = nn.Sequential(
            *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            *(nn.Conv2d(6, 16, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
            nn.Flatten(),
            *(nn.Linear(784, 120), nn.ReLU()),
            *(nn.Linear(120, 84), nn.ReLU()),
            *(nn.Linear(84, 10), nn.Softmax(dim=1)),
        )
        layers = [layer.parameters for layer in network.layers if layer.parameters]
        peers: list[Any] = [module for module in self._network if hasattr(module, "weight")]
        for ours, peer in zip(layers, peers, strict=True):
            W = ours["W"] if ours["W"].ndim == 4 else ours["W"].T
            peer.weight = nn.Parameter(torch.tensor(np.ascontiguousarray(W)))
            peer.bias = nn.Parameter(torch.tensor(ours["b"]))
        self._weights: list[Any] = [peer.weight for peer in peers]
        self._dtype: Any = self._weights[0].dtype
        self._optimizer = torch.optim.AdamW(
            self._network.parameters(), lr=learning_rate, eps=1e-8, weight_decay=penalty
        )
        self.loss: list[float] = []
        self.data_layer: Batches | None = None

    def train(self, iterations: int) -> None:
        """Learn from so many batches and append the loss of each to `loss`."""
        torch = self._torch
        self._network.train()
        for _ in range(iterations):
            assert self.data_layer is not None  # the loop sets it
            x, label = (torch.as_tensor(array, dtype=self._dtype) for array in self.data_layer.next())
            with torch.no_grad():
                norm = self._penalty * sum(float((weight * weight).sum()) for weight in self._weights)
            self._optimizer.zero_grad()
            loss = -(label * torch.log(self._network(x) + np.finfo(float).eps)).sum()
            loss.backward()
            self._optimizer.step()
            self.loss.append(loss.item() + norm)

    def test(self, x: Array) -> Any:
        """Return the probabilities (N, K) for `x` (N, 1, 28, 28)."""
        self._network.eval()
        with self._torch.no_grad():
            return self._network(self._torch.as_tensor(x, dtype=self._dtype)).numpy()


def comparison(ours: History, peer: History, batch_size: int) -> list[str]:
    """Return what came out, line by line: the speed of both, and how far their losses and accuracies are apart."""
    speeds = [_images_per_second(history, batch_size) for history in (ours, peer)]
    a, b = np.array(ours.losses), np.array(peer.losses)
    apart = np.abs(a - b) / np.abs(b)
    last = ours.epochs[-1].accuracy, peer.epochs[-1].accuracy
    return [
        f"images per second: {speeds[0]:.0f}, PyTorch {speeds[1]:.0f}: {speeds[0] / speeds[1]:.2f} times as fast",
        f"losses of {len(a)} batches: relative difference at most {apart.max():.1e}, median {np.median(apart):.1e}",
        f"test accuracy: {last[0]:.2%}, PyTorch {last[1]:.2%}",
    ]


def _images_per_second(history: History, batch_size: int) -> float:
    seconds = sum(epoch.seconds for epoch in history.epochs)
    return len(history.epochs) * history.batches_per_epoch * batch_size / seconds
