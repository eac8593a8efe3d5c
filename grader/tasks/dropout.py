"""Dropout: each element is kept with a probability, and divided by it, in training only. N batch, D features.

Draws are never compared, only their statistics. Each statistical check fails a right layer at most once in a million
runs per case; the comments say why. For the diagnosis the checks note features that do not depend on the draws: by
what elements are multiplied, which share is kept, how many masks there are.
"""

from __future__ import annotations

import numpy as np

from grader import compare
from grader.chance import binomial_bounds
from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Case, Task, Tier
from grader.probe import Probe
from grader.remote import Array, RemoteLayer
from grader.tolerance import deviates

_CALLS = 6
_CHANCES = 30


def _case(
    name: str, probability: float, shape: tuple[int, ...], other: tuple[int, ...], tier: Tier = Tier.CORE
) -> Case:
    names = ("sample", "feature") if len(shape) == 2 else ("sample", "channel", "row", "column")
    axes = {"input": names, "output": names}
    return Case(name, {"probability": probability}, shape, shape, "off_zero", {"other": other}, axes, tier=tier)


CASES = (
    _case("keep a quarter", 0.25, (60, 50), other=(40, 70)),
    _case("keep 0.7", 0.7, (60, 50), other=(70, 45)),
    _case("one sample, keep a half", 0.5, (1, 400), other=(2, 300)),
    _case("keep everything", 1.0, (3, 5), other=(2, 4)),
    _case("images, keep a half", 0.5, (4, 8, 4, 5), other=(5, 7, 3, 6), tier=Tier.ROBUST),
)
_TABLES = [CASES[0].name, CASES[1].name]
_THINNED = [case.name for case in CASES if case.init["probability"] < 1]


def _probability(case: Case) -> float:
    return float(case.init["probability"])


def _kept(layer: RemoteLayer, probe: Probe) -> Array:
    """Return which elements of a new batch the layer keeps, as booleans (N, D)."""
    x = probe.input()
    y = layer.forward(x)
    probe.assert_shape(y, x.shape, "the output of forward")
    return np.asarray(y != 0)


def _assert_same(probe: Probe, answer: Array, expected: Array, what: str, tensor: str) -> bool:
    """Fail unless two arrays agree, without their draws in the trace; return whether they can be compared at all."""
    if answer.shape != expected.shape:
        probe.assert_shape(answer, expected.shape, what)
        return False
    wrong = deviates(answer, expected, "value")
    message, details = compare.describe(answer, expected, wrong, what, probe.case.axes[tensor])
    probe.assert_true(not wrong.any(), message, **details)
    return True


def _note_range(probe: Probe, name: str, values: Array, expected: float) -> None:
    """Note the lowest and the highest of some values, where there are any."""
    if values.size:
        probe.feature(f"lowest {name}", float(values.min()), expected)
        probe.feature(f"highest {name}", float(values.max()), expected)


@check(points=3, needs="forward_shape", cases=_THINNED)
@by_hand(
    "layer, x, keep = $new, $x, $p",
    "layer.forward(x); $eval",
    yours="layer.forward(x).ravel()[:4]",
    expected="x.ravel()[:4]",
)
def check_eval_is_identity(layer: RemoteLayer, probe: Probe) -> None:
    """In the test phase nothing is dropped and nothing is scaled; in training again, it is.

    The scaling is done in training already. What is left to correct at test time?
    """
    layer.forward(probe.input())
    layer.eval()
    x = probe.input()
    y = layer.forward(x)
    if _assert_same(probe, y, x, "the output in the test phase", "output"):
        _note_range(probe, "factor in the test phase", y / x, 1.0)
    layer.train()
    # All of 400 elements or more, kept with at most 0.7, are kept with a probability below 1e-61 (of 32 feature maps,
    # if a layer for images drops those as a whole, with 3e-10).
    # Should a layer drop whole samples, it may keep the only one: it gets several chances.
    kept_all = all(_kept(layer, probe).all() for _ in range(_CHANCES))
    probe.assert_true(not kept_all, "back in training after a test phase, nothing is dropped any more")


