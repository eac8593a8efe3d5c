"""What Sigmoid and TanH have in common: the same cases, and inputs at which they saturate. N batch."""

from __future__ import annotations

import numpy as np

from grader.checks.define import by_hand, check
from grader.model import Case
from grader.oracle import Oracle
from grader.probe import Probe
from grader.remote import RemoteLayer

_ROWS = {"input": ("sample", "feature"), "output": ("sample", "feature")}
_IMAGES = ("sample", "channel", "row", "column")

CASES = (
    Case("three rows", {}, (3, 5), (3, 5), shapes={"other": (2, 4)}, axes=_ROWS),
    Case("one row", {}, (1, 4), (1, 4), shapes={"other": (3, 2)}, axes=_ROWS),
    Case(
        *("images", {}, (2, 2, 3, 4), (2, 2, 3, 4)),
        shapes={"other": (1, 2, 2, 3)},
        axes={"input": _IMAGES, "output": _IMAGES},
    ),
)
_EXTREMES = (1000.0, -1000.0, 40.0, -40.0, 400.0, -400.0)


@check(points=2, needs="forward_shape", cases=["three rows"])
@by_hand("$start", "y = layer.forward(np.array([[1000.0, -1000.0, 40.0, -40.0, 0.0]])); $zero", yours="$answers")
def check_extreme_inputs(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """Inputs such as 1000 and -1000 give finite and right outputs and gradients.

    How large is exp(1000)? Which way of writing the formula never takes the exponential of a large positive number?
    """
    extremes = probe.rng.permutation(_EXTREMES)
    x = np.array([extremes, np.zeros(len(extremes)), extremes[::-1]])
    y, expected = layer.forward(x), oracle.forward(x)
    probe.assert_same(y, expected, f"the output for inputs such as {extremes[0]:g}", tensor="output")
    dout = probe.cotangent(expected)
    what = f"what backward returns for inputs such as {extremes[0]:g}"
    probe.assert_same(layer.backward(dout), oracle.backward(dout), what, tensor="input")
