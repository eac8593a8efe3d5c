"""Every tolerance of the grader, in one table, by the kind of comparison and the precision of the answer.

An answer counts as equal if |answer - expected| <= atol + rtol * scale at every entry, where scale is the largest
expected magnitude. NaN is never equal to anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Tolerance:
    """Allowed deviation: absolute, and relative to the largest expected magnitude."""

    atol: float
    rtol: float


_DOUBLE = {
    "value": Tolerance(1e-10, 1e-8),  # rounding, in any order of summation, FFT included
    "gradient": Tolerance(1e-9, 1e-7),  # against central differences, whose noise is about 1e-10
    "update": Tolerance(1e-9, 1e-7),
    "adam": Tolerance(2e-6, 1e-6),  # leaves room for any usual epsilon
    "statistic": Tolerance(0.03, 0.1),  # of a sample, only noted, never judged by
    "loss": Tolerance(1e-6, 1e-6),  # a number travels without its precision: a loss in float32 is no error
}
_SINGLE = {
    "value": Tolerance(1e-5, 1e-4),
    "gradient": Tolerance(1e-3, 1e-2),
    "update": Tolerance(1e-4, 1e-3),
    "adam": Tolerance(1e-3, 1e-3),
    "statistic": Tolerance(0.03, 0.1),
    "loss": Tolerance(1e-5, 1e-4),
}


def tolerance(kind: str, dtype: np.dtype[Any]) -> Tolerance:
    """Return the tolerance of a kind of comparison for answers of `dtype`.

    A float32 answer is not an error. A float16 answer is judged as if it were one, which its three digits do not pass.
    """
    return _DOUBLE[kind] if dtype.itemsize >= 8 else _SINGLE[kind]


def difference_step(dtype: np.dtype[Any]) -> float:
    """Return the step of a four-point difference: truncation (h^4) and rounding (eps / h) both far below tolerance."""
    return 1e-4 if dtype.itemsize >= 8 else 1e-2


def deviates(answer: NDArray[Any], expected: NDArray[Any], kind: str) -> NDArray[np.bool_]:
    """Return where `answer` is not `expected`; both have the same shape. To infinity, nothing is close."""
    allowed = tolerance(kind, answer.dtype)
    scale = float(np.max(np.abs(expected), initial=0.0))
    with np.errstate(all="ignore"):
        close = np.abs(answer - expected) <= allowed.atol + allowed.rtol * scale
    return np.asarray(~(close & np.isfinite(scale)))
