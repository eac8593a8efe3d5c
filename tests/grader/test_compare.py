"""Where and how two arrays differ, in words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grader.compare import describe, number
from grader.tolerance import deviates

RIGHT = np.arange(1.0, 13.0).reshape(3, 4)


def say(answer: np.ndarray, expected: np.ndarray = RIGHT, axes: tuple[str, ...] = ()) -> str:
    return describe(answer, expected, deviates(answer, expected, "value"), "the output", axes)[0]


def changed(change: Callable[[np.ndarray], object], expected: np.ndarray = RIGHT) -> np.ndarray:
    answer = expected.copy()
    change(answer)
    return answer


def shifted(by: list[list[int]]) -> np.ndarray:
    return RIGHT + np.array(by)


def put(place: tuple[int, ...], value: float) -> Callable[[np.ndarray], None]:
    def change(answer: np.ndarray) -> None:
        answer[place] = value

    return change


def test_first_and_worst_place_with_both_values() -> None:
    answer = changed(put((0, 1), 2.5))
    answer[2, 3] = 20
    assert (
        say(answer)
        == "the output differs in 2 of 12 entries: at [0, 1] 2.5 instead of 2, worst at [2, 3] 20 instead of 12"
    )
    text, details = describe(answer, RIGHT, deviates(answer, RIGHT, "value"), "it")
    assert details.pop("error")["cells"][2][3] == 99
    assert details == {"wrong": 2, "size": 12, "first": [0, 1], "worst": [2, 3]}
    assert text.startswith("it differs")
    assert say(changed(put((1, 1), 7))).startswith("the output differs in 1 of 12 entries: at [1, 1] 7 instead of 6")


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (RIGHT * 0, "; all of it is zero"),
        (RIGHT * 3, "; all of it is off by the same factor, 3"),
        (-RIGHT, "; all of it is off by the same factor, -1"),
        (RIGHT / 3, "; all of it is off by the same factor, 0.333333"),
        (shifted([[0], [0], [1]]), "; only the last row is wrong"),
        (shifted([[1], [0], [0]]), "; only the first row is wrong"),
        (shifted([[1], [1], [0]]), "; only the last row is right"),
        (shifted([[0], [1], [1]]), "; only the first row is right"),
        (RIGHT + 1, "instead of 1"),
        (RIGHT.T.reshape(3, 4), "instead of 3"),
    ],
)
def test_simple_patterns_are_named(answer: np.ndarray, ending: str) -> None:
    assert say(answer).endswith(ending)


def test_numbers_that_should_be_zero() -> None:
    expected = RIGHT * [1, 0, 0, 1]
    assert say(RIGHT, expected).endswith("; all of these should be zero")


def test_what_is_no_number() -> None:
    assert say(RIGHT * np.nan) == "the output is NaN in all 12 entries, first at [0, 0]"
    assert say(changed(put((1, 2), np.nan))) == "the output is NaN in 1 of 12 entries, first at [1, 2]"
    mixed = changed(put((1, 2), np.nan))
    mixed[2, 0] = 5
    assert "NaN" in say(mixed) or "nan" in say(mixed)
    infinite = changed(put((1, 2), np.inf))
    infinite[0, 0] = 2
    assert (
        say(infinite)
        == "the output differs in 2 of 12 entries: at [0, 0] 2 instead of 1, worst at [1, 2] inf instead of 7"
    )


def test_single_numbers() -> None:
    assert say(np.array(2.0), np.array(1.0)) == "the output is 2; 1 was expected"
    assert say(np.array([2.0]), np.array([1.0])) == "the output differs in its only entry: at [0] 2 instead of 1"


def test_axes_are_called_by_their_names() -> None:
    answer = shifted([[0], [1], [0]])
    axes = ("sample", "feature")
    text = say(answer, axes=axes)
    assert "at [sample 1, feature 0] 6 instead of 5" in text
    assert text.endswith("; only sample 1 is wrong")
    assert say(shifted([[1, 1, 0, 1]]), axes=axes).endswith("; only feature 2 is right")
    assert say(shifted([[0], [1], [0]]), axes=("wrong", "number", "of axes")).find("number") == -1


def test_border_of_images() -> None:
    images = np.ones((2, 3, 5, 6))
    answer = images + 1
    answer[..., 1:-1, 1:-1] = 1
    assert say(answer, images, ("image", "channel", "row", "column")).endswith("; only the border is wrong")


def test_every_kind_of_array_gets_a_sentence() -> None:
    """No pattern stumbles over a shape: sizes from 1 to 3 in up to five axes, with wrong entries anywhere."""
    rng = np.random.default_rng(6)
    for _ in range(400):
        shape = tuple(rng.integers(1, 4, rng.integers(0, 6)))
        expected = rng.choice([0.0, 1.0, 2.0, 1e-12], shape)
        answer = np.where(
            rng.random(shape) < rng.choice([0.2, 0.9]), expected + rng.choice([1, 1e9, np.nan, np.inf]), expected
        )
        wrong = deviates(answer, expected, "value")
        if wrong.any():
            for names in ((), tuple("NCHWK"[: len(shape)])):
                text, details = describe(answer, expected, wrong, "it", names)
                assert text.startswith("it ")
                assert "\n" not in text
                assert details["wrong"] == wrong.sum()


def test_number_is_short() -> None:
    assert [number(x) for x in (1.0, -0.0, 1 / 3, 1e20, np.float32(0.1), True)] == [
        "1",
        "0",
        "0.333333",
        "1e+20",
        "0.1",
        "1",
    ]
