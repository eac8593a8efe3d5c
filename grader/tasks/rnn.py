"""RNN (Elman): h_t = tanh(x_t Wx + h_{t-1} Wh + bh), y_t = sigmoid(h_t Wy + by).

T time, D inputs, U hidden units, M outputs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from grader.checks.define import by_hand, check
from grader.guest.faults import Fault
from grader.hookspecs import hookimpl
from grader.model import Case, Conventions, Layout, Table, Task, Tier
from grader.oracle import Oracle
from grader.probe import Probe
from grader.recurrent import assume, explain, hidden_params, is_native, pack_hidden
from grader.references import NoOracle, answering
from grader.remote import Array, RemoteLayer
from grader.tolerance import deviates


def _case(name: str, t: int, d: int, u: int, m: int, other: int) -> Case:
    init = {"input_size": d, "hidden_size": u, "output_size": m}
    # small errors, as in training: who clips gradients at a usual limit is told so, and loses nothing
    shapes = {"other": (other, d), "long": (2 * u + 8, d)}
    return Case(name, init, (t, d), (t, m), shapes=shapes, errors=0.1)


CASES = (
    _case("nine steps, 3-4-2", 9, 3, 4, 2, other=4),
    _case("one step, 2-3-4", 1, 2, 3, 4, other=5),
    _case("five steps, 4-2-3", 5, 4, 2, 3, other=7),
)
_LONG = [CASES[0].name, CASES[2].name]


def _sizes(case: Case) -> tuple[int, int, int]:
    return case.init["input_size"], case.init["hidden_size"], case.init["output_size"]


def prepare(layer: RemoteLayer, case: Case, rng: np.random.Generator) -> None:
    """Give the layer normal parameters of moderate size: directly, or through its own `initialize`.

    What `initialize` handed out is noted in `latent`; a layer without a working one keeps what it was born with.
    """
    raw = layer.params()
    if is_native(raw):
        layer.set_params({name: 0.6 * rng.standard_normal(value.shape) for name, value in sorted(raw.items())})
        return
    seeds = [int(seed) for seed in rng.integers(2**32, size=2)]
    weights, bias = ({"name": "normal", "value": 0.6, "seed": seed} for seed in seeds)
    try:
        layer.latent = layer.initialize(weights, bias)
    except Fault:
        layer.latent = {}


def fit(layer: RemoteLayer, case: Case, rng: np.random.Generator) -> Conventions:
    """Find concatenation order, orientation and output activation."""
    x = rng.standard_normal(case.shapes["long"])
    found = explain(layer.params(), layer.latent, x, layer.forward(x), _sizes(case))
    return found[0] if found is not None else Conventions(fitted=False)


def oracle(layer: RemoteLayer, case: Case, conventions: Conventions) -> Oracle:
    """Return the reference with the layer's own parameters, in the layer's own layout."""
    sizes = _sizes(case)
    raw = layer.params()
    known = conventions if conventions.fitted else None
    rng = np.random.Generator(np.random.PCG64(0))
    found = None
    # A short sequence first, of the length that the check starts with: a long one could hide a length that the layer
    # wrongly keeps from its first call. Only solving for the output layer needs the long one.
    for shape in (case.input_shape, case.shapes["long"]):
        x = rng.standard_normal(shape)
        try:
            found = explain(raw, layer.latent, x, layer.forward(x), sizes, known)
        except NoOracle:  # in a student kit; if `fit` has tried every reading already, there is none
            if conventions.fitted:
                raise
        if found is not None:
            break
    found = found or assume(raw, layer.latent, sizes)
    if found is None:
        return Oracle(answering("RNN", *sizes))
    used, params = found
    if conventions.fitted and not used.fitted:
        used = replace(conventions, fitted=False)

    return Oracle(build(partial(answering, "RNN"), case, used), params, layout(case, used, raw).pack)


def build(cls: Callable[..., Any], case: Case, conventions: Conventions) -> Any:
    """Construct a layer with the hand-in's output activation."""
    activation = "linear" if conventions.output_activation == "linear" else "sigmoid"
    return cls(*_sizes(case), output_activation=activation)


def layout(case: Case, conventions: Conventions, raw: Table) -> Layout:
    """Return how a layer stores what can be seen of its parameters; with no arrays to go by, one matrix `weights`."""

    def pack(table: Table) -> Table:
        return pack_hidden(table, conventions, raw or {"weights": table["Wx"]})

    def unpack(table: Table) -> Table:
        return hidden_params(table, conventions, _sizes(case))

    return Layout(pack, unpack)


