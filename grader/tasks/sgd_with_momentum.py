"""SgdWithMomentum: v = mu v - lr g, then w + v."""

from __future__ import annotations

from grader.hookspecs import hookimpl
from grader.model import Case, Task
from grader.oracle import optimizer_oracle

CASES = (
    Case("rates 0.1 and 0.9, matrix", {"learning_rate": 0.1, "momentum_rate": 0.9}, (3, 4)),
    Case("rates 1 and 0.4, kernels", {"learning_rate": 1.0, "momentum_rate": 0.4}, (2, 1, 3, 2)),
)


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="SgdWithMomentum",
            formula="v = momentum v - learning_rate g, from v = 0; w_new = w + v",
            source=(
                "Polyak, Some methods of speeding up the convergence of iteration methods, 1964; "
                "Goodfellow, Bengio and Courville, Deep Learning, 2016, algorithm 8.2"
            ),
            kind="optimizer",
            cases=CASES,
            oracle=optimizer_oracle("SgdWithMomentum"),
            points={"ex2": 4},
        )
    ]
