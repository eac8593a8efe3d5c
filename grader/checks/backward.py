"""What backward returns, and the gradients it leaves: compared with the derivative of the layer's own forward."""

from __future__ import annotations

import time
from contextlib import suppress

import numpy as np

from grader.checks.define import by_hand, check
from grader.guest.faults import Fault
from grader.hookspecs import hookimpl
from grader.model import Check
from grader.oracle import Oracle
from grader.probe import Probe
from grader.remote import Array, RemoteLayer

_LARGE, _SUSPECT, _DEAR = 60, 4, 20  # inputs; times forward: worth a closer look; too much
_QUICK, _MORE = 0.02, 8  # seconds of a backward; how many times as many samples it gets then


@check(traits=["layer"], needs="forward_shape")
@by_hand(
    "$start",
    "y = layer.forward(x); $zero; dx = layer.backward(rng.standard_normal(y.shape))",
    yours="dx.shape",
    expected="x.shape",
)
def check_backward_shape(layer: RemoteLayer, probe: Probe) -> None:
    """backward returns an array shaped like the input.

    One number per number of the input: how much the loss changes when that input changes.
    """
    x = probe.input()
    start = time.perf_counter()
    dout = probe.cotangent(layer.forward(x))
    turn = time.perf_counter()
    dx = layer.backward(dout)
    end = time.perf_counter()
    probe.assert_shape(dx, x.shape, "the array that backward returns")
    if x.size >= _LARGE and end - turn > _SUSPECT * (turn - start):
        with suppress(Fault):  # whether it takes a larger batch is not asked here
            _remark_on_cost(layer, probe, x)


def _remark_on_cost(layer: RemoteLayer, probe: Probe, x: Array) -> None:
    """Measure again, as anything may have come in between; the right numbers can be had by differences, too.

    Where backward is so quick that the way to the guest hides what forward costs, on a larger batch.
    """
    forward, backward = _cost(layer, probe, x)
    if backward < min(_QUICK, _DEAR * forward):
        forward, backward = _cost(layer, probe, np.concatenate([x] * _MORE))
    if backward > _DEAR * forward:
        probe.remark(
            f"backward takes more than {_DEAR} times as long as forward: does it compute differences of forward, in "
            "the place of the derivative?"
        )


def _cost(layer: RemoteLayer, probe: Probe, x: Array) -> tuple[float, float]:
    """Return the longest of three forwards and the shortest of three backwards, in seconds."""
    forwards, backwards = [], []
    for _ in range(3):
        start = time.perf_counter()
        y = layer.forward(x)
        forwards.append(time.perf_counter() - start)
        dout = probe.cotangent(y)
        start = time.perf_counter()
        layer.backward(dout)
        backwards.append(time.perf_counter() - start)
    return max(forwards), min(backwards)


@check(points=3, traits=["layer", "deterministic"], needs="backward_shape")
@by_hand(
    "$start",
    (
        "dy, v = rng.standard_normal(layer.forward(x).shape), rng.standard_normal(x.shape); "
        "$zero; dx = layer.backward(dy)"
    ),
    yours="np.sum(dx * v)",
    expected="np.sum(dy * (layer.forward(x + 1e-6 * v) - layer.forward(x - 1e-6 * v))) / 2e-6",
    formula=("dL/dx . v = (L(x + h v) - L(x - h v)) / 2h for random v, with L = sum(dy * forward(x))"),
    source="central differences: Press et al., Numerical Recipes, 3rd edition, section 5.7",
)
def check_input_gradient(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """backward returns the derivative of the loss with respect to the input.

    Take one number of the input: which numbers of the output change with it, and how fast? Each passes its error back.
    """
    x = probe.input()
    dout = probe.cotangent(layer.forward(x))
    dx = layer.backward(dout)

    probe.assert_gradient(dx, of=layer.forward, at=x, along=dout, truth=oracle.input_gradient(x, dout))


@check(points=3, traits=["layer", "deterministic", "trainable"], needs="backward_shape")
@by_hand(
    (
        "$start; dy = rng.standard_normal(layer.forward(x).shape); $zero; "
        "layer.backward(dy); g, w = np.array($gradient), np.array($weights)"
    ),
    ("v = rng.standard_normal(w.shape); L = lambda h: ($assign(w + h * v), np.sum(dy * layer.forward(x)))[1]"),
    yours="np.sum(g * v)",
    expected="(L(1e-6) - L(-1e-6)) / 2e-6",
    formula=("dL/dw . v = (L(w + h v) - L(w - h v)) / 2h for random v, with L = sum(dy * forward(x))"),
    source="central differences: Press et al., Numerical Recipes, 3rd edition, section 5.7",
)
def check_parameter_gradients(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """backward leaves the derivative of the loss with respect to every parameter.

    A parameter that serves every sample (or every time step) collects a contribution from each of them.
    """
    probe.assert_parameter_gradients(layer, probe.input(), oracle.parameter_gradients)


@hookimpl
def backcheck_checks() -> list[Check]:
    """Return the checks of this module."""
    return [check_backward_shape, check_input_gradient, check_parameter_gradients]
