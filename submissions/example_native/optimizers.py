"""Optimizers. The regularizer is decoupled: it never touches velocity or moments."""

import numpy as np

from framework.optimizer import Optimizer


class Sgd(Optimizer):
    def __init__(self, learning_rate):
        super().__init__()
        self.learning_rate = learning_rate

    def step(self, name, w, g):
        new_w = w - self.learning_rate * g
        if self.regularizer is not None:
            new_w = new_w - self.learning_rate * self.regularizer.calculate_gradient(w)
        return new_w


class SgdWithMomentum(Optimizer):
    def __init__(self, learning_rate, momentum_rate):
        super().__init__()
        self.learning_rate = learning_rate
        self.momentum_rate = momentum_rate
        self.velocity = {}

    def step(self, name, w, g):
        v = self.momentum_rate * self.velocity.get(name, 0.0) - self.learning_rate * g
        self.velocity[name] = v
        new_w = w + v
        if self.regularizer is not None:
            new_w = new_w - self.learning_rate * self.regularizer.calculate_gradient(w)
        return new_w


class Adam(Optimizer):
    def __init__(self, learning_rate, mu, rho):
        super().__init__()
        self.learning_rate = learning_rate
        self.mu = mu
        self.rho = rho
        self.eps = 1e-8
        self.v = {}
        self.r = {}
        self.k = {}

    def step(self, name, w, g):
        k = self.k.get(name, 0) + 1
        v = self.mu * self.v.get(name, 0.0) + (1 - self.mu) * g
        r = self.rho * self.r.get(name, 0.0) + (1 - self.rho) * g**2
        self.k[name] = k
        self.v[name] = v
        self.r[name] = r
        # bias correction
        v_hat = v / (1 - self.mu**k)
        r_hat = r / (1 - self.rho**k)
        new_w = w - self.learning_rate * v_hat / (np.sqrt(r_hat) + self.eps)
        if self.regularizer is not None:
            new_w = new_w - self.learning_rate * self.regularizer.calculate_gradient(w)
        return new_w
