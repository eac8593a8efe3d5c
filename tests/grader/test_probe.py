"""What checks work with: data off the kinks, and numerical gradients that notice one wrong entry."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.model import Case
from grader.probe import CheckFailed, Probe
from grader.remote import Array

CASE = Case("only", {}, (3, 4), data="normal", shapes={"other": (2, 5)}, axes={"input": ("sample", "feature")})


@pytest.fixture
def probe(rng: np.random.Generator) -> Probe:
    return Probe(CASE, rng)


def message(assertion: Callable[..., object], *args: object, **more: object) -> str:
    with np.errstate(all="ignore"), pytest.raises(CheckFailed) as caught:  # the runner ignores them, too
        assertion(*args, **more)
    return caught.value.message


# a nonlinear function with a known derivative: y = tanh(x A)
def forward(x: Array, a: Array) -> Array:
    return np.asarray(np.tanh(x @ a))


def gradient(x: Array, a: Array, dout: Array) -> Array:
    return np.asarray((dout * (1 - np.tanh(x @ a) ** 2)) @ a.T)


def setting(probe: Probe, n: int = 3, d: int = 4, m: int = 5) -> tuple[Array, Array, Array]:
    x, a = 0.5 * probe.normal((n, d)), probe.normal((d, m)) / d**0.5
    return x, a, probe.cotangent(forward(x, a))


def test_data_of_the_case(probe: Probe) -> None:
    assert probe.input().shape == (3, 4)
    assert probe.input("other").shape == (2, 5)
    assert probe.input((7, 1)).shape == (7, 1)
    assert probe.whole_numbers().dtype == np.int64
    labels = probe.labels((6, 3))
    assert (labels.sum(axis=1) == 1).all()
    assert set(labels.ravel()) == {0.0, 1.0}
    again = Probe(CASE, np.random.default_rng(1)).input()
    np.testing.assert_array_equal(again, Probe(CASE, np.random.default_rng(1)).input())


def test_cotangent_is_never_of_ones_nor_of_equal_sizes(probe: Probe) -> None:
    dout = probe.cotangent(np.zeros((20, 30)))
    assert ((np.abs(dout) >= 0.5) & (np.abs(dout) <= 1.5)).all()
    assert len(np.unique(np.abs(dout))) == dout.size
    assert 0.3 < (dout > 0).mean() < 0.7


@pytest.mark.parametrize("sizes", [(3, 4, 5), (1, 1, 1), (2, 30, 7), (1, 2000, 3)])
def test_right_gradient_passes(probe: Probe, sizes: tuple[int, int, int]) -> None:
    x, a, dout = setting(probe, *sizes)
    probe.assert_gradient(gradient(x, a, dout), of=lambda x: forward(x, a), at=x, along=dout)


def test_steep_functions_are_differentiated_well(probe: Probe) -> None:
    x = probe.normal((3, 4))
    dout = probe.cotangent(x)
    probe.assert_gradient(30 * dout * np.cos(30 * x), of=lambda x: np.sin(30 * x), at=x, along=dout)


@pytest.mark.parametrize("repeat", range(20))
def test_small_error_in_one_entry_is_noticed(repeat: int) -> None:
    """A relative error of 1e-5 in a single entry of twelve, whichever it is."""
    probe = Probe(CASE, np.random.default_rng(repeat))
    x, a, dout = setting(probe)
    wrong = gradient(x, a, dout)
    place = np.unravel_index(np.argsort(np.abs(wrong), axis=None)[-1 - repeat % 8], wrong.shape)
    wrong[place] *= 1 + 1e-5
    text = message(probe.assert_gradient, wrong, of=lambda x: forward(x, a), at=x, along=dout)
    assert text.startswith("the input gradient ")


def test_wrong_gradient_is_shown_by_its_place(probe: Probe) -> None:
    x, a, dout = setting(probe)
    right = gradient(x, a, dout)
    wrong = right.copy()
    wrong[1, 2] += 1
    text = message(probe.assert_gradient, wrong, of=lambda x: forward(x, a), at=x, along=dout, truth=lambda: right)
    expected = f"the input gradient differs in 1 of 12 entries: at [sample 1, feature 2] {wrong[1, 2]:.6g} instead of "
    assert text.startswith(expected)
    text = message(probe.assert_gradient, wrong, of=lambda x: forward(x, a), at=x, along=dout)
    place = f"; only at [sample 1, feature 2] {wrong[1, 2]:.6g} instead of {right[1, 2]:.6g}"
    assert text == f"the input gradient is not the derivative of what forward computes (by central differences){place}"


@pytest.mark.parametrize(
    "spoil",
    [
        lambda g: g * 2,
        lambda g: g / len(g),
        lambda g: -g,
        lambda g: g[::-1],
        lambda g: g * 0,
        lambda g: g * np.nan,
        lambda g: np.where(np.arange(g.size).reshape(g.shape) == 5, np.nan, g),
        lambda g: np.where(np.arange(g.size).reshape(g.shape) == 5, np.inf, g),
        lambda g: np.full(g.shape, np.inf),
        lambda g: g + 1e300,
        lambda g: (g * 1.05).astype(np.float32),
    ],
)
@pytest.mark.parametrize("with_truth", [False, True])
def test_wrong_gradient_never_passes(probe: Probe, spoil: Callable[[Array], Array], with_truth: bool) -> None:
    x, a, dout = setting(probe)
    right = gradient(x, a, dout)
    truth = (lambda: right) if with_truth else None
    message(probe.assert_gradient, spoil(right), of=lambda x: forward(x, a), at=x, along=dout, truth=truth)


def test_gradient_of_another_shape(probe: Probe) -> None:
    x, a, dout = setting(probe)
    wrong = gradient(x, a, dout)
    for answer in (wrong.T, wrong[None], wrong.ravel(), np.array(0.0), wrong[:, :0]):
        text = message(probe.assert_gradient, answer, of=lambda x: forward(x, a), at=x, along=dout)
        assert text == f"the input gradient has shape {answer.shape}; (3, 4) was expected"


def test_forward_that_is_no_number_or_changes_shape_never_passes(probe: Probe) -> None:
    x, a, dout = setting(probe)
    right = gradient(x, a, dout)
    for of in (lambda x: forward(x, a) * np.nan, lambda x: forward(x, a) / 0, lambda x: forward(x, a)[:1]):
        message(probe.assert_gradient, right, of=of, at=x, along=dout)


def test_forward_that_ignores_its_input(probe: Probe) -> None:
    """Zero is its derivative; that is right only if the reference ignores the input, too."""
    x, a, dout = setting(probe)
    right, zero = gradient(x, a, dout), np.zeros(x.shape)

    def constant(x: Array) -> Array:
        return np.ones(dout.shape)

    probe.assert_gradient(zero, of=constant, at=x, along=dout)
    probe.assert_gradient(zero, of=constant, at=x, along=dout, truth=lambda: zero)
    text = message(probe.assert_gradient, zero, of=constant, at=x, along=dout, truth=lambda: right)
    assert text.endswith("; all of it is zero")
    message(probe.assert_gradient, zero, of=lambda x: forward(x, a), at=x, along=dout, truth=lambda: zero)


def test_single_precision_is_accepted(probe: Probe) -> None:
    x, a, dout = setting(probe)

    def single(x: Array) -> Array:
        return forward(x.astype(np.float32), a.astype(np.float32))

    right = gradient(x, a, dout)
    for answer in (right, right.astype(np.float32)):
        probe.assert_gradient(answer, of=single, at=x, along=dout)
        probe.assert_gradient(answer.astype(np.float32), of=lambda x: forward(x, a), at=x, along=dout)
    message(probe.assert_gradient, right * 1.05, of=single, at=x, along=dout)
    rough = (right * 1.0005).astype(np.float32)
    probe.assert_gradient(rough, of=lambda x: forward(x, a), at=x, along=dout)
    message(probe.assert_gradient, rough.astype(np.float64), of=lambda x: forward(x, a), at=x, along=dout)


def test_number_of_calls_does_not_grow_with_the_size(probe: Probe) -> None:
    counts = []
    for d in (2, 50, 3000):
        x, a, dout = setting(probe, 2, d, 3)
        calls: list[tuple[int, ...]] = []

        def of(x: Array, a: Array = a, calls: list[tuple[int, ...]] = calls) -> Array:
            calls.append(x.shape)
            return forward(x, a)

        probe.assert_gradient(gradient(x, a, dout), of=of, at=x, along=dout)
        counts.append(len(calls))
    assert counts == [8, 8, 8]


def test_large_mismatch_without_a_reference_is_shown_by_one_entry(probe: Probe) -> None:
    x, a, dout = setting(probe, 2, 3000, 3)
    right = gradient(x, a, dout)
    text = message(probe.assert_gradient, 2 * right, of=lambda x: forward(x, a), at=x, along=dout)
    place = f"at [sample 0, feature 0] {2 * right[0, 0]:.6g} instead of {right[0, 0]:.6g}"
    assert (
        text == f"the input gradient is not the derivative of what forward computes (by central differences); {place}"
    )


def test_gradient_that_contradicts_its_forward_fails_even_if_the_reference_agrees(probe: Probe) -> None:
    """The forward pass is wrong, the backward pass belongs to another one: no follow-through."""
    x, a, dout = setting(probe)
    right = gradient(x, a, dout)
    text = message(probe.assert_gradient, right, of=lambda x: 2 * forward(x, a), at=x, along=dout, truth=lambda: right)
    assert "is not the derivative of what forward computes" in text


def test_follow_through_a_wrong_forward_with_the_gradient_of_that(probe: Probe) -> None:
    x, a, dout = setting(probe)
    right = gradient(x, a, dout)
    probe.assert_gradient(2 * right, of=lambda x: 2 * forward(x, a), at=x, along=dout, truth=lambda: right)


def test_tables_of_arrays(probe: Probe) -> None:
    right = {"W": np.ones((2, 3)), "b": np.zeros(3)}
    probe.assert_all_same({**right, "more": np.zeros(1)}, right, "after the step,")
    text = message(probe.assert_all_same, {"W": right["W"]}, right, "after the step,")
    assert text == "after the step,: there is no b"
    text = message(probe.assert_all_same, {**right, "b": np.ones(3)}, right, "after the step,")
    assert text.startswith("after the step, b differs in all 3 entries: at [0] 1 instead of 0")


def test_sameness_is_about_shape_and_every_entry(probe: Probe) -> None:
    probe.assert_same(np.ones(3), np.ones(3), "it")
    assert message(probe.assert_same, np.ones((1, 3)), np.ones(3), "it") == "it has shape (1, 3); (3,) was expected"
    assert message(probe.assert_same, np.ones(()), np.ones(3), "it") == "it has shape (); (3,) was expected"
    assert "at [sample 0, feature 1] 2 instead of 1" in message(
        probe.assert_same, np.array([[1.0, 2.0]]), np.ones((1, 2)), "it", tensor="input"
    )
    assert "NaN" in message(probe.assert_same, np.full(3, np.nan), np.full(3, np.nan), "it")


def test_conditions_keep_their_numbers(probe: Probe) -> None:
    probe.assert_true(True, "fine")
    with pytest.raises(CheckFailed) as caught:
        probe.assert_true(False, "too slow", seconds=3.0)
    assert (caught.value.message, caught.value.details) == ("too slow", {"seconds": 3.0})
