"""The small table that says where an array is wrong."""

from __future__ import annotations

import numpy as np

from grader.compare import describe
from grader.error_map import error_map


def test_hundredths_of_the_largest_deviation() -> None:
    error = np.array([[0.0, 1.0, 1e-9], [4.0, 2.0, np.inf]])
    found = error_map(error, error > 1e-6, ("N", "D"))
    assert found == {"cells": [[0, 25, 0], [99, 50, 99]], "axes": ["N", "D"], "shape": [2, 3]}


def test_leading_axes_and_large_arrays_are_folded() -> None:
    error = np.zeros((2, 3, 100, 5))
    error[1, 2, 57, 3] = 0.1
    cells = np.array(error_map(error, error > 0)["cells"])
    assert cells.shape == (24, 5)
    assert np.argwhere(cells).tolist() == [[13, 3]]


def test_no_picture_of_a_row_nor_of_a_number() -> None:
    assert error_map(np.ones(9), np.ones(9, bool)) == {}
    assert error_map(np.array(1.0), np.array(True)) == {}
    assert error_map(np.ones((1, 2)), np.ones((1, 2), bool)) == {}


def test_it_is_in_the_details_of_a_comparison() -> None:
    answer, expected = np.eye(3), np.zeros((3, 3))
    _, details = describe(answer, expected, answer != expected, "the output", ("N", "D"))
    assert details["error"]["cells"] == (99 * np.eye(3, dtype=int)).tolist()
    assert details["error"]["axes"] == ["N", "D"]
