"""Sigmoid: 1 / (1 + exp(-x))."""

from __future__ import annotations

from grader.hookspecs import hookimpl
from grader.model import Task
from grader.oracle import plain_oracle
from grader.saturation import CASES, check_extreme_inputs


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="Sigmoid",
            formula="y = 1 / (1 + exp(-x)); dL/dx = dy y (1 - y)",
            source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 3.10, eq. 3.30",
            kind="layer",
            cases=CASES,
            checks=(check_extreme_inputs,),
            traits=frozenset({"deterministic"}),
            oracle=plain_oracle("Sigmoid"),
            points={"ex3": 2.5},
        )
    ]
