"""TanH: the hyperbolic tangent."""

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
            name="TanH",
            formula="y = tanh(x); dL/dx = dy (1 - y^2)",
            source="LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998, section 4.4",
            kind="layer",
            cases=CASES,
            checks=(check_extreme_inputs,),
            traits=frozenset({"deterministic"}),
            oracle=plain_oracle("TanH"),
            points={"ex3": 2.5},
        )
    ]
