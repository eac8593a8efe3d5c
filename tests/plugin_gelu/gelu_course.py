"""An exercise from outside: the layer GELU, the optimizer RMSprop, and a report format. All that a course has to write.

GELU, in its usual approximation, is x s(x) with s(x) = (1 + tanh(u)) / 2 and u = sqrt(2 / pi) (x + 0.044715 x^3).
RMSprop keeps the mean of squared gradients r = rho r + (1 - rho) g^2 and goes to w - lr g / (sqrt(r) + eps).
"""

from __future__ import annotations

import numpy as np

from framework.layer import Layer
from framework.optimizer import Optimizer
from grader.checks.define import check
from grader.hookspecs import hookimpl
from grader.misconceptions.define import fair_variant, misconception
from grader.model import Case, Reporter, Task

SLOPE, CUBIC = np.sqrt(2 / np.pi), 0.044715


class GELU(Layer):
    """The reference: right, and as plain as can be."""

    def forward(self, x):
        self.x = x
        self.t = self.tanh(SLOPE * (x + CUBIC * x**3))
        return 0.5 * x * (1 + self.t)

    def backward(self, dout):
        inner = SLOPE * (1 + 3 * CUBIC * self.x**2)
        return dout * 0.5 * (1 + self.t + self.x * (1 - self.t**2) * inner)

    def tanh(self, u):
        return np.tanh(u)


class NoProductRule(GELU):
    """backward takes the gate for a constant

    GELU is a product of x and a gate. Does only one of the two change when x does?
    """

    def backward(self, dout):
        return dout * 0.5 * (1 + self.t)


class Overflows(GELU):
    """tanh is put together from exponentials, which overflow for large inputs

    What are exp(1000) and exp(1000) / exp(1000) in floating point? Print both.
    """

    def tanh(self, u):
        return (np.exp(u) - np.exp(-u)) / (np.exp(u) + np.exp(-u))


class BySigmoid(GELU):
    """the gate is a sigmoid of 2 u"""

    def tanh(self, u):
        return 2 / (1 + np.exp(-2 * u)) - 1


@check(needs="forward_value", cases=["three rows"])
def check_far_out(layer, oracle, probe):
    """Far from zero the gate is open or shut, and nothing overflows.

    What does your formula do with 100, and with -100?
    """
    x = probe.input() + np.array([[100.0], [-100.0], [0.0]])
    probe.assert_same(layer.forward(x), oracle.forward(x), "the output for inputs near 100 and -100")


class RMSprop(Optimizer):
    """The reference; `r` is kept for each parameter's name."""

    def __init__(self, learning_rate, rho):
        super().__init__()
        self.learning_rate, self.rho, self.r = learning_rate, rho, {}

    def step(self, name, w, g):
        self.r[name] = self.mean(self.r.get(name, 0.0), g)
        return w - self.learning_rate * g / (np.sqrt(self.r[name]) + 1e-12)

    def mean(self, r, g):
        return self.rho * r + (1 - self.rho) * g**2


class Forgetful(RMSprop):
    """the mean of the squared gradients starts anew in every step

    What is left of the first gradient in the third step? Where does your optimizer keep it?
    """

    def mean(self, r, g):
        return (1 - self.rho) * g**2


class Sum(RMSprop):
    """squared gradients are added up, and none is ever forgotten

    How fast does r grow over a thousand steps with equal gradients, and what becomes of the step?
    """

    def mean(self, r, g):
        return r + (1 - self.rho) * g**2


@hookimpl
def backcheck_tasks():
    layers = (
        Case("three rows", {}, (3, 5), (3, 5), shapes={"other": (2, 4)}),
        Case("images", {}, (2, 2, 3, 4), (2, 2, 3, 4), shapes={"other": (1, 2, 2, 3)}),
    )
    rates = {"learning_rate": 0.1, "rho": 0.9}
    return [
        Task("GELU", "layer", layers, (check_far_out,), {"deterministic"}, reference=GELU, points={"extra": 6}),
        Task("RMSprop", "optimizer", (Case("matrix", rates, (3, 4)),), reference=RMSprop, points={"extra": 4}),
    ]


@hookimpl
def backcheck_misconceptions():
    return [
        misconception("gelu-no-product-rule", NoProductRule, "GELU"),
        misconception("gelu-overflow", Overflows, "GELU"),
        misconception("rmsprop-forgets", Forgetful, "RMSprop"),
        misconception("rmsprop-adds-up", Sum, "RMSprop"),
    ]


@hookimpl
def backcheck_variants():
    return [fair_variant(BySigmoid, "GELU")]


def write(reports, target):
    """Write a line per task: who, what, points."""
    lines = [f"{report.submission} {report.task} {report.score:g}/{report.max_score:g}\n" for report in reports]
    if target == "-":
        print("".join(lines), end="")
    else:
        with open(target, "w", encoding="utf-8") as file:
            file.writelines(lines)


@hookimpl
def backcheck_reporters():
    return [Reporter("lines", "a line per task", write)]