@check(traits=["layer"], needs="forward_shape")
@by_hand("layer, x = $new, $x; $constants", "layer.initialize(const(0.3), const(-0.2))", yours="layer.forward(x)")
def check_initialize(layer: RemoteLayer, probe: Probe, case: Case) -> None:
    """initialize reaches both weight matrices and both biases.

    The layer is built from two affine maps. Does each of them hand both initializers on?
    """
    d, u, m = _sizes(case)
    layer.initialize({"name": "constant", "value": 0.3}, {"name": "constant", "value": -0.2})
    x = probe.input()
    params = {"Wx": np.full((d, u), 0.3), "Wh": np.full((u, u), 0.3), "bh": np.full(u, -0.2)}
    params |= {"Wy": np.full((u, m), 0.3), "by": np.full(m, -0.2)}
    y = layer.forward(x)
    candidates = [
        Oracle(answering("RNN", d, u, m, output_activation=a), params).forward(x) for a in ("sigmoid", "linear")
    ]
    _assert_one_of(probe, y, candidates, "the output with all weights 0.3 and all biases -0.2")


@check(points=2, needs="forward_value")
@by_hand(
    "$start",
    "layer.forward(x)",
    yours="layer.forward(x).ravel()[:4]",
    expected="layer.forward(x).ravel()[:4]",
    formula="h_0 = 0 for every sequence",
)
def check_memory_off(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """Without memorize every sequence starts from a hidden state of zeros.

    A new sequence knows nothing of the one before, unless it is told to.
    """
    layer.forward(probe.input())
    x = probe.input("other")
    expected = oracle.forward(x)
    probe.assert_same(layer.forward(x), expected, "the output for a second sequence")
    probe.assert_same(layer.forward(x), expected, "the output for the same sequence once more")


@check(points=2, needs="forward_value")
@by_hand(
    "$start",
    "$memory_on; layer.forward(x); second = layer.forward(x); $memory_off",
    yours="second.ravel()[:4]",
    expected="layer.forward(np.concatenate([x, x]))[len(x) :].ravel()[:4]",
    formula="h_0 of a sequence = h_T of the one before",
)
def check_memory_on(layer: RemoteLayer, oracle: Oracle, probe: Probe, case: Case) -> None:
    """With memorize, a sequence in two halves gives what it gives in one piece.

    What is the hidden state at the start of the second half, if the first half ended where it did?
    """
    before, first, second = probe.input(), probe.input(), probe.input("other")
    layer.forward(before)
    layer.switch("memorize", True)
    halves = [layer.forward(first), layer.forward(second)]
    for half, x in zip(halves, (first, second), strict=True):
        probe.assert_shape(half, (len(x), *case.output_shape[1:]), "the output of one half")
    answer = np.concatenate(halves)
    anew = oracle.forward(np.concatenate([first, second]))
    onward = oracle.forward(np.concatenate([before, first, second]))[len(before) :]
    _assert_one_of(probe, answer, [anew, onward], "the output of both halves")


@check(needs="memory_on")
@by_hand(
    "$start",
    "alone = layer.forward(x); $memory_on; layer.forward(x); $memory_off",
    yours="layer.forward(x).ravel()[:4]",
    expected="alone.ravel()[:4]",
    formula="h_0 = 0 again",
)
def check_memory_switched_off(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """Switching memorize off forgets: the next sequence starts from zeros.

    What happens to the state that was kept, once nobody wants it any more?
    """
    layer.switch("memorize", True)
    layer.forward(probe.input())
    layer.switch("memorize", False)
    x = probe.input("other")
    probe.assert_same(layer.forward(x), oracle.forward(x), "the output after memorize was switched off")


@check(
    needs=["memory_on", "input_gradient", "sgd_step"],
    tier=Tier.ROBUST,
    reason="the exercise tests memorize in forward only",
)
@by_hand(
    "$start; $memory_on; layer.forward(x); y = layer.forward($other)",
    "$zero; layer.backward(0.1 * rng.standard_normal(y.shape))",
    yours="$gradient",
    formula=(
        "dL/dW = sum over t of this sequence, with its own h_t and the h_0 it began with; nothing flows back beyond h_0"
    ),
    source="Werbos, Backpropagation through time, 1990; truncated: Williams and Peng, 1990",
)
def check_memory_gradient(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """With memorize, backward of a second sequence uses that sequence's own states.

    Which of the stored states belong to this call, and which are left over from the one before?
    """
    layer.attach("sgd", 0.05)
    oracle.attach("sgd", 0.05)
    before, first, second = probe.input(), probe.input(), probe.input("other")
    layer.forward(before)
    layer.switch("memorize", True)
    layer.forward(first)
    answer = layer.forward(second)
    _restart(oracle, before)  # perhaps it keeps states while memorize is off
    oracle.forward(first)
    onward = oracle.forward(second)
    oracle.switch("memorize", False)
    oracle.switch("memorize", True)
    oracle.forward(first)
    expected = oracle.forward(second)
    probe.assert_shape(answer, expected.shape, "the output of the second half")
    # the nearer one: the past fades, and both may agree with the answer within the tolerance
    if float(np.abs(answer - onward).max()) < float(np.abs(answer - expected).max()):
        _restart(oracle, before)
        oracle.forward(first)
        expected = oracle.forward(second)
    dout = probe.cotangent(expected)
    probe.assert_same(layer.backward(dout), oracle.backward(dout), "what backward returns for the second sequence")
    probe.assert_all_same(layer.grads(), oracle.grads(), "after the second sequence, the gradient of")
    layer.update()
    oracle.update()
    what = "after a step, the output for a third sequence"  # the output layer's gradient may show nowhere else
    probe.assert_same(layer.forward(first), oracle.forward(first), what, "update")


@check(needs="forward_value", cases=_LONG)
@by_hand(
    "layer, x = $new, $x; layer.forward(x)",
    "$silence",
    yours="np.ptp(layer.forward(x), axis=0)",
    expected="np.zeros($outputs)",
    formula="with W_x = W_h = 0 every step gives the same y",
)
def check_new_weights_are_used(layer: RemoteLayer, probe: Probe) -> None:
    """Weights that are set from outside are those that forward uses.

    Which object does the multiplication? Follow an assignment until it gets there.
    """
    layer.set_params({name: np.zeros_like(value) for name, value in layer.params().items()})
    y = layer.forward(probe.input())
    what = "the output with hidden weights of zero, where all time steps are alike,"
    probe.assert_same(y, np.repeat(y[:1], len(y), axis=0), what)


@check(needs=["input_gradient", "sgd_step"], tier=Tier.ROBUST, cases=_LONG, reason="errors in training stay small")
@by_hand(
    "$start",
    (
        "y = layer.forward(x); dy = 0.1 * rng.standard_normal(y.shape); $zero; "
        "dx = layer.backward(dy); layer.forward(x); $zero"
    ),
    yours="layer.backward(1e5 * dy).ravel()[:4]",
    expected="(1e5 * dx).ravel()[:4]",
    formula="the gradient is linear in the error",
)
def check_large_error(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """A large error gives a large gradient: nothing is clipped inside the layer.

    Clipping changes the derivative; whoever trains the network decides about it.
    """
    layer.attach("sgd", 1e-6)
    oracle.attach("sgd", 1e-6)
    x = probe.input()
    dout = 1e4 * probe.cotangent(layer.forward(x))
    oracle.forward(x)
    probe.assert_same(layer.backward(dout), oracle.backward(dout), "what backward returns for a large error")
    probe.assert_all_same(layer.grads(), oracle.grads(), "for a large error, the gradient of")
    layer.update()
    oracle.update()
    what = "the output after a step with a large error"  # the output layer's gradient shows nowhere else
    probe.assert_same(layer.forward(x), oracle.forward(x), what, "update")


def _restart(oracle: Oracle, x: Array) -> Array:
    """Let the oracle forget everything, read `x`, and remember from then on."""
    oracle.switch("memorize", False)
    oracle.switch("memorize", True)
    return oracle.forward(x)


def _assert_one_of(probe: Probe, answer: Array, candidates: list[Array], what: str) -> None:
    """Pass if the answer is any of several admissible ones; else complain about the first."""
    for expected in candidates[1:]:
        if expected.shape == answer.shape and not deviates(answer, expected, "value").any():
            return
    probe.assert_same(answer, candidates[0], what)


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="RNN",
            formula=(
                "h_t = tanh(x_t Wx + h_(t-1) Wh + bh), y_t = sigmoid(h_t Wy + by); "
                "backward: dh_t = dy_t y_t (1 - y_t) Wy^T + dz_(t+1) Wh^T, dz_t = dh_t (1 - h_t^2), "
                "and every matrix sums its contributions over t"
            ),
            source=(
                "Elman, Finding Structure in Time, 1990; "
                "Werbos, Backpropagation through time: what it does and how to do it, 1990"
            ),
            fill=(
                "$constants; layer.initialize(const(0.3), const(-0.2)); "
                "layer.weights = 0.6 * rng.standard_normal(layer.weights.shape)"
            ),
            kind="layer",
            cases=CASES,
            checks=(
                check_initialize,
                check_memory_off,
                check_memory_on,
                check_memory_switched_off,
                check_memory_gradient,
                check_new_weights_are_used,
                check_large_error,
            ),
            traits=frozenset({"deterministic", "trainable", "sequence", "memory"}),
            oracle=oracle,
            fit=fit,
            prepare=prepare,
            build=build,
            layout=layout,
            points={"ex3": 40},
            uses=("FullyConnected", "TanH", "Sigmoid"),
        )
    ]
