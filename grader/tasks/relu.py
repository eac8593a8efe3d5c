"""ReLU: max(0, x)."""

from __future__ import annotations

import numpy as np

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Case, Task
from grader.oracle import plain_oracle
from grader.probe import Probe
from grader.remote import RemoteLayer

CASES = (
    Case("three rows", {}, (3, 5), (3, 5), data="off_zero", shapes={"other": (2, 4)}),
    Case("one row", {}, (1, 4), (1, 4), data="off_zero", shapes={"other": (3, 2)}),
    Case("images", {}, (2, 2, 3, 4), (2, 2, 3, 4), data="off_zero", shapes={"other": (1, 2, 2, 3)}),
)


@check(needs=["forward_value", "input_gradient"], cases=["three rows"])
@by_hand(
    "$start; x[0, :2] = 0",
    "y = layer.forward(x); $zero; dx = layer.backward(np.ones_like(y))",
    yours="(y[0, 0], 0 <= dx[0, 0] <= 1)",
    expected="(0.0, True)",
    formula="max(0, 0) = 0, and any slope from 0 to 1 (the sub-differential)",
)
def check_at_zero(layer: RemoteLayer, probe: Probe) -> None:
    """At exactly zero the output is zero and the gradient is one of the admissible ones.

    Any slope between 0 and 1 is a sub-gradient at the kink; it scales the error, it does not replace it.
    """
    x = probe.input()
    x[0, :2] = 0.0
    y = layer.forward(x)
    probe.assert_same(y, np.maximum(x, 0.0), "the output of forward")
    dout = probe.cotangent(y)
    slope = (layer.backward(dout) / dout)[0, :2]
    probe.assert_true(
        bool(((slope >= -1e-9) & (slope <= 1 + 1e-9)).all()),
        f"at input 0 the error is multiplied by {slope[0]:.6g}; something between 0 and 1 was expected",
    )


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="ReLU",
            formula="y = max(0, x); dL/dx = dy where x > 0, else 0",
            source="Nair and Hinton, Rectified Linear Units Improve Restricted Boltzmann Machines, 2010",
            kind="layer",
            cases=CASES,
            checks=(check_at_zero,),
            traits=frozenset({"deterministic"}),
            oracle=plain_oracle("ReLU"),
            points={"ex1": 5},
        )
    ]