@check(points=6, needs="forward_shape", cases=_THINNED)
@by_hand(
    "layer, x, keep = $new, $x, $p", "y = layer.forward(x)", yours="y[y != 0][:4]", expected="(x / keep)[y != 0][:4]"
)
def check_training_values(layer: RemoteLayer, probe: Probe, case: Case) -> None:
    """In training every element is either zero or the input divided by the probability.

    What must be done to the elements that stay, so that the expected output equals the input?
    """
    x = probe.input()
    y = layer.forward(x)
    probe.assert_shape(y, x.shape, "the output of forward")
    expected = np.where(y == 0, 0.0, x / _probability(case))
    if _assert_same(probe, y, expected, "the output in training, where it is not zero,", "output"):
        _note_range(probe, "factor of what stays", (y / x)[y != 0], 1 / _probability(case))


@check(points=4, needs="forward_shape", cases=_TABLES)
@by_hand(
    "layer, x, keep = $new, $x, $p",
    yours="np.mean([np.mean(layer.forward(x) != 0) for _ in range(50)])",
    expected="keep",
)
def check_keep_rate(layer: RemoteLayer, probe: Probe, case: Case) -> None:
    """The share of elements that are kept is the probability given.

    Read the task again: is it the fraction to drop, or the fraction to keep?
    """
    # Exact bounds of the binomial distribution, with 1e-6 outside of them. What another check complains about must not
    # make these tremble: masks that are the same count once, and of rows or columns that are the same only a diagonal.
    masks = [_kept(layer, probe) for _ in range(_CALLS)]
    counts, size = [int(mask.sum()) for mask in masks], int(masks[0].size)
    probe.details["kept"] = {"counts": counts, "trials": size, "probability": _probability(case)}  # for a picture
    independent = all(_first_pair_of_equals(lines) is None for lines in (masks[0], masks[0].T))
    decisive = [mask if independent else np.diagonal(mask) for mask in np.unique(masks, axis=0)]
    kept, trials = sum(int(mask.sum()) for mask in decisive), sum(mask.size for mask in decisive)
    low, high = binomial_bounds(trials, _probability(case))
    expected = f"with probability {_probability(case):g} between {low} and {high} were expected"
    probe.assert_true(low <= kept <= high, f"{kept} of {trials} elements were kept; {expected}")
    if independent:
        for half in (decisive[::2], decisive[1::2] or decisive):
            probe.feature("share that is kept", float(np.mean(half)), _probability(case))


@check(points=4, needs="forward_shape", cases=_TABLES)
@by_hand(
    "layer, x, keep = $new, $x, $p",
    "kept = layer.forward(x) != 0",
    yours="(len(np.unique(kept, axis=0)), len(np.unique(kept, axis=1).T))",
    expected="x.shape",
    formula="N D independent draws: all rows differ, all columns differ",
)
def check_elements_are_independent(layer: RemoteLayer, probe: Probe) -> None:
    """Every element of a batch has its own fate: neither whole samples nor whole features are dropped together.

    How many random numbers does a batch of N samples with D features need?
    """
    # Two rows of 50 elements agree by chance with probability (p^2 + (1-p)^2)^50 <= 7e-11, and there are 1770 pairs:
    # 1.2e-7; two columns of 60 elements with 6e-13, 1225 pairs.
    kept = _kept(layer, probe)
    for name, lines in (("sample", kept), ("feature", kept.T)):
        probe.feature(f"share of different masks, by {name}", len(np.unique(lines, axis=0)) / len(lines), 1.0)
        same = _first_pair_of_equals(lines)
        if same is not None:
            other = "features" if name == "sample" else "samples"
            masks = len(np.unique(lines, axis=0))
            share = f"{len(lines)} {name}s have {masks} different mask{'s' if masks > 1 else ''} in all"
            message = f"{name}s {same[0]} and {same[1]} lose exactly the same {other}; {share}"
            probe.assert_true(False, message)


def _first_pair_of_equals(lines: Array) -> tuple[int, int] | None:
    seen: dict[bytes, int] = {}
    for index, line in enumerate(lines):
        before = seen.setdefault(line.tobytes(), index)
        if before != index:
            return before, index
    return None


@check(points=2, needs="forward_shape", cases=_TABLES)
@by_hand(
    "layer, x, keep = $new, $x, $p",
    yours="np.array_equal(layer.forward(x) != 0, layer.forward(x) != 0)",
    expected="False",
)
def check_masks_are_fresh(layer: RemoteLayer, probe: Probe, case: Case) -> None:
    """Every forward pass draws a new mask.

    When is the mask drawn, and is the random generator ever set back?
    """
    # Two masks of 3000 elements agree by chance with a probability below 0.63^3000.
    first, *others = (_kept(layer, probe) for _ in range(3))
    agreement = _probability(case) ** 2 + (1 - _probability(case)) ** 2
    for other in others:
        same = bool((first == other).all())
        probe.assert_true(not same, "two forward passes dropped exactly the same elements")
        if same:  # else the share depends on how many masks are independent
            probe.feature("share of elements with the same fate as before", 1.0, agreement)


