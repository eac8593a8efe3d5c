"""What training does to the parameters: real optimizers, several steps, compared with the reference's trajectory."""

from __future__ import annotations

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Check
from grader.oracle import Oracle
from grader.probe import Probe
from grader.remote import RemoteLayer

_PROVIDED = "a wrong result with an optimizer that the exercise provides"


def _train(layer: RemoteLayer, oracle: Oracle, probe: Probe, steps: int, kind: str) -> None:
    """Let both take the same steps; after each, parameters and then outputs must agree."""
    for step in range(1, steps + 1):
        x = probe.input()
        y = layer.forward(x)
        expected = oracle.forward(x)
        probe.assert_same(y, expected, f"the output of forward in step {step}", kind, tensor="output")
        dout = probe.cotangent(expected)
        layer.backward(dout)
        oracle.backward(dout)
        layer.update()
        oracle.update()
        what = f"after step {step}," if steps > 1 else "after the step,"
        probe.assert_all_same(layer.params(), oracle.params(), what, kind)
    x = probe.input()
    what = f"the output of forward after {steps} step{'s' if steps > 1 else ''}"
    probe.assert_same(layer.forward(x), oracle.forward(x), what, kind, tensor="output")


@check(
    points=2,
    traits=["layer", "deterministic", "trainable"],
    needs=["forward_value", "backward_shape"],
    reason=_PROVIDED,
)
@by_hand(
    "$start; $sgd",
    "$once",
    yours="layer.forward(x)",
    formula="w_new = w - 0.05 dL/dw for every parameter, dL/dw at the w that forward used",
)
def check_sgd_step(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """One Sgd step trains every parameter, once per backward.

    Follow one weight from the end of backward: which optimizer sees it, with which gradient, and how often?
    """
    layer.attach("sgd", 0.05)
    oracle.attach("sgd", 0.05)
    _train(layer, oracle, probe, 1, "update")


@check(
    points=3,
    traits=["layer", "deterministic", "trainable"],
    needs=["forward_value", "backward_shape"],
    reason=_PROVIDED,
)
@by_hand(
    "$start; $momentum",
    "for _ in range(3): $once",
    yours="layer.forward(x)",
    formula=(
        "w_new = rule(w, dL/dw), where the rule of every parameter has a memory of its own "
        "(in the lines: a running sum)"
    ),
)
def check_adam_steps(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """Three Adam steps train every parameter with a memory of its own.

    Whose momentum is Adam adding to which parameter?
    """
    layer.attach("adam", 0.05, 0.8, 0.9)
    oracle.attach("adam", 0.05, 0.8, 0.9)
    _train(layer, oracle, probe, 3, "update")


@check(traits=["layer", "deterministic", "trainable", "updates_in_backward"], needs="sgd_step", reason=_PROVIDED)
@by_hand(
    "$start; $counter",
    "for _ in range(2): $once",
    yours="layer.forward(x)",
    formula="w_new = w - 0.02 n dL/dw in the n-th call of the parameter's own optimizer",
)
def check_own_optimizers(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """Every parameter has an optimizer of its own.

    An optimizer remembers. What happens to one parameter's memory if a second one uses the same object?
    """
    # the counter's step grows from call to call, and it takes arrays of any shape: sharing shows as a number
    layer.attach("counter", 0.02)
    oracle.attach("counter", 0.02)
    _train(layer, oracle, probe, 2, "update")


@check(
    points=2,
    traits=["layer", "deterministic", "trainable", "updates_in_backward"],
    needs=["forward_value", "input_gradient"],
    reason=_PROVIDED,
)
@by_hand(
    "$start; $sgd",
    "y = layer.forward(x)",
    yours="layer.backward(rng.standard_normal(y.shape))",
    formula="dL/dx at the w that forward used, not at w_new",
)
def check_error_uses_forward_weights(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """With an optimizer attached, backward still returns the gradient at the weights that forward used.

    Backpropagate through the weights you used in forward; update last.
    """
    layer.attach("sgd", 0.5)
    x = probe.input()
    dout = probe.cotangent(layer.forward(x))
    oracle.forward(x)
    what = "the array that backward returns"
    probe.assert_same(layer.backward(dout), oracle.backward(dout), what, "update", tensor="input")


@hookimpl
def backcheck_checks() -> list[Check]:
    """Return the checks of this module."""
    return [check_sgd_step, check_adam_steps, check_own_optimizers, check_error_uses_forward_weights]
