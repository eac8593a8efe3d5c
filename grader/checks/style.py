"""Remarks on manners: writing into the caller's arrays, handing out one's own. They never cost points."""

from __future__ import annotations

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Check, Tier
from grader.probe import Probe
from grader.remote import RemoteLayer


@check(traits=["layer"], needs="backward_shape", tier=Tier.STYLE)
@by_hand(
    "$start; dy = rng.standard_normal(layer.forward(x).shape)",
    "before = x.copy(), dy.copy(); $zero; layer.backward(dy)",
    yours="(np.array_equal(x, before[0]), np.array_equal(dy, before[1]))",
    expected="(True, True)",
)
def check_arrays_stay_untouched(layer: RemoteLayer, probe: Probe) -> None:
    """forward and backward leave their caller's arrays as they are.

    In-place operators (`x -= …`, `x[mask] = 0`) write into an array that somebody else may still need.
    """
    x = probe.input()
    flags = layer.aliasing(x, probe.cotangent(layer.forward(x)))
    probe.assert_true(not flags.get("input_changed", False), "forward changes its input array in place")
    probe.assert_true(not flags.get("error_changed", False), "backward changes its error array in place")
    probe.assert_true(
        not flags.get("output_reused", False), "a second forward overwrites the array that the first one returned"
    )


@hookimpl
def backcheck_checks() -> list[Check]:
    """Return the checks of this module."""
    return [check_arrays_stay_untouched]
