"""BatchNormalization: y = gamma x_hat + beta, x_hat of the batch in training, of moving statistics in the test phase.

N batch, C channels, H W space; input (N, C) or (N, C, H, W).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from grader.checks.define import by_hand, check
from grader.guest.faults import Fault
from grader.hookspecs import hookimpl
from grader.model import Case, Conventions, Layout, Table, Task, Tier
from grader.normalization import (
    Statistics,
    decay_of,
    explain,
    is_admissible,
    moved_variance,
    starts_from_first,
    statistics,
    statistics_in_use,
)
from grader.oracle import Oracle
from grader.pairs import pair_layout, split_pair
from grader.probe import CheckFailed, Probe
from grader.references import answering
from grader.remote import Array, RemoteLayer
from grader.samples import direction, sample
from grader.tolerance import deviates

_NAMES = ("gamma", "beta")
_AXES = ("sample", "channel", "row", "column")


def _case(name: str, shape: tuple[int, ...], other: tuple[int, ...]) -> Case:
    axes = dict.fromkeys(("input", "output"), _AXES[: len(shape)])
    axes |= dict.fromkeys(("weights", "gamma", "bias", "beta"), ("channel",))
    n, c, *space = shape
    shapes = {"other": other, "rows": (5, c), "as many rows": (n * math.prod(space), c), "turned": (n, c, *space[::-1])}
    return Case(name, {"channels": shape[1]}, shape, shape, "wide", shapes, axes)


CASES = (
    _case("six samples, three features", (6, 3), other=(4, 3)),
    _case("images", (3, 2, 4, 5), other=(2, 2, 3, 6)),
    _case("one image", (1, 3, 4, 3), other=(3, 3, 2, 5)),
    _case("images of one channel", (2, 1, 3, 4), other=(1, 1, 5, 2)),
)
_IMAGES = [case.name for case in CASES if len(case.input_shape) == 4]


def prepare(layer: RemoteLayer, case: Case, rng: np.random.Generator) -> None:
    """Show the layer a first batch (some create gamma and beta in it), then set them to values other than 1 and 0.

    The batch and the layer's output for it are noted in `latent`: the moving statistics start from this batch.
    """
    x = sample(case.data, case.input_shape, rng)
    layer.latent = {"first_batch": x, "first_output": layer.forward(x)}
    layer.set_params({name: direction(value.shape, rng) for name, value in sorted(layer.params().items())})


def _normalized(x: Array) -> Array:
    """Return a batch (N, C, …) with mean 0 and variance 1 in every channel."""
    return np.asarray(answering("BatchNormalization", x.shape[1]).forward(x))


def _affine(layer: RemoteLayer, case: Case) -> tuple[Array, Array]:
    """Return the layer's gamma and beta, (C,) each."""
    channels = case.init["channels"]
    found = split_pair(layer.params(), dict.fromkeys(_NAMES, (channels,)))
    return found["gamma"], found["beta"]


def _in_use(layer: RemoteLayer, case: Case, rng: np.random.Generator) -> Statistics | None:
    """Return the statistics that the layer uses in the test phase; it is in the training phase before and after."""
    x = sample(case.data, case.input_shape, rng)
    layer.eval()
    y = layer.forward(x)
    layer.train()
    return statistics_in_use(x, y, *_affine(layer, case))


def _different_batch(case: Case, rng: np.random.Generator) -> Array:
    """Return a batch whose mean and variance are far from those of the first."""
    return 2e4 + 3.0 * sample(case.data, case.input_shape, rng)


def fit(layer: RemoteLayer, case: Case, rng: np.random.Generator) -> Conventions:
    """Find the decay of the moving averages, whether they hold the biased variance, and where they start."""
    old = _in_use(layer, case, rng)
    x = _different_batch(case, rng)
    layer.forward(x)
    new = _in_use(layer, case, rng)
    if old is None or new is None:
        return Conventions(fitted=False)
    found = explain(old, statistics(x), new)
    return replace(found, start_from_first_batch=starts_from_first(statistics(layer.latent["first_batch"]), old, found))


