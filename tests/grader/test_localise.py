"""A wrong gradient is located in at most 60 forward calls, whatever its size; nothing is accused that is right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from grader.localise import FORWARDS, Place, describe, localise
from grader.remote import Array
from grader.slopes import Slopes

SHAPES = [(4, 3, 5, 5), (1, 2, 3, 1), (7,), (1,), (30, 40), (250, 400), (20, 10, 20, 25)]


def quadratic(shape: tuple[int, ...], rng: np.random.Generator) -> tuple[Array, Slopes]:
    """Return the gradient at a point of y = a x^2, entry by entry, and its slopes."""
    x, a, dout = rng.standard_normal(shape), rng.standard_normal(shape), rng.standard_normal(shape)

    def of(h: float, v: Sequence[Array]) -> Array:
        return np.asarray(a * (x + h * v[0]) ** 2)

    return 2 * a * x * dout, Slopes(of, dout, np.dtype(np.float64))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shape", SHAPES)
def test_one_wrong_entry_is_named_with_its_right_value(shape: tuple[int, ...], seed: int) -> None:
    rng = np.random.default_rng(seed)
    right, slopes = quadratic(shape, rng)
    entry = tuple(int(rng.integers(size)) for size in shape)
    wrong = right.copy()
    wrong[entry] += 1
    place = localise(wrong, slopes, rng)
    assert place.entry == place.indices == entry
    assert place.expected == pytest.approx(right[entry], abs=1e-5)
    assert slopes.calls <= FORWARDS


@pytest.mark.parametrize("seed", range(5))
def test_errors_along_some_axes_are_named_by_the_others(seed: int) -> None:
    """Everything of channel 2 and column 4 is wrong, in all kernels and rows."""
    rng = np.random.default_rng(seed)
    right, slopes = quadratic((6, 3, 5, 5), rng)
    wrong = right.copy()
    wrong[:, 2, :, 4] *= -1.5
    place = localise(wrong, slopes, rng)
    assert place.indices == (None, 2, None, 4)
    assert place.entry is not None
    assert (place.entry[1], place.entry[3]) == (2, 4)
    assert place.expected == pytest.approx(right[place.entry], abs=1e-5)
    assert slopes.calls <= FORWARDS
    text = describe(place, wrong, ("kernel", "channel", "row", "column"))
    assert text.startswith("; only channel 2, column 4 is wrong, at [kernel ")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shape", SHAPES)
def test_errors_everywhere_are_shown_by_one_entry(shape: tuple[int, ...], seed: int) -> None:
    rng = np.random.default_rng(seed)
    right, slopes = quadratic(shape, rng)
    place = localise(2 * right, slopes, rng)
    assert slopes.calls <= FORWARDS
    assert place.entry is not None
    assert place.expected == pytest.approx(right[place.entry], abs=1e-5)
    if np.prod(shape) > 1:
        assert None in place.indices


@pytest.mark.parametrize("seed", range(20))
def test_two_wrong_entries_are_not_taken_for_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    right, slopes = quadratic((6, 7), rng)
    wrong = right.copy()
    wrong[1, 2] += 1
    wrong[4, 5] += 1
    place = localise(wrong, slopes, rng)
    assert place.indices == (None, None)
    assert place.entry in ((1, 2), (4, 5))


def test_right_gradient_has_no_wrong_place() -> None:
    rng = np.random.default_rng(3)
    right, slopes = quadratic((5, 6), rng)
    assert localise(right, slopes, rng) == Place((None, None))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_needs_no_forward_pass(value: float) -> None:
    rng = np.random.default_rng(3)
    wrong, slopes = quadratic((5, 6), rng)
    wrong[2, 3] = wrong[4, 3] = value
    place = localise(wrong, slopes, rng)
    assert place == Place((None, 3), (2, 3))
    assert slopes.calls == 0
    assert describe(place, wrong).startswith("; only axis 1: 3 is wrong, at [axis 0: 2, axis 1: 3] ")


def test_calls_that_do_not_suffice_give_no_entry() -> None:
    rng = np.random.default_rng(3)
    right, slopes = quadratic((50, 60), rng)
    place = localise(2 * right, slopes, rng, budget=20)
    assert place == Place((None, None))
    assert slopes.calls <= 20
    assert describe(place, right) == ""
