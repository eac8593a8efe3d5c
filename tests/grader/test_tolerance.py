"""How close is close enough, by precision and kind; NaN never is."""

from __future__ import annotations

import numpy as np
import pytest

from grader.tolerance import deviates, difference_step, tolerance

KINDS = ("value", "gradient", "update", "adam", "loss")


def differs(answer: object, expected: object, kind: str = "value") -> list[bool]:
    return list(deviates(np.asarray(answer), np.asarray(expected), kind).ravel())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_never_close(kind: str, bad: float) -> None:
    assert differs([bad, 1.0], [1.0, 1.0], kind) == [True, False]
    assert differs([bad], [1.0], kind) == [True]
    assert differs(bad, 1.0, kind) == [True]
    assert differs([bad, bad], [bad, bad], kind) == [True, True]
    assert all(differs([1.0, 2.0], [bad, 2.0], kind))


@pytest.mark.parametrize("kind", KINDS)
def test_tolerance_grows_with_the_largest_number_and_not_with_each(kind: str) -> None:
    allowed = tolerance(kind, np.dtype(np.float64))
    for scale in (1.0, 1e6):
        slack = allowed.atol + allowed.rtol * scale
        assert differs([scale, 0.9 * slack, -0.9 * slack], [scale, 0.0, 0.0], kind) == [False, False, False]
        assert differs([scale, 1.1 * slack, -1.1 * slack], [scale, 0.0, 0.0], kind) == [False, True, True]


def test_rounding_is_no_mistake_and_a_small_mistake_is_no_rounding() -> None:
    rng = np.random.default_rng(3)
    a, b = rng.standard_normal((40, 300)), rng.standard_normal((300, 20))
    expected = np.array([[sum(x * y for x, y in zip(row, column, strict=True)) for column in b.T] for row in a])
    assert not any(differs(a @ b, expected))
    assert any(differs(a @ b * (1 + 1e-6), expected))


def test_single_precision_is_no_error_and_half_is() -> None:
    rng = np.random.default_rng(4)
    expected = rng.standard_normal((50, 3))
    assert not any(differs(expected.astype(np.float32), expected))
    assert any(differs(expected.astype(np.float16), expected))
    assert any(differs((expected * 1.001).astype(np.float32), expected))
    assert any(differs(expected.astype(np.float32).astype(np.float64), expected))


def test_nothing_differs_in_nothing() -> None:
    assert differs(np.zeros((0, 3)), np.zeros((0, 3))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_single_precision_is_looser(kind: str) -> None:
    double, single = (tolerance(kind, np.dtype(code)) for code in ("f8", "f4"))
    assert 0 < double.atol <= single.atol
    assert 0 < double.rtol <= single.rtol
    assert tolerance(kind, np.dtype("f2")) == single


def test_step_of_differences_suits_the_precision() -> None:
    """For exp at 1: truncation (h^4 / 30) and rounding (eps / h) are both far below the tolerance."""
    for code in ("f8", "f4"):
        h = difference_step(np.dtype(code))
        x = np.array([1 + h, 1 - h, 1 + 2 * h, 1 - 2 * h], code)
        near_up, near_down, far_up, far_down = np.exp(x)
        slope = (8 * (near_up - near_down) - (far_up - far_down)) / (12 * h)
        assert abs(slope - np.e) < 0.1 * (tolerance("gradient", np.dtype(code)).rtol * np.e + 1e-9)
