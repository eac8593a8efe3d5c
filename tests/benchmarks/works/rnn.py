"""A recurrent layer with its output layer, forward and backward through time. T time, D inputs, U hidden, M outputs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Work = Callable[[], object]
T, D, U, M = 50, 64, 100, 10


def _numbers(batch: int, dtype: str, width: int) -> np.ndarray:
    rng = np.random.default_rng(np.random.SeedSequence(12, spawn_key=(width,)))
    return rng.normal(size=(T, batch, width)).astype(dtype)


def ours(batch: int, dtype: str) -> Work:
    """The fast layer; with batch 1 as the exercise has it, (T, D)."""
    from framework.reference.fast.rnn import RNN

    layer = RNN(D, U, M)
    for arrays in (layer.parameters, layer.gradients):
        arrays.update({name: (0.1 * (value - 0.5)).astype(dtype) for name, value in arrays.items()})
    layer.inside_network = layer.overwrites_gradients = True
    x, dout = _numbers(batch, dtype, D), _numbers(batch, dtype, M)
    if batch == 1:
        x, dout = x[:, 0], dout[:, 0]

    def work() -> None:
        layer.forward(x)
        layer.backward(dout)

    return work


def torch(batch: int, dtype: str) -> Work:
    """`torch.nn.RNN`, then a linear layer and a sigmoid for all steps at once."""
    import torch

    torch.set_num_threads(1)
    torch.set_default_dtype(getattr(torch, dtype))
    recurrent, linear = torch.nn.RNN(D, U), torch.nn.Linear(U, M)
    x = torch.tensor(_numbers(batch, dtype, D), requires_grad=True)
    dout = torch.tensor(_numbers(batch, dtype, M))

    def work() -> None:
        x.grad = None
        recurrent.zero_grad()
        linear.zero_grad()
        torch.sigmoid(linear(recurrent(x)[0])).backward(dout)

    return work
