"""Optimizers.

`step` returns the new value and changes neither `w` nor `g`, which are arrays of any shape or Python floats. One
optimizer serves several parameters: keep its state by name, e.g. in a dict.

With a regularizer (`self.regularizer` is not None) every rule also subtracts
`learning_rate * self.regularizer.calculate_gradient(w)`, with the old `w`; it does not enter velocity or moments.
"""

from framework.optimizer import Optimizer


class Sgd(Optimizer):
    """w - learning_rate * g."""

    def __init__(self, learning_rate):
        super().__init__()
        self.learning_rate = learning_rate

    def step(self, name, w, g):
        """Return the new value of the parameter `name`, shaped like `w`."""
        raise NotImplementedError("Sgd.step is yours to write")


class SgdWithMomentum(Optimizer):
    """v = momentum_rate * v - learning_rate * g, then w + v; v is zero before the first step."""

    def __init__(self, learning_rate, momentum_rate):
        super().__init__()
        self.learning_rate = learning_rate
        self.momentum_rate = momentum_rate

    def step(self, name, w, g):
        """Return the new value of the parameter `name`, shaped like `w`."""
        raise NotImplementedError("SgdWithMomentum.step is yours to write")


class Adam(Optimizer):
    """v = mu * v + (1 - mu) * g and r = rho * r + (1 - rho) * g**2, both zero before the first step.

    In step k = 1, 2, ... of this parameter both are corrected, v' = v / (1 - mu**k) and r' = r / (1 - rho**k), then
    w - learning_rate * v' / (sqrt(r') + eps) with a tiny eps (1e-8, say).
    """

    def __init__(self, learning_rate, mu, rho):
        super().__init__()
        self.learning_rate = learning_rate
        self.mu = mu
        self.rho = rho

    def step(self, name, w, g):
        """Return the new value of the parameter `name`, shaped like `w`."""
        raise NotImplementedError("Adam.step is yours to write")
