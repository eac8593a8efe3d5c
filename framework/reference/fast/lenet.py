"""LeNet of fast layers. N batch; images are (N, 1, 28, 28), classes ten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import DTypeLike

from framework.initializer import Initializer
from framework.layer import Layer
from framework.optimizer import Optimizer
from framework.reference.constant import Constant
from framework.reference.fast.adam import Adam
from framework.reference.fast.conv import Conv
from framework.reference.fast.conv_block import ConvBlock
from framework.reference.fast.cross_entropy_loss import CrossEntropyLoss
from framework.reference.fast.flatten import Flatten
from framework.reference.fast.fully_connected import FullyConnected
from framework.reference.fast.neural_network import NeuralNetwork
from framework.reference.fast.pooling import Pooling
from framework.reference.fast.relu import ReLU
from framework.reference.fast.soft_max import SoftMax
from framework.reference.he import He
from framework.reference.l2_regularizer import L2_Regularizer


def build(
    optimizer: Optimizer | None = None,
    *,
    weights_initializer: Initializer | None = None,
    bias_initializer: Initializer | None = None,
    rng: np.random.Generator | None = None,
    dtype: DTypeLike = np.float64,
    fused: bool = False,
    second_padding: Literal["same", "valid"] = "same",
) -> NeuralNetwork:
    """Return the network of `framework.reference.lenet.build`, with the same weights for the same `rng`.

    `fused` puts each convolution with its ReLU and its pooling into one layer, so that there are nine instead of 13.
    `second_padding="valid"` is the original's second convolution (LeCun et al., 1998), which makes 10x10 of 14x14, so
    that 16 maps of 5x5 remain; the exercise's, "same", leaves 7x7.
    """
    rng = rng or np.random.default_rng()
    if optimizer is None:
        optimizer = Adam(5e-4, 0.9, 0.999)
        optimizer.add_regularizer(L2_Regularizer(4e-4))
    network = NeuralNetwork(
        optimizer, weights_initializer or He(rng=rng), bias_initializer or Constant(0.1), dtype=dtype
    )
    network.loss_layer = CrossEntropyLoss()
    side = 7 if second_padding == "same" else 5
    for layer in (
        *_convolution((1, 5, 5), 6, "same", rng, fused),  # (N, 6, 14, 14)
        *_convolution((6, 5, 5), 16, second_padding, rng, fused),  # (N, 16, side, side)
        Flatten(),
        FullyConnected(16 * side * side, 120, rng=rng),
        ReLU(),
        FullyConnected(120, 84, rng=rng),
        ReLU(),
        FullyConnected(84, 10, rng=rng),
        SoftMax(),
    ):
        network.append_layer(layer)
    return network


def _convolution(
    shape: tuple[int, int, int], kernels: int, padding: Literal["same", "valid"], rng: np.random.Generator, fused: bool
) -> Iterator[Layer]:
    """Return a convolution, its ReLU and its pooling."""
    if fused:
        yield ConvBlock(1, shape, kernels, padding, rng=rng)
        return
    yield Conv(1, shape, kernels, padding, rng=rng)
    yield ReLU()
    yield Pooling(2, 2)
