"""Finds out where a gradient is wrong without knowing the right one, in at most 60 forward calls whatever its size.

Let e be the error of the gradient, entry by entry. A difference along v measures <e, v>: a syndrome. If all of e lies
at one index of an axis, then a second measurement along v times r, with a known r for every index of that axis,
is r times as large, which names the index. A last measurement everywhere else must give nothing. If the errors lie
elsewhere, halving finds one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.compare import number
from grader.samples import direction
from grader.slopes import Slopes, inner

Array = NDArray[Any]
FORWARDS = 60


@dataclass(frozen=True)
class Place:
    """Where a gradient is wrong: `indices` has one index for each axis along which all errors have the same.

    None stands for an axis along which they differ. `entry` is the index of one wrong entry, `expected` its right
    value; both None if the calls did not suffice to find one.
    """

    indices: tuple[int | None, ...]
    entry: tuple[int, ...] | None = None
    expected: float | None = None


def localise(answer: Array, slopes: Slopes, rng: np.random.Generator, budget: int = FORWARDS) -> Place:
    """Return where `answer` is not the gradient that the slopes of its array tell of, in at most `budget` calls."""
    return _Search(answer, slopes, rng, slopes.calls + budget).place()


def describe(place: Place, answer: Array, axes: Sequence[str] = ()) -> str:
    """Return a place in words, "; only channel 2, column 4 is wrong, at [kernel 0, …] 3 instead of 2", or nothing."""
    named = axes if len(axes) == answer.ndim else [f"axis {i}:" for i in range(answer.ndim)]
    text = ""
    if None in place.indices:
        found = zip(named, place.indices, answer.shape, strict=True)
        common = ", ".join(f"{axis} {index}" for axis, index, size in found if index is not None and size > 1)
        text = f"; only {common} is wrong" if common else ""
    if place.entry is None:
        return text
    where = ", ".join(f"{axis} {index}" for axis, index in zip(named, place.entry, strict=True))
    right = "" if place.expected is None else f" instead of {number(place.expected)}"
    return (
        f"{text}{',' if text else ';'} {'' if None in place.indices else 'only '}at [{where}] "
        f"{number(answer[place.entry])}{right}"
    )


class _Search:
    def __init__(self, answer: Array, slopes: Slopes, rng: np.random.Generator, limit: int) -> None:
        self._answer, self._slopes, self._rng, self._limit = answer, slopes, rng, limit
        self._norm = float(np.linalg.norm(answer.astype(np.float64)))

    def place(self) -> Place:
        broken = np.argwhere(~np.isfinite(self._answer))
        if len(broken):
            same = [int(column[0]) if np.ptp(column) == 0 else None for column in broken.T]
            return Place(tuple(same), tuple(int(i) for i in broken[0]))
        nowhere: tuple[int | None, ...] = (None,) * self._answer.ndim
        indices = self._by_syndrome() or nowhere
        block = np.ones(self._answer.shape, dtype=bool) if None in indices else np.zeros(self._answer.shape, dtype=bool)
        if None not in indices:
            block[indices] = True
        elif indices != nowhere:
            block = _at(self._answer.shape, indices)
        return self._read(indices, self._halved(block))

    def _by_syndrome(self) -> tuple[int | None, ...] | None:
        """Return the common index of all errors along every axis that has one; None if a check contradicts."""
        v = direction(self._answer.shape, self._rng)
        whole, noise = self._error(v)
        if abs(whole) <= noise:
            return None
        indices = tuple(self._index(axis, v, whole) for axis in range(self._answer.ndim))
        if all(index is None for index in indices):
            return None
        elsewhere = np.where(_at(self._answer.shape, indices), 0.0, direction(self._answer.shape, self._rng))
        left, noise = self._error(elsewhere)
        return indices if abs(left) <= noise else None

    def _index(self, axis: int, v: Array, whole: float) -> int | None:
        """Return the index along an axis that all errors seem to have."""
        size = self._answer.shape[axis]
        if size == 1:
            return 0
        ratios = 1 + self._rng.permutation(size) / size
        shape = [size if other == axis else 1 for other in range(self._answer.ndim)]
        measured, noise = self._error(v * ratios.reshape(shape))
        nearest = int(np.argmin(np.abs(measured / whole - ratios)))
        apart = abs(measured - ratios[nearest] * whole)
        return nearest if apart <= 3 * noise and apart < 0.25 * abs(whole) / size else None

    def _halved(self, block: NDArray[np.bool_]) -> tuple[int, ...] | None:
        """Return the index of one wrong entry within a block, or None if the calls do not suffice."""
        entries = np.flatnonzero(block)
        while len(entries) > 1:
            if self._slopes.calls + 2 > self._limit - 4:
                return None
            half = entries[: len(entries) // 2]
            v = np.zeros(self._answer.size)
            v[half] = direction((len(half),), self._rng)
            error, noise = self._error(v.reshape(self._answer.shape), self._slopes.roughly_along)
            entries = half if abs(error) > 20 * noise else entries[len(half) :]
        return tuple(int(i) for i in np.unravel_index(int(entries[0]), self._answer.shape))

    def _read(self, indices: tuple[int | None, ...], entry: tuple[int, ...] | None) -> Place:
        """Return the place with the right value of one wrong entry, if there is one and it is wrong indeed."""
        if entry is None:
            return Place(indices)
        v = np.zeros(self._answer.shape)
        v[entry] = 1.0
        expected = self._slopes.along([v])
        if abs(self._answer[entry] - expected) <= self._slopes.noise(self._norm, expected, 1):
            return Place(indices)
        return Place(indices, entry, expected)

    def _error(self, v: Array, slope_along: Callable[[Any], float] | None = None) -> tuple[float, float]:
        """Return <e, v>, and how much of it may be noise."""
        slope = (slope_along or self._slopes.along)([v])
        return inner(self._answer, v) - slope, self._slopes.noise(self._norm, slope, self._answer.size)


def _at(shape: tuple[int, ...], indices: Sequence[int | None]) -> NDArray[np.bool_]:
    """Return a mask of the entries that have these indices, where they are not None."""
    mask = np.zeros(shape, dtype=bool)
    mask[tuple(slice(None) if index is None else index for index in indices)] = True
    return mask
