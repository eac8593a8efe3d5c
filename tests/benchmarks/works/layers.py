"""Single layers and Adam, forward and backward, here and in PyTorch. N batch, C channels, H W space, K classes.

Ours get arrays as they come inside a network of fast layers: the batch innermost in memory, and buffers used again.
PyTorch gets its own default, NCHW. Both compute the gradients of the input and of all parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Work = Callable[[], object]
IMAGES = (64, 16, 28, 28)  # N, C, H, W
ROWS = (256, 10)  # N, K
LENET = ((6, 1, 5, 5), (6,), (16, 6, 5, 5), (16,), (784, 120), (120,), (120, 84), (84,), (84, 10), (10,))


def _numbers(shape: tuple[int, ...], dtype: str, stream: int = 0) -> np.ndarray:
    rng = np.random.default_rng(np.random.SeedSequence(11, spawn_key=(stream,)))
    return rng.normal(size=shape).astype(dtype)


def _batch_last(x: np.ndarray) -> np.ndarray:
    """Return the same array, stored with the batch innermost."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(x, 0, -1)), -1, 0)


def _there_and_back(layer: Any, x: np.ndarray) -> Work:
    layer.inside_network = layer.overwrites_gradients = True
    x = _batch_last(x)
    dout = _batch_last(_numbers(layer.forward(x).shape, str(x.dtype), 1))

    def work() -> None:
        layer.forward(x)
        layer.backward(dout)

    return work


def _torch(dtype: str) -> Any:
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(getattr(torch, dtype))
    return torch


def _torch_there_and_back(layer: Any, x: np.ndarray) -> Work:
    torch = _torch(str(x.dtype))
    layer = layer(torch)
    tensor = torch.tensor(x, requires_grad=True)
    dout = torch.tensor(_numbers(tuple(layer(tensor).shape), str(x.dtype), 1))

    def work() -> None:
        tensor.grad = None
        layer.zero_grad()
        layer(tensor).backward(dout)

    return work


def batch_normalization(dtype: str) -> Work:
    """Training phase."""
    from framework.reference.fast.batch_normalization import BatchNormalization

    layer = BatchNormalization(IMAGES[1])
    for arrays in (layer.parameters, layer.gradients):
        arrays.update({name: value.astype(dtype) for name, value in arrays.items()})
    return _there_and_back(layer, _numbers(IMAGES, dtype))


def torch_batch_normalization(dtype: str) -> Work:
    """Training phase."""
    return _torch_there_and_back(lambda torch: torch.nn.BatchNorm2d(IMAGES[1]), _numbers(IMAGES, dtype))


def dropout(dtype: str) -> Work:
    """Keeping one half."""
    from framework.reference.fast.dropout import Dropout

    return _there_and_back(Dropout(0.5), _numbers(IMAGES, dtype))


def torch_dropout(dtype: str) -> Work:
    """Dropping one half."""
    return _torch_there_and_back(lambda torch: torch.nn.Dropout(0.5), _numbers(IMAGES, dtype))


def pooling(dtype: str) -> Work:
    """2x2."""
    from framework.reference.fast.pooling import Pooling

    return _there_and_back(Pooling(2, 2), _numbers(IMAGES, dtype))


def torch_pooling(dtype: str) -> Work:
    """2x2."""
    return _torch_there_and_back(lambda torch: torch.nn.MaxPool2d(2), _numbers(IMAGES, dtype))


def soft_max_and_cross_entropy(dtype: str) -> Work:
    """One-hot labels, summed over the batch."""
    from framework.reference.fast.cross_entropy_loss import CrossEntropyLoss
    from framework.reference.fast.soft_max import SoftMax

    layer, loss, x = SoftMax(), CrossEntropyLoss(), _batch_last(_numbers(ROWS, dtype))
    layer.inside_network = True
    label = np.eye(ROWS[1], dtype=dtype)[np.arange(ROWS[0]) % ROWS[1]]

    def work() -> None:
        loss.forward(layer.forward(x), label)
        layer.backward(loss.backward(label))

    return work


def torch_soft_max_and_cross_entropy(dtype: str) -> Work:
    """Class numbers, summed over the batch."""
    torch = _torch(dtype)
    x = torch.tensor(_numbers(ROWS, dtype), requires_grad=True)
    label = torch.arange(ROWS[0]) % ROWS[1]
    loss = torch.nn.CrossEntropyLoss(reduction="sum")

    def work() -> None:
        x.grad = None
        loss(x, label).backward()

    return work


def adam(dtype: str) -> Work:
    """One step for LeNet's 107,786 parameters, a vector for each layer."""
    from framework.reference.fast.adam import Adam

    sizes = [sum(int(np.prod(shape)) for shape in LENET[i : i + 2]) for i in range(0, len(LENET), 2)]
    layers = [(Adam(5e-4, 0.9, 0.999), _numbers((n,), dtype), _numbers((n,), dtype, 1)) for n in sizes]

    def work() -> None:
        for optimizer, w, g in layers:
            optimizer.update("all", w, g)

    return work


def torch_adam(dtype: str) -> Work:
    """One step for LeNet's ten tensors."""
    torch = _torch(dtype)
    parameters = [torch.nn.Parameter(torch.tensor(_numbers(shape, dtype))) for shape in LENET]
    for parameter in parameters:
        parameter.grad = torch.tensor(_numbers(tuple(parameter.shape), dtype, 1))
    return torch.optim.Adam(parameters, 5e-4).step  # type: ignore[no-any-return]  # PyTorch does not say


def multiplication(dtype: str, size: int = 768) -> Work:
    """A product of two square matrices: what this machine can do at best."""
    one, other, product = (_numbers((size, size), dtype, i) for i in range(3))
    return lambda: np.dot(one, other, out=product)
