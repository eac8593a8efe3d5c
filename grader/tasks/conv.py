"""Conv: cross-correlation with zero padding. N batch, C channels, K kernels, H W space; h w kernel."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Case, Conventions, Layout, Table, Task, Tier
from grader.oracle import Oracle
from grader.pairs import pair_layout
from grader.preparation import random_params
from grader.probe import Probe
from grader.references import answering
from grader.remote import RemoteLayer
from grader.samples import sample
from grader.tolerance import deviates

_SPACE = ("row", "column")


def _case(
    name: str,
    stride: int | Sequence[int],
    kernel: tuple[int, ...],
    kernels: int,
    shape: tuple[int, ...],
    other: tuple[int, ...],
    padding: str = "",
    tier: Tier = Tier.CORE,
    traits: Sequence[str] = (),
) -> Case:
    """Return the case of `kernels` kernels (C, h[, w]) on input `shape` (N, C, H[, W]).

    `other` leaves the same remainders at the stride as `shape`, so that the padding found for one holds for both. A
    dialect without "valid" padding has no fourth argument: where none is given, the default is what is tested.
    """
    steps = (stride,) * len(kernel[1:]) if isinstance(stride, int) else stride
    reduced = [
        size - width + 1 if padding == "valid" else size for size, width in zip(shape[2:], kernel[1:], strict=True)
    ]
    out = tuple(-(-size // step) for size, step in zip(reduced, steps, strict=True))
    init = {"stride_shape": stride, "convolution_shape": kernel, "num_kernels": kernels}
    weights, bias = ("kernel", "channel", *_SPACE[: len(out)]), ("kernel",)
    return Case(
        name,
        init | ({"padding": padding} if padding else {}),
        shape,
        (shape[0], kernels, *out),
        shapes={"other": other},
        axes={
            "input": ("sample", "channel", *_SPACE[: len(out)]),
            "output": ("sample", "kernel", *_SPACE[: len(out)]),
            **dict.fromkeys(("weights", "W"), weights),
            **dict.fromkeys(("bias", "b"), bias),
        },
        traits=frozenset({"valid_padding"} if padding else ()) | frozenset(traits),
        tier=tier,
    )


CASES = (
    _case("3x3 kernels", (1, 1), (2, 3, 3), 3, (3, 2, 5, 6), other=(1, 2, 4, 7)),
    _case("5x3 kernels, stride (3, 2), remainders", (3, 2), (1, 5, 3), 2, (3, 1, 7, 9), other=(1, 1, 10, 5)),
    _case("3x3 kernels, stride (3, 2), no remainder", (3, 2), (2, 3, 3), 1, (1, 2, 6, 8), other=(3, 2, 9, 4)),
    _case("1x1 kernels", (1, 1), (2, 1, 1), 3, (1, 2, 3, 4), other=(3, 2, 5, 2)),
    _case("1x1 kernels, stride 2", (2, 2), (1, 1, 1), 2, (2, 1, 5, 4), other=(1, 1, 3, 7)),
    _case("1x5 kernels", (1, 1), (1, 1, 5), 2, (3, 1, 4, 6), other=(1, 1, 3, 5)),
    _case("3x1 kernels", (1, 1), (2, 3, 1), 1, (1, 2, 6, 3), other=(3, 2, 4, 4)),
    _case(
        "5x5 kernels, larger than the image", (1, 1), (1, 5, 5), 2, (1, 1, 3, 4), other=(3, 1, 4, 3), tier=Tier.ROBUST
    ),
    _case("signals, kernels of length 3", [1], (2, 3), 3, (3, 2, 8), other=(1, 2, 5)),
    _case("signals, kernels of length 5, stride 2", [2], (1, 5), 2, (1, 1, 9), other=(3, 1, 13)),
    _case("2x4 kernels", (1, 1), (2, 2, 4), 2, (2, 2, 4, 7), other=(1, 2, 6, 5), tier=Tier.ROBUST),
    _case("4x2 kernels, stride 2", (2, 2), (1, 4, 2), 2, (2, 1, 7, 6), other=(1, 1, 5, 8), tier=Tier.ROBUST),
    _case("one number as stride", 2, (1, 3, 3), 2, (2, 1, 5, 7), other=(1, 1, 7, 3), tier=Tier.ROBUST),
    _case("valid padding", (1, 1), (2, 3, 2), 2, (2, 2, 5, 6), other=(1, 2, 4, 4), padding="valid"),
    _case("valid padding, stride (2, 3)", (2, 3), (1, 3, 3), 2, (1, 1, 8, 9), other=(3, 1, 5, 6), padding="valid"),
    _case("signals, valid padding", [2], (2, 3), 2, (3, 2, 8), other=(1, 2, 7), padding="valid"),
    _case(
        "3x3 kernels, stride 2 in both directions",
        *((2, 2), (2, 3, 3), 2, (3, 2, 5, 7)),
        other=(1, 2, 9, 3),
        traits=["one_stride"],
    ),
    _case(
        "valid padding, stride 2 in both directions",
        *((2, 2), (1, 3, 2), 3, (2, 1, 7, 6)),
        other=(1, 1, 5, 4),
        padding="valid",
        traits=["one_stride"],
    ),
)


def build(cls: Callable[..., Any], case: Case, conventions: Conventions) -> Any:
    """Construct a convolution with the hand-in's padding."""
    in_front, centred = conventions.extra_in_front, conventions.centred_stride
    return cls(*case.init.values(), extra_in_front=in_front, centred_stride=centred)


