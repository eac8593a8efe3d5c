"""UniformRandom: every weight from U[0, 1)."""

from __future__ import annotations

from typing import Any

from grader.distributions import CASES, Uniform
from grader.hookspecs import hookimpl
from grader.model import Task


def oracle(*_: Any) -> Uniform:
    """Return the distribution, which no fan changes."""
    return Uniform()


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="UniformRandom",
            formula="w ~ U[0, 1): mean 1/2, standard deviation sqrt(1/12)",
            source="the exercise's text",
            kind="initializer",
            cases=CASES,
            traits=frozenset({"random"}),
            oracle=oracle,
            points={"ex2": 1.25},
        )
    ]
