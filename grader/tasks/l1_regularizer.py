"""L1_Regularizer: gradient alpha sign(w), norm alpha sum(|w|)."""

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
    """At weight zero the gradient is finite, and one of the admissible ones.

    What is 0 / |0|? Any slope between -alpha and alpha is a sub-gradient at the kink.
    """
    w = probe.input()
    w.flat[:3] = 0.0
    slopes = regularizer.gradient(w)
    probe.assert_shape(slopes, w.shape, "what calculate_gradient returns")
    alpha = regularizer.init["alpha"]
    inside = np.abs(slopes.flat[:3]) <= alpha * (1 + 1e-6)
    probe.assert_true(
        bool(inside.all()),
        f"at weight 0 calculate_gradient gives {slopes.flat[0]:.6g}; "
        f"something from {-alpha:g} to {alpha:g} was expected",
    )
    probe.assert_same(slopes.flat[:3], np.where(inside, slopes.flat[:3], 0.0), "what calculate_gradient gives at 0")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="L1_Regularizer",
            formula="norm = alpha sum |w|; calculate_gradient = alpha sign(w)",
            source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 7.1.2",
            kind="regularizer",
            cases=CASES,
            checks=(check_at_zero,),
            oracle=regularizer_oracle("L1_Regularizer", "l1"),
            points={"ex3": 2.5},
            uses=("Sgd", "SgdWithMomentum", "Adam"),
        )
    ]
