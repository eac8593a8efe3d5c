"""Fifty Adam steps of LeNet in float64 next to PyTorch: `python -m tests.benchmarks.works.trajectory general`.

Prints how far the parameters are apart at the end: the largest difference of any of them, relative to the largest
number in the same array. Paths: general, layers, fused.
"""

from __future__ import annotations

import sys

import numpy as np
import torch

from framework.reference import lenet
from framework.reference.fast import lenet as fast_lenet

STEPS, N = 50, 16


def main() -> None:
    """Train both on the same random images, from the same weights, with the exercise's penalty."""
    path = sys.argv[1]
    rng = np.random.default_rng(np.random.SeedSequence(13))
    network = lenet.build(rng=rng) if path == "general" else fast_lenet.build(rng=rng, fused=path == "fused")
    tensors = [
        {name: torch.tensor(value, requires_grad=True) for name, value in layer.parameters.items()}
        for layer in network.layers
        if layer.parameters
    ]
    flat = [tensor for layer in tensors for tensor in layer.values()]
    optimizer = torch.optim.AdamW(flat, lr=5e-4, weight_decay=4e-4)
    network.data_layer = data = _Images(rng)
    for _ in range(STEPS):
        network.train(1)
        optimizer.zero_grad()
        _loss(tensors, *map(torch.tensor, data.last)).backward()
        optimizer.step()
    mine = [value for layer in network.layers for value in layer.parameters.values()]
    theirs = [tensor.detach().numpy() for tensor in flat]
    print(max(np.max(np.abs(a - b)) / np.max(np.abs(b)) for a, b in zip(mine, theirs, strict=True)))


class _Images:
    """A data layer of fresh random images that remembers the last batch."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng

    def next(self) -> tuple[np.ndarray, np.ndarray]:
        self.last = self._rng.random((N, 1, 28, 28)), np.eye(10)[self._rng.integers(10, size=N)]
        return self.last


def _loss(layers: list[dict[str, torch.Tensor]], x: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    functional = torch.nn.functional
    for layer in layers[:2]:
        x = functional.max_pool2d(torch.relu(functional.conv2d(x, layer["W"], layer["b"], padding=2)), 2)
    x = x.flatten(1)
    for layer in layers[2:4]:
        x = torch.relu(x @ layer["W"] + layer["b"])
    p = torch.softmax(x @ layers[4]["W"] + layers[4]["b"], dim=1)
    return -(label * torch.log(p + np.finfo(float).eps)).sum()


if __name__ == "__main__":
    main()
