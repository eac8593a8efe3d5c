"""A constraint's two formulas, and what it makes of the hand-in's own optimizers.

The rule is decoupled: w_new = (the optimizer's own step for the data's gradient) - learning_rate * (the penalty's
gradient at the old w). "The optimizer's own step" is what the same optimizer does without a regularizer: whether that
is right is the business of the optimizer's own task.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader.checks.define import by_hand, check
from grader.guest.faults import Fault
from grader.hookspecs import hookimpl
from grader.model import Check, Tier
from grader.oracle import RegularizerOracle
from grader.probe import Probe
from grader.remote import Array, RemoteOptimizer, RemoteRegularizer
from grader.samples import direction

_RATE = 0.3
_OPTIMIZERS = {
    "Sgd": {"learning_rate": _RATE},
    "SgdWithMomentum": {"learning_rate": _RATE, "momentum_rate": 0.8},
    "Adam": {"learning_rate": _RATE, "mu": 0.8, "rho": 0.9},
}
_STEPS = 3


@check(points=3, traits=["regularizer"])
@by_hand("$start", yours="regularizer.calculate_gradient(w)")
def check_penalty_gradient(regularizer: RemoteRegularizer, oracle: RegularizerOracle, probe: Probe) -> None:
    """calculate_gradient pushes every weight towards zero, as the formula says.

    Which way must a negative weight move, and how strongly a large one?
    """
    w = probe.input()
    probe.assert_same(regularizer.gradient(w), oracle.gradient(w), "what calculate_gradient returns")


@check(points=3, traits=["regularizer"])
@by_hand("$start", yours="regularizer.norm(w)")
def check_norm(regularizer: RemoteRegularizer, oracle: RegularizerOracle, probe: Probe) -> None:
    """norm returns what the penalty adds to the loss.

    Take three weights, one of them negative, and work the sum out by hand. Does it care how many axes there are?
    """
    for _ in range(3):  # one number each: a mistake is not named for less
        w = probe.input()
        probe.assert_same(np.array(regularizer.norm(w)), np.array(oracle.norm(w)), "what norm returns", "loss")


@check(traits=["regularizer"])
@by_hand(
    "$start; optimizer = Sgd(0.3); optimizer.add_regularizer(regularizer); step = $step",
    "for _ in range(3): w = step(w, rng.standard_normal(w.shape))",
    yours="w",
    also=("Sgd",),
    formula="w_new = w + (the optimizer's own step for g) - learning_rate * calculate_gradient(w)",
    source=("Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, algorithms 1 and 2"),
)
def check_constrained_sgd(regularizer: RemoteRegularizer, oracle: RegularizerOracle, probe: Probe) -> None:
    """Sgd with a regularizer takes its usual step and, apart from it, one down the penalty's gradient.

    Write the update out as one formula. What carries the learning rate, and which weights are penalised?
    """
    _assert_decoupled("Sgd", regularizer, oracle, probe)


@check(traits=["regularizer"])
@by_hand(
    ("$start; optimizer = SgdWithMomentum(0.3, 0.8); optimizer.add_regularizer(regularizer); step = $step"),
    "for _ in range(3): w = step(w, rng.standard_normal(w.shape))",
    yours="w",
    also=("SgdWithMomentum",),
    formula="w_new = w + (the optimizer's own step for g) - learning_rate * calculate_gradient(w)",
    source=("Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, algorithms 1 and 2"),
)
def check_constrained_momentum(regularizer: RemoteRegularizer, oracle: RegularizerOracle, probe: Probe) -> None:
    """SgdWithMomentum with a regularizer takes its usual step and, apart from it, one down the penalty's gradient.

    What carries the learning rate? The velocity remembers the gradients of the data: what would it remember if the
    penalty were added to them first?
    """
    _assert_decoupled("SgdWithMomentum", regularizer, oracle, probe)


@check(traits=["regularizer"])
@by_hand(
    ("$start; optimizer = Adam(0.3, 0.8, 0.9); optimizer.add_regularizer(regularizer); step = $step"),
    "for _ in range(3): w = step(w, rng.standard_normal(w.shape))",
    yours="w",
    also=("Adam",),
    formula="w_new = w + (the optimizer's own step for g) - learning_rate * calculate_gradient(w)",
    source=("Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, algorithms 1 and 2"),
)
def check_constrained_adam(regularizer: RemoteRegularizer, oracle: RegularizerOracle, probe: Probe) -> None:
    """Adam with a regularizer takes its usual step and, apart from it, one down the penalty's gradient.

    What carries the learning rate? Adam divides by the size of what it is given: should a strong penalty and a weak
    one end up at the same step?
    """
    _assert_decoupled("Adam", regularizer, oracle, probe)


@check(points=2, traits=["regularizer"], needs="penalty_gradient")
@by_hand(
    "$start; optimizer = Sgd(0.3); optimizer.add_regularizer(regularizer); step = $step",
    yours="step(w, np.zeros_like(w))",
    also=("Sgd",),
    formula="w_new = w + (the optimizer's own step for g) - learning_rate * calculate_gradient(w)",
    source=("Loshchilov and Hutter, Decoupled Weight Decay Regularization, 2019, algorithms 1 and 2"),
)
def check_inside_optimizers(regularizer: RemoteRegularizer, oracle: RegularizerOracle, probe: Probe) -> None:
    """The regularizer works inside every optimizer of the hand-in.

    Follow one weight through calculate_update: what is it when the regularizer sees it, and what is left of it after?
    """
    for component in _OPTIMIZERS:
        _compare(component, regularizer, oracle, probe, lambda optimizer: optimizer.add_regularizer(regularizer))


@check(traits=["regularizer"], tier=Tier.STYLE)
@by_hand(
    "$start; optimizer = Sgd(0.3); optimizer.add_regularizer(regularizer); step = $step",
    "g = rng.standard_normal(w.shape); before = w.copy(), g.copy(); step(w, g)",
    yours="(np.array_equal(w, before[0]), np.array_equal(g, before[1]))",
    expected="(True, True)",
    also=("Sgd",),
)
def check_gradient_stays_untouched(regularizer: RemoteRegularizer, oracle: RegularizerOracle, probe: Probe) -> None:
    """An optimizer with a regularizer leaves the arrays passed in as they are.

    After the update the layer's gradient must still be the gradient of the data: somebody may look at it.
    """
    w = probe.input()
    for component, rates in _OPTIMIZERS.items():
        optimizer = regularizer.optimizer(component, rates)
        optimizer.add_stand_in(oracle.stand_in, regularizer.init["alpha"])
        flags = optimizer.aliasing(w, direction(w.shape, probe.rng))
        probe.assert_true(not flags.get("gradient_changed", False), f"{component} changes the gradient in place")
        probe.assert_true(not flags.get("weights_changed", False), f"{component} changes the weights in place")


def _assert_decoupled(component: str, regularizer: RemoteRegularizer, oracle: RegularizerOracle, probe: Probe) -> None:
    """Try one optimizer with the guest's own regularizer, on arrays and on plain numbers."""

    def constrain(optimizer: RemoteOptimizer) -> None:
        optimizer.add_stand_in(oracle.stand_in, regularizer.init["alpha"])

    _compare(component, regularizer, oracle, probe, constrain)
    if _takes_numbers(regularizer.optimizer(component, _OPTIMIZERS[component])):
        _compare(component, regularizer, oracle, probe, constrain, numbers=True)