def oracle(layer: RemoteLayer, case: Case, conventions: Conventions) -> Oracle:
    """Return the reference with the layer's own gamma and beta; it has seen the layer's first batch."""
    raw = layer.params()
    reference = answering(
        "MovingSampleVariance",
        case.init["channels"],
        decay=conventions.decay,
        ddof=conventions.ddof,
        start_from_first_batch=conventions.start_from_first_batch,
    )
    reference.forward(layer.latent["first_batch"])
    own = layout(case, conventions, raw)
    return Oracle(reference, own.unpack(raw), own.pack)


def build(cls: Callable[..., Any], case: Case, conventions: Conventions) -> Any:
    """Construct a layer with the hand-in's decay. Where its averages start is remarked on, so that is not imitated."""
    return cls(case.init["channels"], decay=conventions.decay)


def layout(case: Case, conventions: Conventions, raw: Table) -> Layout:
    """Return how a layer stores gamma and beta."""
    return pair_layout(dict.fromkeys(_NAMES, (case.init["channels"],)), raw)


@check(needs="forward_shape")
@by_hand(
    "layer, x = $new, $x",
    (
        "x_hat = (x - x.mean(axis=(0, *range(2, x.ndim)), keepdims=True)) / x.std(axis=(0, "
        "*range(2, x.ndim)), keepdims=True)"
    ),
    yours="layer.forward(x).ravel()[:4]",
    expected="x_hat.ravel()[:4]",
    formula="gamma = 1 and beta = 0 at first: y = x_hat",
)
def check_starts_plain(layer: RemoteLayer, probe: Probe) -> None:
    """A new layer has gamma one and beta zero: it normalizes, and nothing else.

    What should the layer do before it has learnt anything?
    """
    expected = _normalized(layer.latent["first_batch"])
    probe.assert_same(layer.latent["first_output"], expected, "a new layer's output in training", tensor="output")


@check(needs="forward_value")
@by_hand(
    "layer, x = $new, $x; $constants",
    (
        "x_hat = (x - x.mean(axis=(0, *range(2, x.ndim)), keepdims=True)) / x.std(axis=(0, "
        "*range(2, x.ndim)), keepdims=True); layer.forward(x); "
        "layer.initialize(const(0.3), const(7.0))"
    ),
    yours="layer.forward(x).ravel()[:4]",
    expected="x_hat.ravel()[:4]",
    formula="gamma = 1 and beta = 0, whatever the initializers",
)
def check_initialize(layer: RemoteLayer, probe: Probe) -> None:
    """initialize leaves gamma one and beta zero, whatever the initializers give.

    The initializers are made for weights that must differ from each other. Must these?
    """
    try:
        layer.initialize({"name": "constant", "value": 0.3}, {"name": "constant", "value": 7.0})
    except Fault as fault:
        if fault.error in ("TypeError", "AttributeError"):
            return  # there is none, or one without arguments: the exercise leaves it to the container
        raise
    x = probe.input()
    what = "the output in training, after initialize with 0.3 and 7,"
    probe.assert_same(layer.forward(x), _normalized(x), what, tensor="output")


@check(
    points=2,
    needs="forward_shape",
    tier=Tier.ROBUST,
    reason="other courses start at mean 0 and variance 1, which later batches make good",
)
@by_hand(
    "layer, x = $new, $x",
    (
        "x_hat = (x - x.mean(axis=(0, *range(2, x.ndim)), keepdims=True)) / x.std(axis=(0, "
        "*range(2, x.ndim)), keepdims=True); layer.forward(x); $eval"
    ),
    yours="layer.forward(x).ravel()[:4]",
    expected="x_hat.ravel()[:4]",
    formula="the moving mean and variance start as those of the first batch",
)
def check_eval_after_one_batch(layer: RemoteLayer, probe: Probe, case: Case) -> None:
    """After one training batch the test phase normalizes with that batch's mean and variance.

    There is nothing to average with yet. With what do the moving averages start?
    """
    found = _used(layer, probe, case)
    batch = statistics(layer.latent["first_batch"])
    what = "after one batch, the mean that the test phase uses"
    probe.assert_same(found.mean, batch.mean, what, "update", tensor="gamma")
    if deviates(found.variance, batch.variance_with(1), "update").any():
        what = "after one batch, the variance that the test phase uses"
        probe.assert_same(found.variance, batch.variance, what, "update", tensor="gamma")