@check(points=6, needs=["forward_shape", "backward_shape"], cases=_THINNED)
@by_hand(
    "layer, x, keep = $new, $x, $p",
    ("y = layer.forward(x); dy = rng.standard_normal(y.shape); $zero; dx = layer.backward(dy)"),
    yours="dx.ravel()[:4]",
    expected="(dy * y / x).ravel()[:4]",
)
def check_backward_uses_the_mask(layer: RemoteLayer, probe: Probe) -> None:
    """backward multiplies each error by what forward multiplied the element with.

    An element that was dropped had no influence on the loss; one that was scaled had more of it.
    """
    for name in ("", "other"):
        x = probe.input(name)
        y = layer.forward(x)
        probe.assert_shape(y, x.shape, "the output of forward")
        dout = probe.cotangent(y)
        what = "what backward returns" + (" for a second batch, of another size," if name else "")
        dx, factors = layer.backward(dout), y / x
        if _assert_same(probe, dx, dout * factors, what, "input"):
            _note_range(probe, "excess of backward's factor where kept", (dx / dout - factors)[y != 0], 0.0)
            _note_range(probe, "factor of backward where dropped", (dx / dout)[y == 0], 0.0)


@check(needs=["forward_shape", "backward_shape"], cases=["keep everything"])
@by_hand(
    "layer, x, keep = $new, $x, $p",
    "y = layer.forward(x); $zero; dx = layer.backward(x)",
    yours="[*y.ravel()[:2], *dx.ravel()[:2]]",
    expected="[*x.ravel()[:2], *x.ravel()[:2]]",
)
def check_keeping_everything(layer: RemoteLayer, probe: Probe) -> None:
    """With probability 1 nothing changes, in training as in the test phase, forward or backward.

    Put 1 into the formula. Does it divide by zero somewhere?
    """
    x = probe.input()
    y = layer.forward(x)
    probe.assert_same(y, x, "the output in training", tensor="output")
    dout = probe.cotangent(x)
    probe.assert_same(layer.backward(dout), dout, "what backward returns", tensor="input")
    layer.eval()
    probe.assert_same(layer.forward(x), x, "the output in the test phase", tensor="output")


@check(needs=["keep_rate"], cases=_TABLES, tier=Tier.ROBUST, reason="a fixed number in every batch trains as well")
@by_hand(
    "layer, x, keep = $new, $x, $p",
    yours="len({int(np.sum(layer.forward(x) != 0)) for _ in range(6)}) > 1",
    expected="True",
    formula="the number kept is binomial, not fixed",
)
def check_number_varies(layer: RemoteLayer, probe: Probe) -> None:
    """The number of elements that are kept varies.

    Each element is decided on by itself. Drawing a fixed number of them is another method.
    """
    # The likeliest number of 3000 has a probability below 0.02: the same one in six calls, below 4e-9. The likeliest
    # number of a row of 50, or of a column of 60, has one below 0.14: in every row of a batch, below 1e-40.
    masks = [_kept(layer, probe) for _ in range(_CALLS)]
    for name, counts in (
        ("forward pass", [int(kept.sum()) for kept in masks]),
        ("sample", masks[0].sum(axis=1).tolist()),
        ("feature", masks[0].sum(axis=0).tolist()),
    ):
        probe.assert_true(len(set(counts)) > 1, f"exactly {counts[0]} elements are kept in every {name}")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="Dropout",
            formula=(
                "in training y = x m / p with m ~ Bernoulli(p), p the probability to keep, and dL/dx "
                "= dy m / p; in the test phase y = x"
            ),
            source=(
                "Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from "
                "Overfitting, 2014, sections 4 and 10 (scaled in training)"
            ),
            kind="layer",
            cases=CASES,
            checks=(
                check_eval_is_identity,
                check_training_values,
                check_keep_rate,
                check_elements_are_independent,
                check_masks_are_fresh,
                check_backward_uses_the_mask,
                check_keeping_everything,
                check_number_varies,
            ),
            traits=frozenset({"random", "phases"}),
            points={"ex3": 5},
        )
    ]
