"""What a student's code returns: turned into arrays, or refused with a sentence that helps."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from grader.guest.answers import as_array, as_scalar, assign, members
from grader.guest.faults import ANSWER, MISSING, Fault


class Liar(np.ndarray):
    """Equals everything."""

    def __eq__(self, other: object) -> bool:  # type: ignore[override]  # a lie
        return True

    __hash__ = None


class Output:
    """Looks like an array, and is none."""

    dtype = np.dtype(float)
    shape = (2,)

    def __array__(self, *_: Any) -> np.ndarray:
        return np.zeros(2)


@pytest.mark.parametrize(
    "value",
    [
        np.arange(6.0).reshape(2, 3),
        np.arange(6, dtype=np.int8),
        np.array([True, False]),
        np.float32([1.5]),
        np.float16(3),
        np.float64(2.5),
        np.array(7),
        np.zeros((0, 3)),
        np.arange(6.0).reshape(2, 3).T,
        np.broadcast_to(1.5, (3, 4)),
        np.arange(4).astype(">i4"),
        np.longdouble([1.25, 2.5]),
    ],
)
def test_array_is_copied(value: Any) -> None:
    found = as_array(value, "forward")
    assert type(found) is np.ndarray
    assert found.flags.c_contiguous
    assert not np.shares_memory(found, value)
    np.testing.assert_array_equal(found, value)
    assert found.dtype == (np.float64 if np.asarray(value).dtype == np.longdouble else np.asarray(value).dtype)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "forward returned None (is there a `return`?)"),
        ([1.0, 2.0], "forward returned a list; an ndarray was expected"),
        ((np.zeros(2), np.zeros(2)), "forward returned a tuple"),
        (1.0, "forward returned a float"),
        (1, "forward returned an int"),
        ("text", "forward returned a str"),
        (NotImplemented, "forward returned a NotImplementedType"),
        (Output(), "forward returned an Output"),
        (np.zeros(2).view(Liar), "forward returned a Liar"),
        (np.recarray(2, "f8"), "forward returned a recarray"),
        (np.ma.zeros(3), "forward returned a MaskedArray"),
        (np.array([1.0, None]), "forward returned an array of dtype object"),
        (np.array(["a"]), "forward returned an array of dtype <U1"),
        (np.array([1j]), "forward returned complex numbers"),
        (np.complex128(1), "forward returned complex numbers"),
        (np.datetime64("2020-01-01"), "forward returned an array of dtype datetime64"),
        (np.zeros(2, [("a", "f8")]), "forward returned an array of dtype [('a'"),
        (np.zeros((1,) * 9), "forward returned an array with 9 axes"),
        (np.broadcast_to(0.0, (1 << 20, 1 << 20)), "forward returned an array of shape (1048576, 1048576)"),
    ],
)
def test_what_is_no_array_is_refused(value: Any, message: str) -> None:
    with pytest.raises(Fault) as caught:
        as_array(value, "forward")
    assert caught.value.kind == ANSWER
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.array(2), np.array([[2.0]]), [2.0], np.ma.array([2.0])])
def test_number_in_any_wrapping(value: Any) -> None:
    found = as_scalar(value, "forward")
    assert (found.shape, found.dtype) == ((), np.float64)
    assert found == 2.0


def test_number_that_is_nan_stays_nan() -> None:
    assert np.isnan(as_scalar(np.nan, "forward"))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "forward returned None"),
        (np.zeros(3), "forward returned something of shape (3,); one number"),
        (np.zeros((0,)), "forward returned something of shape (0,)"),
        ([], "forward returned something of shape (0,)"),
        ([[1.0], [1.0, 2.0]], "forward returned a list; one number"),
        (1j, "forward returned a complex of dtype complex128"),
        ("2.0", "forward returned a str of dtype <U3"),
        (Decimal(2), "forward returned a Decimal of dtype object"),
        (10**400, "forward returned an int of dtype object"),
        ({}, "forward returned a dict of dtype object"),
    ],
)
def test_what_is_no_number_is_refused(value: Any, message: str) -> None:
    with pytest.raises(Fault) as caught:
        as_scalar(value, "forward")
    assert caught.value.kind == ANSWER
    assert caught.value.message.startswith(message)


class Thing:
    """Holds attributes of several kinds."""

    def __init__(self) -> None:
        self.weights = np.ones((2, 3))
        self.bias: Any = None
        self.lazy = np.zeros(0)
        self._hidden = np.zeros(2)

    @property
    def fixed(self) -> np.ndarray:
        return self._hidden

    @property
    def deaf(self) -> np.ndarray:
        return self._hidden.copy()

    @property
    def broken(self) -> np.ndarray:
        raise KeyError("weights")


NAMES = {"weights": "weights", "bias": "bias", "lazy": "lazy", "fixed": "f", "absent": "absent"}


def test_members_are_the_arrays_there_are() -> None:
    thing = Thing()
    found = members(thing, NAMES, "attribute")
    assert list(found) == ["weights", "f"]
    found["weights"][0] = 9
    assert thing.weights[0, 0] == 1


def test_members_do_not_hide_what_goes_wrong() -> None:
    thing = Thing()
    with pytest.raises(KeyError):
        members(thing, {"broken": "b"}, "attribute")
    thing.weights = np.array([None, 1.0])
    with pytest.raises(Fault, match="attribute weights returned an array of dtype object"):
        members(thing, NAMES, "attribute")


@pytest.mark.parametrize("kind", [list, tuple])
def test_list_of_arrays_is_the_array_that_it_makes_up(kind: type[Any]) -> None:
    thing = Thing()
    thing.weights = kind(np.full((2, 3), float(i)) for i in range(4))
    found = members(thing, NAMES, "attribute")["weights"]
    assert found.shape == (4, 2, 3)
    assign(thing, "weights", found + 1)
    assert type(thing.weights) is kind
    assert [part.shape for part in thing.weights] == [(2, 3)] * 4
    assert (members(thing, NAMES, "attribute")["weights"] == found + 1).all()


def test_list_is_filled_in_place_where_there_is_no_setter() -> None:
    kept = [np.zeros(2), np.ones(2)]
    thing = type("Fixed", (), {"weights": property(lambda self: kept)})()
    assign(thing, "weights", np.full((2, 2), 5.0))
    assert [list(part) for part in kept] == [[5.0, 5.0], [5.0, 5.0]]


def test_nested_lists_of_numbers_are_an_array_too() -> None:
    thing = Thing()
    thing.weights = [[1.0, 2.0], [3.0, 4.0]]
    assert members(thing, NAMES, "attribute")["weights"].shape == (2, 2)
    assign(thing, "weights", np.full((2, 2), 7.0))
    assert thing.weights == [[7.0, 7.0], [7.0, 7.0]]


@pytest.mark.parametrize("value", [[], ["a"], [np.zeros(2), np.zeros(3)], [np.zeros(2), None], {"a": np.zeros(2)}])
def test_other_lists_are_no_arrays(value: Any) -> None:
    thing = Thing()
    thing.weights = value
    assert "weights" not in members(thing, NAMES, "attribute")


def test_assign_sets_a_copy() -> None:
    thing, value = Thing(), np.full((2, 3), 4.0)
    assign(thing, "weights", value)
    value[:] = 0
    assert (thing.weights == 4.0).all()


def test_assign_writes_in_place_where_there_is_no_setter() -> None:
    thing = Thing()
    assign(thing, "fixed", np.array([1.0, 2.0]))
    assert list(thing.fixed) == [1.0, 2.0]


def test_assign_that_does_not_arrive_is_told() -> None:
    with pytest.raises(Fault) as caught:
        assign(Thing(), "deaf", np.array([1.0, 2.0]))
    assert caught.value.kind == MISSING
    assert "`deaf`" in caught.value.message
