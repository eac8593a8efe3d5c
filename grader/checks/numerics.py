"""Inputs that are legal but awkward."""

from __future__ import annotations

import numpy as np

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Check, Tier
from grader.oracle import Oracle
from grader.probe import Probe
from grader.remote import RemoteLayer


@check(
    traits=["layer", "deterministic"],
    needs=["forward_value", "input_gradient"],
    tier=Tier.ROBUST,
    reason="the exercise feeds floats only",
)
@by_hand("$start", "y = layer.forward(np.round(20 * x).astype(int)); $zero", yours="$answers")
def check_integer_input(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """Whole numbers as input give the same answers as floats.

    `zeros_like` of an integer array is an integer array, and cuts off whatever is written into it.
    """
    x = probe.whole_numbers()
    y, expected = layer.forward(x), oracle.forward(x.astype(np.float64))
    probe.assert_same(y, expected, "the output for whole numbers", tensor="output")
    dout = probe.cotangent(expected)
    what = "what backward returns after whole numbers"
    probe.assert_same(layer.backward(dout), oracle.backward(dout), what, tensor="input")


@hookimpl
def backcheck_checks() -> list[Check]:
    """Return the checks of this module."""
    return [check_integer_input]