def oracle(layer: RemoteLayer, case: Case, conventions: Conventions) -> Oracle:
    """Return the reference with the layer's own kernels, and padding like the layer's."""
    raw = layer.params()
    own = layout(case, conventions, raw)
    return Oracle(build(partial(answering, "Conv"), case, conventions), own.unpack(raw), own.pack)


def layout(case: Case, conventions: Conventions, raw: Table) -> Layout:
    """Return how a layer stores W and b."""
    kernels = case.init["num_kernels"]
    shapes = {"W": (kernels, *case.init["convolution_shape"]), "b": (kernels,)}
    return pair_layout(shapes, raw)


def fit(layer: RemoteLayer, case: Case, rng: np.random.Generator) -> Conventions:
    """Find where the layer puts an even kernel's extra zero, and whether its strided windows are centred.

    Only what gives an output of the right size counts; most cases look the same under all choices, and keep the
    usual one.
    """
    x = sample(case.data, case.input_shape, rng)
    y = layer.forward(x)
    for centred, in_front in itertools.product((False, True), (True, False)):
        conventions = Conventions(extra_in_front=in_front, centred_stride=centred)
        expected = oracle(layer, case, conventions).forward(x)
        if y.shape == expected.shape and not deviates(y, expected, "value").any():
            return conventions
    return Conventions(fitted=False)


@check(traits=["layer"], needs="forward_shape", cases=[CASES[0].name, CASES[8].name])
@by_hand(
    "layer, x = $new, $x; $fans",
    "layer.initialize(fans, zero)",
    yours="layer.forward(x)",
    formula=("fan_in = C h w, fan_out = K h w (in the lines every weight is fan_in + fan_out / 1024)"),
    source=("Glorot and Bengio, Understanding the difficulty of training deep feedforward networks, 2010, eq. 12"),
)
def check_initialize(layer: RemoteLayer, probe: Probe, case: Case) -> None:
    """initialize asks the first initializer for the weights, with the right fans, and the second for the bias.

    How many numbers of its input does one output see? How many outputs does one number of the input reach?
    """
    layer.initialize({"name": "fans"}, {"name": "constant", "value": 7.0})
    x = np.zeros(case.input_shape)
    what = "the output for zeros, with a bias initializer that gives 7,"
    probe.assert_same(layer.forward(x), np.full(case.output_shape, 7.0), what, tensor="output")
    middle = tuple(size // 2 for size in case.input_shape[2:])
    x[(0, 0, *middle)] = 1.0
    y = layer.forward(x)
    probe.assert_shape(y, case.output_shape, "the output of forward")
    seen = np.moveaxis(y, 1, -1)[(0, *middle)] - 7.0
    channels, *kernel = case.init["convolution_shape"]
    fan_in, fan_out = channels * math.prod(kernel), case.init["num_kernels"] * math.prod(kernel)
    wanted = np.full(len(seen), fan_in + fan_out / 1024)
    if np.isfinite(seen).all() and np.ptp(seen) < 1e-6 and deviates(seen, wanted, "value").any():
        passed = f"fan_in={int(seen[0])}, fan_out={round(seen[0] % 1 * 1024)}"
        probe.assert_true(False, f"initialize passes {passed} to the initializer; {fan_in} and {fan_out} are right")
    probe.assert_same(seen, wanted, "with an initializer that tells the fans, the weight of each kernel", tensor="b")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="Conv",
            formula=(
                "y[n, k, i, j] = b[k] + sum over c, u, v of W[k, c, u, v] x[n, c, s i + u - p, s j + "
                "v - q] (x is 0 outside); dL/dW sums dy x, dL/dx sums dy W over the same indices; "
                "dL/db[k] = sum of dy[:, k]"
            ),
            source=(
                "Goodfellow, Bengio and Courville, Deep Learning, 2016, section 9.1, eq. 9.6 "
                "(cross-correlation); "
                "Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016, "
                "section 2 (padding, strides)"
            ),
            fill=(
                "layer.weights, layer.bias = rng.standard_normal(layer.weights.shape), "
                "rng.standard_normal(layer.bias.shape)"
            ),
            kind="layer",
            cases=CASES,
            checks=(check_initialize,),
            traits=frozenset({"deterministic", "trainable"}),
            oracle=oracle,
            fit=fit,
            prepare=random_params,
            build=build,
            layout=layout,
            points={"ex2": 45},
        )
    ]
