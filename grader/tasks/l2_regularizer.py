"""L2_Regularizer: gradient alpha w, norm alpha sum(w^2): the factors of the exercise."""

from __future__ import annotations

import numpy as np

from grader.checks.define import by_hand, check
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
@by_hand("$start", yours="regularizer.calculate_gradient(0 * w).ravel()[:4]", expected="np.zeros(4)")
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
            formula=(
                "norm = alpha sum w^2; "
                "calculate_gradient = alpha w (the exercise's factors: one is not the derivative of "
                "the other)"
            ),
            source=(
                "Goodfellow, Bengio and Courville, Deep Learning, 2016, section 7.1.1; "
                "the factors from the exercise's text"
            ),
            kind="regularizer",
            cases=CASES,
            checks=(check_at_zero,),
            oracle=regularizer_oracle("L2_Regularizer", "l2"),
            points={"ex3": 2.5},
            uses=("Sgd", "SgdWithMomentum", "Adam"),
        )
    ]