@check(points=4, needs="forward_shape")
@by_hand(
    "layer, x = $new, $x",
    "layer.forward(x); layer.forward(x + 1e6); $eval",
    yours="layer.forward(x)",
    formula=(
        "moving = decay * moving + (1 - decay) * batch, decay 0.8 in the exercise (in the lines: mean shifts by 1e6)"
    ),
    source="the exercise's text; Ioffe and Szegedy, Batch Normalization, 2015, algorithm 2",
)
def check_moving_averages(layer: RemoteLayer, probe: Probe, case: Case) -> None:
    """A further batch enters the moving mean and variance with a smaller share than what was there before.

    Write down the moving mean before and after the second batch. What is averaged, and which part carries the decay?
    """
    old = _used(layer, probe, case)
    x = _different_batch(case, probe.rng)
    layer.forward(x)
    batch, new = statistics(x), _used(layer, probe, case)
    decay = decay_of(old, batch, new)
    if decay is None:
        what = "the moving mean after another batch, at a decay of 0.8,"
        probe.assert_same(new.mean, 0.8 * old.mean + 0.2 * batch.mean, what, "update", tensor="gamma")
        return
    if not is_admissible(decay):
        probe.feature("share of the old mean", decay, 0.8)
    share = round(decay, 4) + 0.0
    parts = f"{share:g} of what it was before and {1 - share:.4g} of the batch's mean"
    probe.assert_true(is_admissible(decay), f"the moving mean after another batch is made of {parts}")
    if deviates(new.variance, moved_variance(old, batch, decay, 1), "update").any():
        expected = moved_variance(old, batch, decay, 0)
        what = f"the moving variance after another batch, at the decay {decay:.4g} that the mean shows,"
        probe.assert_same(new.variance, expected, what, "update", tensor="gamma")


def _used(layer: RemoteLayer, probe: Probe, case: Case) -> Statistics:
    found = _in_use(layer, case, probe.rng)
    if found is None:
        raise CheckFailed(
            "in the test phase the output is not gamma (x - mean) / deviation + beta with one mean and one positive "
            "deviation per channel"
        )
    return found


