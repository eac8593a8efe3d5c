"""LeNet, as the exercise builds it. N batch; images are (N, 1, 28, 28), classes ten."""

from __future__ import annotations

import numpy as np

from framework.initializer import Initializer
from framework.optimizer import Optimizer
from framework.reference.adam import Adam
from framework.reference.constant import Constant
from framework.reference.conv import Conv
from framework.reference.cross_entropy_loss import CrossEntropyLoss
from framework.reference.flatten import Flatten
from framework.reference.fully_connected import FullyConnected
from framework.reference.he import He
from framework.reference.l2_regularizer import L2_Regularizer
from framework.reference.neural_network import NeuralNetwork
from framework.reference.pooling import Pooling
from framework.reference.relu import ReLU
from framework.reference.soft_max import SoftMax


def build(
    optimizer: Optimizer | None = None,
    *,
    weights_initializer: Initializer | None = None,
    bias_initializer: Initializer | None = None,
    rng: np.random.Generator | None = None,
) -> NeuralNetwork:
    """Return a network for 28x28 images with its `loss_layer` set; only the data are missing.

    After LeCun et al., "Gradient-Based Learning Applied to Document Recognition", 1998, with ReLU and max pooling.
    Both convolutions keep the size, so the second pooling leaves 16 maps of 7x7, not 5x5 as in the paper.

    The defaults are the exercise's: Adam with learning rate 5e-4 and an L2 penalty of 4e-4; weights after He, biases
    0.1. All random numbers come from `rng`.
    """
    rng = rng or np.random.default_rng()
    if optimizer is None:
        optimizer = Adam(5e-4, 0.9, 0.999)
        optimizer.add_regularizer(L2_Regularizer(4e-4))
    network = NeuralNetwork(optimizer, weights_initializer or He(rng=rng), bias_initializer or Constant(0.1))
    network.loss_layer = CrossEntropyLoss()
    for layer in (
        Conv((1, 1), (1, 5, 5), 6, rng=rng),  # (N, 6, 28, 28)
        ReLU(),
        Pooling((2, 2), (2, 2)),  # (N, 6, 14, 14)
        Conv((1, 1), (6, 5, 5), 16, rng=rng),  # (N, 16, 14, 14)
        ReLU(),
        Pooling((2, 2), (2, 2)),  # (N, 16, 7, 7)
        Flatten(),  # (N, 784)
        FullyConnected(16 * 7 * 7, 120, rng=rng),
        ReLU(),
        FullyConnected(120, 84, rng=rng),
        ReLU(),
        FullyConnected(84, 10, rng=rng),
        SoftMax(),
    ):
        network.append_layer(layer)
    return network
