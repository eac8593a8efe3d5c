"""Says in words where and how two arrays differ, and which pattern the difference follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.error_map import error_map

Array = NDArray[Any]


def describe(
    answer: Array, expected: Array, wrong: NDArray[np.bool_], what: str, axes: Sequence[str] = ()
) -> tuple[str, dict[str, Any]]:
    """Return a message and its numbers for two arrays of one shape that differ where `wrong` is True.

    Names the first place and the worst, with both values, the share of wrong entries, and a simple pattern if there
    is one (a constant factor, only the last row, only the border, …). `axes` are the names of the axes, if known.
    """
    axes = axes if len(axes) == answer.ndim else ()
    answer, expected = np.asarray(answer, np.float64), np.asarray(expected, np.float64)
    count = int(wrong.sum())
    details: dict[str, Any] = {"wrong": count, "size": int(wrong.size)}
    if answer.ndim == 0:
        return (
            f"{what} is {number(answer)}; {number(expected)} was expected{_pattern(answer, expected, wrong)}",
            details,
        )
    first = _index(int(np.argmax(wrong)), wrong.shape)
    with np.errstate(all="ignore"):
        error = np.where(np.isfinite(answer), np.abs(answer - expected), np.inf)
    worst = _index(int(np.argmax(np.where(wrong, error, -1.0))), wrong.shape)
    details |= {"first": list(first), "worst": list(worst)}
    if picture := error_map(error, wrong, axes):
        details["error"] = picture
    if np.isnan(answer[wrong]).all():
        return f"{what} is NaN in {_share(count, wrong.size)}, first at {_place(first, axes)}", details
    text = f"{what} differs in {_share(count, wrong.size)}: {_pair(answer, expected, first, axes)}"
    if worst != first:
        text += f", worst {_pair(answer, expected, worst, axes)}"
    return text + _pattern(answer, expected, wrong, axes), details


def number(value: Any) -> str:
    """Format a number so that one can read it: six significant digits."""
    return f"{float(value) + 0.0:.6g}"  # no minus sign before a zero


def _pattern(answer: Array, expected: Array, wrong: NDArray[np.bool_], axes: Sequence[str] = ()) -> str:
    """Return a remark on the pattern of the deviation, or nothing."""
    if not (np.isfinite(answer).all() and np.isfinite(expected).all()):
        return ""
    present = np.abs(expected) > 1e-9 * max(float(np.abs(expected).max()), 1e-300)
    with np.errstate(all="ignore"):
        ratio = (answer / expected)[present]
    if not answer.any() and wrong.sum() > 1:
        return "; all of it is zero"
    if not present[wrong].any() and wrong.sum() > 1:
        return "; all of these should be zero"
    if ratio.size > 1 and present[wrong].all() and np.ptp(ratio) <= 1e-6 * abs(ratio[0]) and ratio[0] != 0:
        return f"; all of it is off by the same factor, {number(ratio[0])}"
    if axes:
        return _where(wrong, axes)
    if answer.ndim >= 2 and wrong.shape[0] > 1 and 0 < wrong.sum() < wrong.size:
        rows = np.array([row.any() for row in wrong])
        for name, index in (("last", -1), ("first", 0)):
            if rows[index] and rows.sum() == 1:
                return f"; only the {name} row is wrong"
        if rows.all():
            return ""
        if not rows[-1] and rows[:-1].all():
            return "; only the last row is right"
        if not rows[0] and rows[1:].all():
            return "; only the first row is right"
    return ""


def _where(wrong: NDArray[np.bool_], axes: Sequence[str]) -> str:
    """Return a remark on the places that are wrong, or right, by the names of the axes; or nothing.

    Silent unless at least half of the places that the remark is about are wrong: a few may lie in a line by chance.
    """
    if wrong.all() or wrong.sum() < 2:
        return ""
    for axis, name in enumerate(axes):
        share = wrong.mean(axis=tuple(other for other in range(wrong.ndim) if other != axis))
        bad = share > 0
        if share[bad].min() < 0.5:
            continue
        if bad.size > 1 and bad.sum() == 1:
            return f"; only {name} {int(bad.argmax())} is wrong"
        if bad.size > 2 and bad.sum() == bad.size - 1:
            return f"; only {name} {int(bad.argmin())} is right"
    inner = wrong[..., 1:-1, 1:-1] if wrong.ndim > 2 else wrong
    if inner.size and not inner.any() and wrong.sum() >= 0.5 * (wrong.size - inner.size):
        return "; only the border is wrong"
    return ""


def _pair(answer: Array, expected: Array, place: tuple[int, ...], axes: Sequence[str] = ()) -> str:
    return f"at {_place(place, axes)} {number(answer[place])} instead of {number(expected[place])}"


def _place(index: tuple[int, ...], axes: Sequence[str] = ()) -> str:
    if axes:
        return "[" + ", ".join(f"{name} {i}" for name, i in zip(axes, index, strict=True)) + "]"
    return "[" + ", ".join(map(str, index)) + "]"


def _share(count: int, size: int) -> str:
    if size == 1:
        return "its only entry"
    return f"all {size} entries" if count == size else f"{count} of {size} entries"


def _index(flat: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(flat, shape))
