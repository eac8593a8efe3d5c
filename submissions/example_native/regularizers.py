"""Constraints on the weights."""

import numpy as np

from framework.regularizer import Regularizer


class L2_Regularizer(Regularizer):
    def __init__(self, alpha):
        self.alpha = alpha

    def calculate_gradient(self, weights):
        return self.alpha * weights

    def norm(self, weights):
        return float(self.alpha * np.sum(weights**2))


class L1_Regularizer(Regularizer):
    def __init__(self, alpha):
        self.alpha = alpha

    def calculate_gradient(self, weights):
        return self.alpha * np.sign(weights)

    def norm(self, weights):
        return float(self.alpha * np.sum(np.abs(weights)))
