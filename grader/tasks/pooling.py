"""Pooling: the maximum of every window. N batch, C channels, H W space; h w window, s t stride."""

from __future__ import annotations

import numpy as np

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Case, Task, Tier
from grader.oracle import Oracle, plain_oracle
from grader.probe import Probe
from grader.remote import RemoteLayer

_AXES = ("sample", "channel", "row", "column")


def _case(
    name: str, stride: tuple[int, int], window: tuple[int, int], shape: tuple[int, ...], other: tuple[int, ...]
) -> Case:
    sizes = zip(shape[2:], window, stride, strict=True)
    out = tuple((size - width) // step + 1 for size, width, step in sizes)
    init = {"stride_shape": stride, "pooling_shape": window}
    axes = {"input": _AXES, "output": _AXES, "sums": _AXES[:2]}
    return Case(name, init, shape, (*shape[:2], *out), data="distinct", shapes={"other": other}, axes=axes)


CASES = (
    _case("2x2 windows, stride 2", (2, 2), (2, 2), (3, 2, 4, 6), other=(1, 2, 6, 4)),
    _case("3x3 windows that overlap, stride 2", (2, 2), (3, 3), (1, 2, 7, 5), other=(2, 2, 5, 9)),
    _case("3x2 windows, stride (2, 1)", (2, 1), (3, 2), (3, 1, 6, 5), other=(2, 1, 5, 4)),
    _case("gaps: 2x1 windows, stride (3, 2)", (3, 2), (2, 1), (2, 2, 8, 6), other=(3, 2, 5, 5)),
    _case("a border that is left over, 2x3 windows, stride (2, 3)", (2, 3), (2, 3), (2, 1, 5, 8), other=(1, 1, 7, 7)),
    _case("one window as large as the image", (1, 1), (4, 3), (2, 3, 4, 3), other=(1, 3, 4, 3)),
)
_USUAL = [CASES[0].name, CASES[1].name]
_OVERLAPPING = [CASES[1].name, CASES[2].name]


@check(needs="forward_shape", cases=_USUAL)
@by_hand("$start", "y = layer.forward(x - 10); $zero", yours="$answers")
def check_negative_inputs(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """Where all inputs are negative, so are the maxima.

    With what does the search for the largest number of a window start?
    """
    x = probe.input() - 10.0
    y, expected = layer.forward(x), oracle.forward(x)
    probe.assert_same(y, expected, "the output for negative inputs", tensor="output")
    dout = probe.cotangent(expected)
    what = "what backward returns for negative inputs"
    probe.assert_same(layer.backward(dout), oracle.backward(dout), what, tensor="input")


@check(needs=["forward_value", "backward_shape"], cases=_OVERLAPPING)
@by_hand(
    "$start; x[:, :, 2, 2] = 10",
    "y = layer.forward(x); $zero; dx = layer.backward(np.ones_like(y))",
    yours="dx[:, :, 2, 2]",
    formula="dL/dx of an input is the sum over all windows that it wins",
)
def check_one_winner_of_several_windows(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """An input that wins in several windows gets the errors of all of them.

    Where windows overlap, one number can be the largest of four. What does a second error do to the first?
    """
    x = probe.input()
    x[:, :, 2, 2] = 10.0
    y, expected = layer.forward(x), oracle.forward(x)
    probe.assert_same(y, expected, "the output for an image with one large number", tensor="output")
    dout = np.abs(probe.cotangent(expected))
    what = "what backward returns for an image with one large number"
    probe.assert_same(layer.backward(dout), oracle.backward(dout), what, tensor="input")


@check(
    needs=["forward_value", "input_gradient"], cases=_USUAL, tier=Tier.ROBUST, reason="the exercise leaves ties open"
)
@by_hand(
    "layer, x = $new, np.full($shape, 0.5)",
    ("y = layer.forward(x); dy = np.abs(rng.standard_normal(y.shape)); $zero; dx = layer.backward(dy)"),
    yours="dx.sum(axis=(2, 3)).ravel()[:4]",
    expected="dy.sum(axis=(2, 3)).ravel()[:4]",
    formula="the sub-gradients of a window's maximum sum to one",
)
def check_ties(layer: RemoteLayer, probe: Probe) -> None:
    """Where several inputs of a window are equally large, the gradient that they get together is the window's.

    Large parts of real images have one colour. Sending the error to one winner, or sharing it, keeps its sum.
    """
    x = np.full(probe.case.input_shape, 0.5)
    y = layer.forward(x)
    probe.assert_same(y, np.full(probe.case.output_shape, 0.5), "the output for a constant image", tensor="output")
    dout = np.abs(probe.cotangent(y))
    dx = layer.backward(dout)
    probe.assert_shape(dx, x.shape, "the array that backward returns")
    what = "for a constant image, the sum over one sample's channel of what backward returns"
    probe.assert_same(dx.sum(axis=(2, 3)), dout.sum(axis=(2, 3)), what, tensor="sums")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="Pooling",
            formula=(
                "y[n, c, i, j] = max of x[n, c, s i + u, s j + v] over the window; "
                "dL/dx = dy at the maximum, summed over windows"
            ),
            source=("Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016, section 3"),
            kind="layer",
            cases=CASES,
            checks=(check_negative_inputs, check_one_winner_of_several_windows, check_ties),
            traits=frozenset({"deterministic"}),
            oracle=plain_oracle("Pooling"),
            points={"ex2": 15},
        )
    ]
