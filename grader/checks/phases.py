"""Layers that compute one thing in training and another in the test phase.

Of a layer that is random in training, its own checks ask what it computes in the test phase.
"""

from __future__ import annotations

import numpy as np

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Check
from grader.oracle import Oracle
from grader.probe import Probe
from grader.remote import RemoteLayer


@check(points=2, traits=["layer", "phases", "deterministic"], needs="forward_shape")
@by_hand(
    "$start",
    "layer.forward(x); $eval; first = layer.forward(x); layer.forward($other)",
    yours="layer.forward(x).ravel()[:4]",
    expected="first.ravel()[:4]",
)
def check_eval_is_repeatable(layer: RemoteLayer, probe: Probe) -> None:
    """In the test phase the same input gives the same output, whatever was asked in between.

    A prediction must not depend on chance, nor on what the layer was asked before. What changes during a forward pass
    in the test phase?
    """
    layer.forward(probe.input())
    layer.eval()
    x = probe.input()
    first = layer.forward(x)
    layer.forward(probe.input("other"))
    what = "in the test phase, the output for the same input once more"
    probe.assert_same(layer.forward(x), first, what, tensor="output")


@check(points=2, traits=["layer", "phases", "deterministic"], needs="forward_shape")
@by_hand(
    "$start",
    "layer.forward(x); $eval",
    yours="layer.forward(x[:1]).ravel()[:4]",
    expected="layer.forward(x)[:1].ravel()[:4]",
)
def check_eval_rows_are_independent(layer: RemoteLayer, probe: Probe) -> None:
    """In the test phase a sample's output does not depend on the other samples of its batch.

    Would a photograph be classified differently if it were shown together with others?
    """
    layer.forward(probe.input())
    layer.eval()
    x = np.concatenate([probe.input(), probe.input()])
    together = layer.forward(x)
    alone = layer.forward(x[:1])
    probe.assert_shape(together, (len(x), *alone.shape[1:]), "in the test phase, the output of forward")
    what = "in the test phase, the first sample's output, alone instead of among others,"
    probe.assert_same(alone, together[:1], what, tensor="output")


@check(traits=["layer", "phases", "deterministic"], needs=["forward_value", "input_gradient"])
@by_hand(
    "$start", "layer.forward(x); $eval; layer.forward($other); $train; y = layer.forward(x); $zero", yours="$answers"
)
def check_training_goes_on_after_eval(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """After a test phase, training goes on as before.

    A network is tested between two epochs. What must a forward pass in the test phase leave alone?
    """
    layer.forward(probe.input())
    layer.eval()
    layer.forward(probe.input("other"))
    layer.train()
    x = probe.input()
    y, expected = layer.forward(x), oracle.forward(x)
    probe.assert_same(y, expected, "the output in training, after a test phase,", tensor="output")
    dout = probe.cotangent(expected)
    what = "what backward returns, after a test phase,"
    probe.assert_same(layer.backward(dout), oracle.backward(dout), what, tensor="input")


@hookimpl
def backcheck_checks() -> list[Check]:
    """Return the checks of this module."""
    return [check_eval_is_repeatable, check_eval_rows_are_independent, check_training_goes_on_after_eval]
