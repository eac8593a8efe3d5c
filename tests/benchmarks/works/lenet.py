"""LeNet's training step and its forward pass, in this project and elsewhere. N batch; images (N, 1, 28, 28).

Every step draws the same batch, computes the loss summed over it, all gradients, and one update by Adam without a
penalty. All sides get the same numbers in the same dtype.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Work = Callable[[], object]


class SameBatch:
    """A data layer with one batch of random images."""

    def __init__(self, N: int, dtype: str) -> None:
        rng = np.random.default_rng(np.random.SeedSequence(8))
        self.x = rng.random((N, 1, 28, 28)).astype(dtype)
        self.y = np.eye(10, dtype=dtype)[rng.integers(10, size=N)]

    def next(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the batch."""
        return self.x, self.y


def ours(N: int, dtype: str, fused: bool, second: str, forward: bool = False) -> Work:
    """The fast path: a training step, or only `forward`."""
    from framework.reference.fast.adam import Adam
    from framework.reference.fast.lenet import build

    network = build(Adam(5e-4, 0.9, 0.999), dtype=dtype, fused=fused, second_padding=second)
    network.data_layer = data = SameBatch(N, dtype)
    return (lambda: network.test(data.x)) if forward else (lambda: network.train(1))


def general(N: int, dtype: str) -> Work:
    """The textbook: `sliding_window_view` and `tensordot`, as the general path has them."""
    from framework.reference.adam import Adam
    from framework.reference.lenet import build

    network = build(Adam(5e-4, 0.9, 0.999))
    network.data_layer = SameBatch(N, dtype)
    for layer in network.layers:
        layer.parameters = {name: value.astype(dtype) for name, value in layer.parameters.items()}
        layer.gradients = {}
    return lambda: network.train(1)


def torch(N: int, dtype: str, second: str, forward: bool = False) -> Work:
    """PyTorch, eager, as its tutorials write it."""
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(getattr(torch, dtype))
    nn = torch.nn
    side = 7 if second == "same" else 5
    network = nn.Sequential(
        *(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(6, 16, 5, padding=2 if second == "same" else 0), nn.ReLU(), nn.MaxPool2d(2)),
        nn.Flatten(),
        *(nn.Linear(16 * side * side, 120), nn.ReLU()),
        *(nn.Linear(120, 84), nn.ReLU()),
        nn.Linear(84, 10),
    )
    data = SameBatch(N, dtype)
    x, y = torch.tensor(data.x), torch.tensor(data.y.argmax(axis=1))
    if forward:
        network.eval()

        def predict() -> object:
            with torch.no_grad():
                return torch.softmax(network(x), dim=1)

        return predict
    optimizer = torch.optim.Adam(network.parameters(), 5e-4)
    loss_function = nn.CrossEntropyLoss(reduction="sum")

    def step() -> None:
        optimizer.zero_grad()
        loss_function(network(x), y).backward()
        optimizer.step()

    return step


def autograd(N: int, dtype: str) -> Work:
    """HIPS autograd, with the convolution of its own convolutional example."""
    import autograd.numpy as anp
    from autograd import grad
    from autograd.misc.optimizers import adam
    from autograd.scipy.signal import convolve
    from autograd.scipy.special import logsumexp

    rng = np.random.default_rng(np.random.SeedSequence(9))
    shapes = [(1, 6, 5, 5), (6, 16, 5, 5), (784, 120), (120, 84), (84, 10)]
    parameters = [
        (rng.normal(0, np.sqrt(2 / np.prod(shape[:-1])), shape).astype(dtype), np.full(width, 0.1, dtype))
        for shape, width in zip(shapes, (6, 16, 120, 84, 10), strict=True)
    ]
    data = SameBatch(N, dtype)

    def pooled(maps: np.ndarray) -> np.ndarray:
        N_, C, H, W = maps.shape
        windows = maps.reshape(N_, C, H // 2, 2, W // 2, 2)
        return anp.max(anp.max(windows, axis=3), axis=4)

    def loss(parameters: list[tuple[np.ndarray, np.ndarray]], _: int) -> np.ndarray:
        x = data.x
        for W, b in parameters[:2]:
            x = anp.pad(x, ((0, 0), (0, 0), (2, 2), (2, 2)), "constant")
            x = convolve(x, W, axes=([2, 3], [2, 3]), dot_axes=([1], [0]), mode="valid") + b[:, None, None]
            x = pooled(anp.maximum(x, 0))
        x = anp.reshape(x, (N, -1))
        for W, b in parameters[2:4]:
            x = anp.maximum(anp.dot(x, W) + b, 0)
        x = anp.dot(x, parameters[4][0]) + parameters[4][1]
        return -anp.sum(data.y * (x - logsumexp(x, axis=1, keepdims=True)))

    gradient = grad(loss)
    return lambda: adam(gradient, parameters, num_iters=1, step_size=5e-4)
