"""L2_Regularizer: gradient alpha w, norm alpha sum(w^2): the factors of the exercise."""

from __future__ import annotations

import numpy as np

from grader.checks.define import check
from grader.hookspecs import hookimpl
from grader.model import Case, Task
from grader.oracle import regularizer_oracle
from grader.probe import Probe
from grader.remote import RemoteRegularizer

CASES = (
    Case("matrix, alpha 0.4", {"alpha": 0.4}, (4, 3), data="off_zero"),
    Case("kernels, alpha 2", {"alpha": 2.0}, (2, 3, 3, 2), data="off_zero"),
)


@check(needs="penalty_gradient")
def check_at_zero(regularizer: RemoteRegularizer, probe: Probe) -> None:
    """Weights of zero cost nothing and are not moved.

    A new bias is often zero. What do the formulas say about it?
    """
    w = np.zeros(probe.case.input_shape)
    probe.assert_same(regularizer.gradient(w), w, "what calculate_gradient returns for zeros")
    probe.assert_same(np.array(regularizer.norm(w)), np.array(0.0), "what norm returns for zeros")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="L2_Regularizer",
            kind="regularizer",
            cases=CASES,
            checks=(check_at_zero,),
            oracle=regularizer_oracle("L2_Regularizer", "l2"),
            points={"ex3": 2.5},
            uses=("Sgd", "SgdWithMomentum", "Adam"),
        )
    ]
