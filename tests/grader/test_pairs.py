"""Two arrays under other names and in other shapes."""

from __future__ import annotations

import numpy as np
import pytest

from grader.pairs import pack_pair, split_pair
from grader.probe import CheckFailed

REFERENCE = {"W": np.zeros((3, 2, 1, 1)), "b": np.zeros(3)}
SHAPES = {"W": (3, 2, 1, 1), "b": (3,)}


@pytest.mark.parametrize("shape", [(3,), (1, 3), (3, 1), (3, 1, 1)])
def test_a_vector_may_lie_any_way(shape: tuple[int, ...]) -> None:
    raw = {"weights": np.arange(6.0).reshape(3, 2, 1, 1), "bias": np.arange(3.0).reshape(shape)}
    found = split_pair(raw, SHAPES)
    np.testing.assert_array_equal(found["b"], [0, 1, 2])
    packed = pack_pair(found, ("W", "b"), raw)
    assert {name: value.shape for name, value in packed.items()} == {"weights": (3, 2, 1, 1), "bias": shape}


def test_native_names_are_kept() -> None:
    assert set(pack_pair(REFERENCE, ("W", "b"), REFERENCE)) == {"W", "b"}


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({}, "has no array weights"),
        ({"weights": np.zeros((3, 2, 1, 1))}, "has no array bias"),
        ({"weights": np.zeros((2, 3, 1, 1)), "bias": np.zeros(3)}, r"weights has shape \(2, 3, 1, 1\)"),
        ({"W": np.zeros((3, 2, 1, 1)), "b": np.zeros((3, 3))}, r"b has shape \(3, 3\)"),
        ({"W": np.zeros((3, 2, 1, 1)), "b": np.zeros(())}, r"b has shape \(\)"),
    ],
)
def test_what_has_another_form_is_refused(raw: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(CheckFailed, match=message):
        split_pair(raw, SHAPES)


def test_what_is_missing_is_packed_under_the_exercise_names() -> None:
    assert set(pack_pair(REFERENCE, ("W", "b"), {})) == {"weights", "bias"}
