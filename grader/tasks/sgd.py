"""Sgd: w - lr g."""

from __future__ import annotations

from grader.hookspecs import hookimpl
from grader.model import Case, Task
from grader.oracle import optimizer_oracle

CASES = (
    Case("rate 0.1, matrix", {"learning_rate": 0.1}, (3, 4)),
    Case("rate 1, kernels", {"learning_rate": 1.0}, (2, 1, 3, 2)),
)


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="Sgd",
            formula="w_new = w - learning_rate g",
            source="Robbins and Monro, A Stochastic Approximation Method, 1951",
            kind="optimizer",
            cases=CASES,
            oracle=optimizer_oracle("Sgd"),
            points={"ex1": 5},
        )
    ]
