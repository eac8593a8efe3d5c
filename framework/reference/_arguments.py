"""What every component asks of the arrays and the constructor arguments it is given."""

from __future__ import annotations

from collections.abc import Sequence
from operator import index

import numpy as np

from framework.layer import Array


def floating(x: Array) -> Array:
    """Return `x`, turned into float64 if it holds integers or booleans; float32 stays float32.

    Without this, NumPy would compute the exponential of an 8-bit image in float16.
    """
    return x if np.issubdtype(x.dtype, np.floating) else x.astype(np.float64)


def positive_int(name: str, value: int) -> int:
    """Return `value` as an int; raise ValueError unless it is a whole number of at least one."""
    try:
        number = index(value)
    except TypeError:
        raise ValueError(f"{name} must be a whole number, not {value!r}") from None
    if number < 1:
        raise ValueError(f"{name} must be at least 1, not {number}")
    return number


def one_per_axis(name: str, value: int | Sequence[int], axes: int) -> tuple[int, ...]:
    """Return one positive int per spatial axis; a single value, bare or in a tuple, stands for all of them.

    Raises ValueError for any other number of values.
    """
    values = tuple(value) if isinstance(value, Sequence | np.ndarray) else (value,)
    if len(values) == 1:
        values *= axes
    if len(values) != axes:
        raise ValueError(f"{name} needs one value or {axes}, not {len(values)}: {value!r}")
    return tuple(positive_int(name, v) for v in values)


def rate(name: str, value: float, low: float, high: float = np.inf) -> float:
    """Return `value` as a float; raise ValueError unless low <= value <= high (NaN never is) and it is finite."""
    number = float(value)
    if not (low <= number <= high and np.isfinite(number)):
        raise ValueError(f"{name} must be finite and between {low} and {high}, not {value!r}")
    return number
