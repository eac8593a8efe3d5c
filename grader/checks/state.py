"""What a layer remembers between calls, and what it must not."""

from __future__ import annotations

from collections.abc import Callable

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Check
from grader.oracle import Oracle
from grader.probe import Probe
from grader.remote import RemoteLayer


@check(points=2, traits=["layer", "deterministic"], needs=["forward_value", "input_gradient"])
@by_hand("$start", "layer.forward(x); y = layer.forward($other); $zero", yours="$answers")
def check_second_batch(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """A second batch, and a third of another size, are treated like the first.

    What does the layer keep from the first call: a size, a cache, a sum? The last batch of an epoch may be smaller.
    """
    x = probe.input()
    layer.backward(probe.cotangent(layer.forward(x)))
    for which, size in (("second batch", ""), ("third batch, of another size", "other")):
        x = probe.input(size)
        y, expected = layer.forward(x), oracle.forward(x)
        probe.assert_same(y, expected, f"the output for the {which},", tensor="output")
        dout = probe.cotangent(expected)
        what = f"what backward returns for the {which},"
        probe.assert_same(layer.backward(dout), oracle.backward(dout), what, tensor="input")


@check(traits=["layer", "deterministic", "trainable"], needs=["forward_value", "parameter_gradients"])
@by_hand(
    "$start",
    ("for _ in range(2): y = layer.forward(x); $zero; layer.backward(rng.standard_normal(y.shape))"),
    yours="$gradient",
)
def check_gradients_start_anew(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """The gradients after a second backward belong to the second batch alone.

    Where is the sum over one pass set back to zero, and when is an array that was kept from the first pass replaced?
    """
    for _ in range(2):
        x = probe.input()
        dout = probe.cotangent(layer.forward(x))
        layer.backward(dout)
    oracle.forward(x)
    oracle.backward(dout)
    probe.assert_all_same(layer.grads(), oracle.grads(), "after the second backward, the gradient of")


@check(traits=["layer", "deterministic"], needs=["forward_value", "input_gradient", "parameter_gradients"])
@by_hand("$start; another = $new", "y = layer.forward(x); another.forward($other); $zero", yours="$answers")
def check_instances_are_independent(
    layer: RemoteLayer, oracle: Oracle, new: Callable[[], RemoteLayer], probe: Probe
) -> None:
    """Two layers of the same class do not share what they remember.

    State belongs to the instance (`self.`), not to the class or the module.
    """
    another = new()
    # of the same shape, so that what leaks shows as numbers; then of another one, for sizes that leak
    for which in ("", "other"):
        x = probe.input()
        y = layer.forward(x)
        oracle.forward(x)
        another.backward(probe.cotangent(another.forward(probe.input(which))))
        dout = probe.cotangent(y)
        what = "what backward returns, after another layer was used in between,"
        probe.assert_same(layer.backward(dout), oracle.backward(dout), what, tensor="input")
        what = "after another layer was used in between, the gradient of"
        probe.assert_all_same(layer.grads(), oracle.grads(), what)


@hookimpl
def backcheck_checks() -> list[Check]:
    """Return the checks of this module."""
    return [check_second_batch, check_gradients_start_anew, check_instances_are_independent]