@check(points=2, needs="moving_averages")
@by_hand(
    "layer, x = $new, $x",
    "[layer.forward(x + 1e5 * k) for k in range(3)]; $eval",
    yours="layer.forward(x)",
    formula="y = gamma (x - moving mean) / sqrt(moving variance + epsilon) + beta",
    source="Ioffe and Szegedy, Batch Normalization, 2015, algorithm 2, line 11",
)
def check_eval_value(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """After several batches, of different sizes, the test phase computes what the moving statistics say.

    Is every batch treated like the second one?
    """
    for shape in ("", "other", ""):
        x = 5e3 + 2.0 * probe.input(shape)
        layer.forward(x)
        oracle.forward(x)
    layer.eval()
    oracle.eval()
    x = probe.input()
    probe.assert_same(layer.forward(x), oracle.forward(x), "the output in the test phase", "update", tensor="output")


@check(points=2, needs=["forward_value", "input_gradient"], cases=_IMAGES)
@by_hand("layer, x = $new, $x", "layer.forward(x); y = layer.forward($rows); $zero", yours="$answers")
def check_rows_after_images(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """Rows after images, images after rows, and images of another size, are treated like the ones before.

    Does the layer take the shape from what it is given, or from what it was given before?
    """
    for shape in ("", "as many rows", "turned", "rows", "other"):
        x = probe.input(shape)
        y, expected = layer.forward(x), oracle.forward(x)
        given = f"a batch of shape {x.shape}"
        probe.assert_same(y, expected, f"the output for {given}", tensor="output")
        dout = probe.cotangent(expected)
        dx = oracle.backward(dout)
        probe.assert_same(layer.backward(dout), dx, f"what backward returns for {given}", "gradient", tensor="input")


@check(needs="forward_shape", cases=[CASES[0].name])
@by_hand(
    "layer, x = $new, $x",
    "y = layer.forward(np.ones((6, x.shape[1])))",
    yours="y[0]",
    expected="np.zeros(x.shape[1])",
    formula="x_hat = 0 / sqrt(0 + epsilon) = 0",
)
def check_zero_variance(layer: RemoteLayer, probe: Probe, case: Case) -> None:
    """A feature that never varies, and a batch of one sample, give finite numbers.

    What is 0 / 0? What does the epsilon in the formula stand for?
    """
    _, beta = _affine(layer, case)
    for samples, given in ((6, "features that do not vary"), (1, "a batch of one sample")):
        x = np.tile([[2.0, -0.5, 1024.0]], (samples, 1))
        y = layer.forward(x)
        probe.assert_same(y, np.tile(beta, (samples, 1)), f"the output for {given}, which is beta,", tensor="output")
        dx = layer.backward(probe.cotangent(y))
        probe.assert_shape(dx, x.shape, f"what backward returns for {given}")
        probe.assert_true(bool(np.isfinite(dx).all()), f"what backward returns for {given} is not finite")


@check(needs="forward_value", cases=[CASES[0].name])
@by_hand(
    "layer, x = $new, $x",
    yours="layer.forward(1e-8 * x).std() > 0.99",
    expected="True",
    formula="epsilon < 1e-10, against a variance of 1e-8",
    source="the exercise's text",
)
def check_epsilon_is_small(layer: RemoteLayer, probe: Probe, case: Case) -> None:
    """Epsilon is smaller than 1e-10: a feature with tiny variance is normalized as well.

    The task gives a bound. Compare it with the variance of a feature whose values differ by one ten-thousandth.
    """
    gamma, beta = _affine(layer, case)
    x = 1e-8 * probe.input()
    y = layer.forward(x)
    probe.assert_shape(y, x.shape, "the output of forward")
    variance = x.var(axis=0)
    found = ((y - beta) / gamma).var(axis=0)
    epsilon = float((variance / found - variance).max())
    message = f"for features of variance {variance.min():.1e} the output is that of an epsilon of {epsilon:.1e}"
    probe.assert_true(epsilon <= 1.01e-10, message)  # 1e-10 itself is used, and harmless
    too_small = np.where(found < variance / (variance + 1.01e-10), found, 1.0)
    probe.assert_same(too_small, np.ones_like(found), "the variance of such features in the output", tensor="gamma")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="BatchNormalization",
            formula=(
                "x_hat = (x - mean) / sqrt(variance + epsilon), y = gamma x_hat + beta; "
                "dL/dgamma = sum dy x_hat; dL/dbeta = sum dy; "
                "dL/dx = gamma / sqrt(variance + epsilon) (dy - mean(dy) - x_hat mean(dy x_hat))"
            ),
            source="Ioffe and Szegedy, Batch Normalization, 2015, algorithm 1 and section 3",
            fill="layer.weights, layer.bias = rng.standard_normal((2, x.shape[1]))",
            kind="layer",
            cases=CASES,
            checks=(
                check_starts_plain,
                check_initialize,
                check_eval_after_one_batch,
                check_moving_averages,
                check_eval_value,
                check_rows_after_images,
                check_zero_variance,
                check_epsilon_is_small,
            ),
            traits=frozenset({"deterministic", "trainable", "phases"}),
            oracle=oracle,
            fit=fit,
            prepare=prepare,
            build=build,
            layout=layout,
            points={"ex3": 25},
        )
    ]
