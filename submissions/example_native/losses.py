"""Losses, both summed over the batch."""

import numpy as np

from framework.loss import Loss


class CrossEntropyLoss(Loss):
    def __init__(self):
        self.eps = np.finfo(float).eps
        self.prediction = None

    def forward(self, prediction, label):
        self.prediction = np.asarray(prediction, dtype=float)
        return float(-np.sum(label * np.log(self.prediction + self.eps)))

    def backward(self, label):
        return -(label / (self.prediction + self.eps))


class L2Loss(Loss):
    def __init__(self):
        self.prediction = None

    def forward(self, prediction, label):
        self.prediction = np.asarray(prediction, dtype=float)
        return float(np.sum((self.prediction - label) ** 2))

    def backward(self, label):
        return 2 * (self.prediction - label)
