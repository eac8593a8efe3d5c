"""Memory with the batch innermost, arrays that are used again, and selecting numbers by their bits. N batch."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import DTypeLike

from framework.layer import Array

_INTEGER_OF_SIZE = {4: np.int32, 8: np.int64}  # bytes of a float -> the integer with as many bits


def batch_last(x: Array) -> Array:
    """Return `x` (N, ...) as a contiguous array (..., N): a view if that is how it lies in memory, else a copy."""
    return np.ascontiguousarray(x.transpose(*range(1, x.ndim), 0))


def batch_first(memory: Array) -> Array:
    """Return a view of `memory` (..., N) in the shape that layers exchange, (N, ...)."""
    return memory.transpose(memory.ndim - 1, *range(memory.ndim - 1))


def is_single_or_double(*arrays: Array) -> bool:
    """Return whether all arrays are float32 or float64 in the machine's byte order: what the fast path covers."""
    return all(array.dtype.char in "fd" and array.dtype.isnative for array in arrays)


def keep_where(values: Array, mask: Array, out: Array) -> Array:
    """Write `values` to `out` where the boolean `mask` is true, and 0.0 elsewhere; return `out`. All of one shape.

    As integers, because a product would turn an infinite value under a false mask into NaN, and because `np.where`
    is ten times slower. An int8 of -1 becomes an integer whose bits are all one.
    """
    integer = _INTEGER_OF_SIZE[values.itemsize]
    np.bitwise_and(values.view(integer), np.negative(mask.view(np.int8)), out=out.view(integer))
    return out


class Workspace:
    """Arrays by name that live as long as their layer, so that a step allocates nothing.

    A fresh array of a megabyte costs more than what is written to it: the system has to find and to zero its pages.
    """

    def __init__(self) -> None:
        self._memory: dict[str, Array] = {}
        self._views: dict[str, Array] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: DTypeLike, *, zero: bool = False) -> Array:
        """Return the array `name`. Its contents are those of the last use, or arbitrary if shape or dtype are new.

        With `zero` a new one holds zeros: for a border that is written once and never again.
        """
        view = self._views.get(name)
        if view is not None and view.shape == shape and view.dtype == dtype:
            return view
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if name not in self._memory or self._memory[name].size < size:
            self._memory[name] = np.empty(size, np.uint8)  # smaller ones reuse it: batches alternate in size
        view = self._memory[name][:size].view(dtype).reshape(shape)
        if zero:
            view[...] = 0
        self._views[name] = view
        return view

    def __deepcopy__(self, memo: object) -> Workspace:
        """Return an empty one: contents are worth nothing to a copy."""
        return Workspace()

    def __reduce__(self) -> tuple[type[Workspace], tuple[()]]:
        """Let pickle write an empty one."""
        return Workspace, ()