def _takes_numbers(optimizer: RemoteOptimizer) -> bool:
    """Tell whether an optimizer works on plain numbers at all; if it does not, its own task says so."""
    try:
        optimizer.step_number(1.0, 1.0)
    except Fault:
        return False
    return True


def _compare(
    component: str,
    regularizer: RemoteRegularizer,
    oracle: RegularizerOracle,
    probe: Probe,
    constrain: Callable[[RemoteOptimizer], None],
    *,
    numbers: bool = False,
) -> None:
    """Let an optimizer run twice over the same gradients, without and with a regularizer, and compare the steps."""

    def step(optimizer: RemoteOptimizer, w: Array, g: Array) -> Array:
        return np.array(optimizer.step_number(float(w), float(g))) if numbers else optimizer.step(w, g)

    start = np.array(1.5) if numbers else probe.input()
    gradients = [direction(start.shape, probe.rng) for _ in range(_STEPS)]
    free = regularizer.optimizer(component, _OPTIMIZERS[component])
    free_path = [start]
    for g in gradients:
        free_path.append(step(free, free_path[-1], g))
        probe.assert_shape(free_path[-1], start.shape, f"what {component} without a regularizer returns")
    bound = regularizer.optimizer(component, _OPTIMIZERS[component])
    constrain(bound)
    w = expected = start
    for number, g in enumerate(gradients, 1):
        own_step = free_path[number] - free_path[number - 1]
        expected = expected + own_step - _RATE * oracle.gradient(expected)
        w = step(bound, w, g)
        what = "the number" if numbers else "the weight array"
        probe.assert_same(w, expected, f"{component} with a regularizer: {what} after step {number}", "update")


@hookimpl
def backcheck_checks() -> list[Check]:
    """Return the checks of this module."""
    return [
        check_penalty_gradient,
        check_norm,
        check_constrained_sgd,
        check_constrained_momentum,
        check_constrained_adam,
        check_inside_optimizers,
        check_gradient_stays_untouched,
    ]
