"""Mistakes that nobody has counted in hand-ins, but that checks are there for: relatives of those that were."""

from __future__ import annotations

import numpy as np

from framework.initializer import Initializer
from framework.layer import Array
from framework.reference.adam import Adam
from framework.reference.batch_normalization import BatchNormalization
from framework.reference.he import He
from framework.reference.l2_loss import L2Loss
from framework.reference.neural_network import NeuralNetwork
from framework.reference.relu import ReLU
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class WithoutEpsilon(Adam):
    """nothing guards the division by the root of the second moment

    A unit that is switched off has gradient zero from the first step on. What is divided by what?
    """

    def __init__(self, learning_rate: float, mu: float, rho: float) -> None:
        super().__init__(learning_rate, mu, rho, epsilon=0.0)


class QuotientAsGate(ReLU):
    """the gate is computed as a quotient, which an input of exactly zero does not have

    Large parts of an image are exactly zero. What does your gate make of them?
    """

    def forward(self, x: Array) -> Array:
        self._x = np.array(x)
        return super().forward(x)

    def backward(self, dout: Array) -> Array:
        gate: Array = np.maximum(self._x, 0) / self._x
        return dout * gate


class InitializersUsed(BatchNormalization):
    """initialize draws gamma and beta with the initializers

    Weights must differ from each other at the start. Must these, and what should a new layer do to its input?
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        super().initialize(weights_initializer, bias_initializer)
        shape = (self.channels,)
        self.parameters["gamma"][...] = weights_initializer.initialize(shape, self.channels, self.channels)
        self.parameters["beta"][...] = bias_initializer.initialize(shape, self.channels, self.channels)


class TestTakesABatch(NeuralNetwork):
    """test draws a batch of the data layer, which the training then misses

    Prediction is asked for an input that it is given. What does it need the data layer for?
    """

    def test(self, x: Array) -> Array:
        if self.data_layer is not None:
            self.data_layer.next()
        return super().test(x)


class ShapeOfTheFans(He):
    """the shape of the weights is taken from the fans

    A kernel has four axes, and its fans are products of some of them. Which argument tells the shape?
    """

    def initialize(self, weights_shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        return super().initialize((fan_in, fan_out), fan_in, fan_out)


class PredictionOnTheClass(L2Loss):
    """what forward keeps for backward is kept for all losses together

    State belongs to the instance (`self.`). Whose prediction does backward find here, after another loss was computed?
    """

    kept: Array

    def forward(self, prediction: Array, label: Array) -> float:
        PredictionOnTheClass.kept = np.array(prediction)
        return super().forward(prediction, label)

    def backward(self, label: Array) -> Array:
        return 2 * (PredictionOnTheClass.kept - label)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [
        misconception("adam-no-epsilon", WithoutEpsilon, "Adam"),
        misconception("relu-nan-at-zero", QuotientAsGate, "ReLU"),
        misconception("bn-initializers-used", InitializersUsed, "BatchNormalization"),
        misconception("nn-test-takes-a-batch", TestTakesABatch, "NeuralNetwork"),
        misconception("init-shape-of-the-fans", ShapeOfTheFans, "He"),
        misconception("class-level-state", PredictionOnTheClass, "L2Loss", dialects=["native"]),
    ]
