"""What an optimizer makes of a gradient, over several steps, for arrays and for plain numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Check, Tier
from grader.oracle import OptimizerOracle
from grader.probe import Probe
from grader.remote import RemoteOptimizer
from grader.samples import direction


@check(points=2, traits=["optimizer"])
@by_hand("$start", yours="step(w, rng.standard_normal(w.shape))")
def check_first_step(optimizer: RemoteOptimizer, oracle: OptimizerOracle, probe: Probe) -> None:
    """The first step is the rule's.

    Put numbers in: one weight, one gradient, and the rule on paper.
    """
    w = probe.input()
    g = direction(w.shape, probe.rng)
    probe.assert_same(optimizer.step(w, g), oracle.step(w, g), "the weight array after the first step", "adam")


@check(points=3, traits=["optimizer"], needs="first_step")
@by_hand("$start", "for _ in range(8): w = step(w, rng.standard_normal(w.shape))", yours="w")
def check_later_steps(optimizer: RemoteOptimizer, oracle: OptimizerOracle, probe: Probe) -> None:
    """Eight steps with changing gradients follow the rule.

    What does the optimizer remember from one call to the next, and in which order is it updated and used?
    """
    w = expected = probe.input()
    for step in range(1, 9):
        g = direction(w.shape, probe.rng)
        w, expected = optimizer.step(w, g), oracle.step(expected, g)
        probe.assert_same(w, expected, f"the weight array after step {step}", "adam")


@check(traits=["optimizer"], needs="first_step")
@by_hand("$start", yours="step(step(step(1.0, 1.0), 0.5), -2.0)")
def check_plain_numbers(optimizer: RemoteOptimizer, oracle: OptimizerOracle, probe: Probe) -> None:
    """Python numbers work like arrays.

    An update in place works for arrays only; computing a new value works for both.
    """
    w = expected = 1.0
    for step, g in enumerate((1.0, 0.5, -2.0), 1):
        w, expected = optimizer.step_number(w, g), float(oracle.step(np.array(expected), np.array(g)))
        probe.assert_same(np.array(w), np.array(expected), f"the weight after step {step}", "adam")


@check(traits=["optimizer"], needs="later_steps")
@by_hand(
    "$start; another = step; optimizer = $new; step = $step",
    ("for _ in range(3): g = rng.standard_normal(w.shape); another(w, 3 * g); w = step(w, g)"),
    yours="w",
)
def check_optimizers_are_independent(
    optimizer: RemoteOptimizer, oracle: OptimizerOracle, new: Callable[[], RemoteOptimizer], probe: Probe
) -> None:
    """Two optimizers do not share velocity, moments or step number.

    Each parameter has a clock and a memory of its own: they belong to the instance.
    """
    w = expected = probe.input()
    another = new()
    for step in range(1, 4):
        g = direction(w.shape, probe.rng)
        another.step(w, 3.0 * g)
        w, expected = optimizer.step(w, g), oracle.step(expected, g)
        probe.assert_same(w, expected, f"with a second optimizer at work, the weight array after step {step}", "adam")


@check(traits=["optimizer"], needs="first_step", tier=Tier.STYLE)
@by_hand(
    "$start",
    "g = rng.standard_normal(w.shape); before = w.copy(), g.copy(); step(w, g)",
    yours="(np.array_equal(w, before[0]), np.array_equal(g, before[1]))",
    expected="(True, True)",
)
def check_weights_stay_untouched(optimizer: RemoteOptimizer, probe: Probe) -> None:
    """The arrays passed in stay as they are.

    `w -= …` writes into the caller's array; returning a new one does not.
    """
    w = probe.input()
    flags = optimizer.aliasing(w, direction(w.shape, probe.rng))
    probe.assert_true(not flags.get("weights_changed", False), "the weights passed in are changed in place")
    probe.assert_true(not flags.get("gradient_changed", False), "the gradient passed in is changed in place")


@hookimpl
def backcheck_checks() -> list[Check]:
    """Return the checks of this module."""
    return [
        check_first_step,
        check_later_steps,
        check_plain_numbers,
        check_optimizers_are_independent,
        check_weights_stay_untouched,
    ]
