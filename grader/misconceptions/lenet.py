"""What goes wrong in building LeNet. Functions that build a network, as the exercise's own `build` does."""

from __future__ import annotations

import numpy as np

from framework.layer import Layer
from framework.reference import lenet
from framework.reference.conv import Conv
from framework.reference.fully_connected import FullyConnected
from framework.reference.neural_network import NeuralNetwork
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


def flatten_400(rng: np.random.Generator | None = None) -> NeuralNetwork:
    """the first fully connected layer expects 400 inputs, as if convolutions made images smaller

    Write down the shape behind every layer. How large is a map after a 'same' convolution, and after two poolings?
    """
    return _with(7, FullyConnected(400, 120, rng=rng), rng)


def one_channel(rng: np.random.Generator | None = None) -> NeuralNetwork:
    """the second convolution expects one channel

    How many maps does the first convolution hand on to the second?
    """
    return _with(3, Conv((1, 1), (1, 5, 5), 16, rng=rng), rng)


def no_loss_layer(rng: np.random.Generator | None = None) -> NeuralNetwork:
    """the network that build returns has no loss layer

    What does train need besides layers and data, and who sets it?
    """
    network = lenet.build(rng=rng)
    network.loss_layer = None
    return network


def nothing(rng: np.random.Generator | None = None) -> None:
    """build returns nothing

    What does a Python function give back that ends without a return?
    """
    lenet.build(rng=rng)


def _with(place: int, layer: Layer, rng: np.random.Generator | None) -> NeuralNetwork:
    """Build LeNet with another layer in one place."""
    network = lenet.build(rng=rng)
    network.layers[place] = layer
    return network


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [
        misconception("lenet-flatten-400", flatten_400, "LeNet"),
        misconception("lenet-channels", one_channel, "LeNet"),
        misconception("lenet-no-loss-layer", no_loss_layer, "LeNet"),
        misconception("lenet-no-loss-layer", nothing, "LeNet"),
    ]
