"""What forward computes: its shape, then its numbers."""

from __future__ import annotations

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Case, Check
from grader.oracle import Oracle
from grader.probe import Probe
from grader.remote import RemoteLayer


@check(traits=["layer"])
@by_hand("$start", yours="layer.forward(x).shape", expected="$out")
def check_forward_shape(layer: RemoteLayer, probe: Probe, case: Case) -> None:
    """forward returns an array of the right shape.

    Write down the shape of every array in forward, for this case, before you look at the numbers.
    """
    probe.assert_shape(layer.forward(probe.input()), case.output_shape, "the output of forward")


@check(points=2, traits=["layer", "deterministic"], needs="forward_shape")
@by_hand("$start", yours="layer.forward(x)")
def check_forward_value(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """forward computes what the formula says.

    Work one small case out by hand, with numbers that are all different, and compare.
    """
    x = probe.input()
    probe.assert_same(layer.forward(x), oracle.forward(x), "the output of forward", tensor="output")


@hookimpl
def backcheck_checks() -> list[Check]:
    """Return the checks of this module."""
    return [check_forward_shape, check_forward_value]
