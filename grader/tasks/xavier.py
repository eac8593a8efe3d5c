"""Xavier: normal with standard deviation sqrt(2 / (fan_in + fan_out))."""

from __future__ import annotations

import math

from grader.distributions import CASES, Normal
from grader.hookspecs import hookimpl
from grader.model import Case, Conventions, Task
from grader.remote import RemoteInitializer


def oracle(initializer: RemoteInitializer, case: Case, conventions: Conventions) -> Normal:
    """Return the distribution for the fans of a case."""
    fan_in, fan_out = case.shapes["fans"]
    return Normal(math.sqrt(2 / (fan_in + fan_out)))


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="Xavier",
            formula="w ~ N(0, 2 / (fan_in + fan_out)): that is the variance",
            source=(
                "Glorot and Bengio, Understanding the difficulty of training deep feedforward networks, 2010, eq. 12"
            ),
            kind="initializer",
            cases=CASES,
            traits=frozenset({"random"}),
            oracle=oracle,
            points={"ex2": 1.25},
        )
    ]
