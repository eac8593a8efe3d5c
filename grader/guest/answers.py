"""Turns what a student's code returns into arrays that can travel, or says plainly why it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .faults import ANSWER, MISSING, Fault
from .wire import MAX_NDIM, Array, supported

_MAX_BYTES = 1 << 28  # of one answer, before it is copied: a broadcast array can claim terabytes


def as_array(value: Any, what: str) -> Array:
    """Return a fresh, C-ordered copy of `value`; raise Fault if it is not a numeric array.

    `what` names the answer in the message ("forward"). Subclasses of ndarray are refused: their comparisons lie.
    """
    if value is None:
        raise Fault(ANSWER, f"{what} returned None (is there a `return`?); an ndarray was expected")
    if type(value) is not np.ndarray and not isinstance(value, np.generic):
        raise Fault(ANSWER, f"{what} returned {_kind(value)}; an ndarray was expected")
    if value.nbytes > _MAX_BYTES:
        size = f"{value.nbytes / 1e6:.0f} MB"
        raise Fault(ANSWER, f"{what} returned an array of shape {value.shape}, {size}: far more than can be right")
    made = np.array(value, order="C", copy=True, subok=False)
    if made.dtype == np.longdouble:
        made = made.astype(np.float64)
    if made.dtype.kind == "c":
        raise Fault(ANSWER, f"{what} returned complex numbers; is a `.real` missing?")
    if not supported(made.dtype):
        raise Fault(ANSWER, f"{what} returned an array of dtype {made.dtype}; numbers were expected")
    if made.ndim > MAX_NDIM:
        raise Fault(ANSWER, f"{what} returned an array with {made.ndim} axes")
    return made


def as_scalar(value: Any, what: str) -> Array:
    """Return a 0-d float64 array from a float, a 0-d or a (1, 1) array; raise Fault for anything else."""
    if value is None:
        raise Fault(ANSWER, f"{what} returned None (is there a `return`?); a number was expected")
    try:
        number = np.asarray(value)
    except ValueError:  # rows of unequal length
        raise Fault(ANSWER, f"{what} returned {_kind(value)}; one number was expected") from None
    if number.dtype.kind not in "fiub":
        raise Fault(ANSWER, f"{what} returned {_kind(value)} of dtype {number.dtype}; one real number was expected")
    if number.size != 1:
        raise Fault(ANSWER, f"{what} returned something of shape {number.shape}; one number was expected")
    return np.array(number.reshape(()), dtype=np.float64)


def members(unit: Any, names: Mapping[str, str], what: str) -> dict[str, Array]:
    """Return copies of the attributes of `unit` that are arrays, by neutral name; `names` maps attribute -> name.

    A list (of arrays, one for each kernel, or of numbers) is taken for the array that it makes up.
    """
    found = {}
    for attribute, name in names.items():
        value = _stacked(getattr(unit, attribute, None))
        if isinstance(value, np.ndarray) and value.size:
            found[name] = as_array(value, f"{what} {attribute}")
    return found


def assign(unit: Any, attribute: str, value: Array) -> None:
    """Give an attribute a new value, in place where it has no setter; raise Fault if neither reaches it.

    What was a list or tuple, of arrays or of numbers, becomes one again.
    """
    before: Any = getattr(unit, attribute, None)
    fresh = np.array(value)
    parts: Any = fresh
    if type(before) in (list, tuple):
        parts = type(before)(fresh if isinstance(before[0], np.ndarray) else fresh.tolist())
    try:
        setattr(unit, attribute, parts)
    except AttributeError:
        before[slice(None) if isinstance(before, list) else ...] = parts
    now = _stacked(getattr(unit, attribute, None))
    if not isinstance(now, np.ndarray) or not _holds(now, fresh):
        raise Fault(MISSING, f"`{attribute}` was set to new values but does not hold them afterwards")


def _stacked(value: Any) -> Any:
    """Return the array that a list or tuple (of arrays of one shape, of numbers) makes up; anything else as it is."""
    if type(value) not in (list, tuple) or sum(getattr(part, "nbytes", 0) for part in value) > _MAX_BYTES:
        return value
    try:
        made = np.array(value)
    except (ValueError, TypeError):  # parts of different shapes
        return value
    return made if made.dtype.kind in "fiu" and made.size else value


def _holds(array: Array, value: Array) -> bool:
    """Tell whether `array` is `value`, as far as its own precision goes: a setter may store float32."""
    wanted = value.astype(array.dtype) if array.dtype in (np.float32, np.float16) else value
    return bool(np.array_equal(array, wanted))


def _kind(value: Any) -> str:
    """Return "a list", "an Output", …"""
    name = type(value).__name__[:60]
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"
