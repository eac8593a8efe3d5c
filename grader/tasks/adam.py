"""Adam: moving averages of gradient and squared gradient, both corrected for their start at zero."""

from __future__ import annotations

import numpy as np

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Case, Task
from grader.oracle import optimizer_oracle
from grader.probe import Probe
from grader.remote import RemoteOptimizer

CASES = (
    Case("usual rates, matrix", {"learning_rate": 0.1, "mu": 0.9, "rho": 0.999}, (3, 4)),
    Case("unusual rates, kernels", {"learning_rate": 1.0, "mu": 0.3, "rho": 0.6}, (2, 1, 3, 2)),
)


@check(needs="first_step")
@by_hand("$start", yours="step(w, np.zeros_like(w)).ravel()[:4]", expected="w.ravel()[:4]")
def check_zero_gradient(optimizer: RemoteOptimizer, probe: Probe) -> None:
    """A gradient of zero leaves the weights where they are.

    A unit that is switched off has gradient zero. What is 0 / sqrt(0)?
    """
    w = probe.input()
    probe.assert_same(
        optimizer.step(w, np.zeros_like(w)), w, "the weight array after a step with gradient zero", "adam"
    )


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="Adam",
            formula=(
                "v = mu v + (1 - mu) g; r = rho r + (1 - rho) g^2; "
                "w_new = w - learning_rate (v / (1 - mu^k)) / (sqrt(r / (1 - rho^k)) + eps) in step "
                "k = 1, 2, ..."
            ),
            source="Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015, algorithm 1",
            kind="optimizer",
            cases=CASES,
            checks=(check_zero_gradient,),
            oracle=optimizer_oracle("Adam"),
            points={"ex2": 4},
        )
    ]
