"""Constant: every weight is the same number, 0.1 unless told otherwise."""

from __future__ import annotations

import numpy as np

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Case, Task
from grader.probe import Probe
from grader.remote import RemoteInitializer

CASES = (
    Case("a value of its own", {"value": -0.37}, (4, 3)),
    Case("the default value", {}, (2, 3, 4, 5)),
)


@check(points=3, needs="shape")
@by_hand("$start", yours="draw()")
def check_value(initializer: RemoteInitializer, probe: Probe, case: Case) -> None:
    """Every entry is the constructor's value, or 0.1 if it was given none.

    Where is the constructor's argument kept, and is it used?
    """
    wanted = np.full(case.input_shape, case.init.get("value", 0.1))
    probe.assert_same(initializer.draw(case.input_shape, 7, 11), wanted, "what initialize returns")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="Constant",
            formula="w = value, 0.1 by default",
            source="the exercise's text",
            kind="initializer",
            cases=CASES,
            checks=(check_value,),
            traits=frozenset({"deterministic"}),
            points={"ex2": 1.25},
        )
    ]
