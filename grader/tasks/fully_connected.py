"""FullyConnected: y = x W + b. N batch, D inputs, M outputs."""

from __future__ import annotations

import itertools

import numpy as np

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.layouts import admissible, join_affine, split_affine, usual
from grader.model import Case, Conventions, Layout, Table, Task
from grader.oracle import Oracle
from grader.preparation import random_params
from grader.probe import Probe
from grader.references import answering
from grader.remote import RemoteLayer
from grader.samples import sample
from grader.tolerance import deviates


def _case(name: str, n: int, d: int, m: int, other: int) -> Case:
    return Case(name, {"input_size": d, "output_size": m}, (n, d), (n, m), shapes={"other": (other, d)})


CASES = (
    _case("three samples, 4 -> 5", 3, 4, 5, 2),
    _case("one sample, 5 -> 2", 1, 5, 2, 3),
    _case("square, 3 -> 3", 2, 3, 3, 4),
    _case("one to one", 3, 1, 1, 2),
)


def fit(layer: RemoteLayer, case: Case, rng: np.random.Generator) -> Conventions:
    """Find how the layer stores W and b: the reading that reproduces what it computes."""
    x = sample(case.data, case.input_shape, rng)
    y = layer.forward(x)
    raw = layer.params()
    sizes = case.init["input_size"], case.init["output_size"]
    for conventions in admissible(raw, *sizes):
        weights, bias = split_affine(raw, conventions)
        expected = Oracle(answering("FullyConnected", *sizes), {"W": weights, "b": bias}).forward(x)
        if y.shape == expected.shape and not deviates(y, expected, "value").any():
            return conventions
    return usual(raw, *sizes)


def layout(case: Case, conventions: Conventions, raw: Table) -> Layout:
    """Return how a layer stores W and b; with no arrays to go by, as one matrix `weights`."""

    def pack(table: Table) -> Table:
        return join_affine(table["W"], table["b"], conventions, raw or {"weights": table["W"]})

    def unpack(table: Table) -> Table:
        weights, bias = split_affine(table, conventions)
        return {"W": weights, "b": bias}

    return Layout(pack, unpack)


def oracle(layer: RemoteLayer, case: Case, conventions: Conventions) -> Oracle:
    """Return the reference with the layer's own weights, in the layer's own layout."""
    raw = layer.params()
    d, m = case.init["input_size"], case.init["output_size"]
    reference = answering("FullyConnected", d, m)
    readable = {(reading.bias, reading.orientation) for reading in admissible(raw, d, m)}
    if (conventions.bias, conventions.orientation) not in readable:
        return Oracle(reference)
    own = layout(case, conventions, raw)
    return Oracle(reference, own.unpack(raw), own.pack)


@check(points=20, traits=["layer"], needs="forward_shape", cases=[CASES[0].name], groups=["ex2"])
@by_hand(
    "layer, x = $new, $x; $fans",
    "layer.initialize(fans, zero)",
    yours="layer.forward(x)",
    formula=(
        "fan_in = D, fan_out = M; the bias is none of the inputs (in the lines every weight is fan_in + fan_out / 1024)"
    ),
    source=("Glorot and Bengio, Understanding the difficulty of training deep feedforward networks, 2010, eq. 12"),
)
def check_initialize(layer: RemoteLayer, probe: Probe, case: Case) -> None:
    """initialize asks the first initializer for the weights, with the right fans, and the second for the bias.

    Two initializers, two parts. The bias is not one of the inputs that fan_in counts.
    """
    d, m = case.init["input_size"], case.init["output_size"]
    layer.initialize({"name": "fans"}, {"name": "constant", "value": 7.0})
    zero = layer.forward(np.zeros((2, d)))
    probe.assert_same(zero, np.full((2, m), 7.0), "the output for zeros, with a bias initializer that gives 7,")
    sums = layer.forward(np.eye(d)) - 7.0
    wanted = d + m / 1024
    probe.assert_shape(sums, (d, m), "the output of forward")
    found = float(sums[0, 0])
    probe.assert_true(bool(np.isfinite(found)), f"after initialize the output for a one is {found} more than for zeros")
    fan_in = int(found)
    probe.assert_same(
        sums,
        np.full((d, m), wanted),
        f"initialize passes fan_in={fan_in}, fan_out={round((found - fan_in) * 1024)} where {d} and {m} are right: W",
    )


@check(needs="forward_shape", cases=[CASES[0].name], groups=["ex1"])
@by_hand(
    "layer, another, x = $new, $new, $x",
    yours="np.array_equal(layer.forward(x), another.forward(x))",
    expected="False",
    formula="every weight and every bias from U[0, 1)",
    source="the exercise's text",
)
def check_first_weights(layer: RemoteLayer, probe: Probe) -> None:
    """A new layer has random weights and a random bias, of its own.

    Make two layers and look at their weights before anything else happens. Could they ever learn different things?
    """
    D, M = 40, 300  # enough numbers for statistics
    sizes = {"input_size": D, "output_size": M}
    made = []
    for _ in range(3):
        new = layer.another(int(probe.rng.integers(2**32)), sizes)
        bias, sums = new.forward(np.zeros((1, D))), new.forward(np.eye(D))
        probe.assert_shape(bias, (1, M), "what a new layer makes of one sample")
        probe.assert_shape(sums, (D, M), f"what a new layer makes of {D} samples")
        made.append((sums - bias, bias))
    for weights, bias in made:
        for name, numbers in (("weights", weights), ("bias", bias)):
            probe.feature(f"mean of the first {name}", float(numbers.mean()), 0.5)
            probe.feature(f"standard deviation of the first {name}", float(numbers.std()), 12**-0.5)
        finite = bool(np.isfinite(weights).all() and np.isfinite(bias).all())
        probe.assert_true(finite, "some of the first weights are infinite or undefined")
        probe.assert_true(
            float(bias.sum()) > 0, "a new layer gives no positive output for zeros: its bias is not drawn"
        )
        probe.assert_true(np.unique(weights).size > weights.size // 2, "the weights of a new layer are all alike")
    for (weights, _), (others, _) in itertools.combinations(made, 2):
        same = np.abs(weights - others) < 1e-12  # both are differences of outputs: rounded
        probe.feature("share of weights that two new layers have in common", float(same.mean()), 0.0)
        probe.assert_true(not same.all(), "two new layers have the same weights")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="FullyConnected",
            formula="y = x W + b; dL/dx = dy W^T; dL/dW = x^T dy; dL/db = sum of dy over the batch",
            source=("Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986"),
            fill="layer.weights = rng.standard_normal(layer.weights.shape)",
            kind="layer",
            cases=CASES,
            checks=(check_initialize, check_first_weights),
            traits=frozenset({"deterministic", "trainable"}),
            oracle=oracle,
            fit=fit,
            prepare=random_params,
            layout=layout,
            points={"ex1": 45, "ex2": 2},
        )
    ]
