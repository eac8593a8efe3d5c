"""Finds out in which precision a function computes, whatever type its answers have.

A float32 answer is no error; neither is one that was computed in float32 and returned as float64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.samples import direction

Array = NDArray[Any]
_STEP, _POINTS = 1e-7, 6
_SMOOTH, _COARSE = 1e-10, 1e-5  # rounding of float64 stays far below the first, of float32 between the two


def computes_in_single(of: Callable[[Array], Array], x: Array, rng: np.random.Generator) -> bool:
    """Tell whether `of`, a smooth function, computes in float32 near `x` (of any shape).

    Along a tiny straight line a float64 function is straight; a float32 one goes up and down in steps of its rounding.
    A function that answers something else at each call is neither.
    """
    line = _STEP * float(np.max(np.abs(x), initial=0.0)) * direction(x.shape, rng)
    answers = [np.asarray(of(x + place * line), np.float64) for place in range(_POINTS)]
    if len({answer.shape for answer in answers}) > 1:
        return False
    values = np.stack(answers)
    scale = float(np.max(np.abs(values), initial=0.0))
    if not np.isfinite(scale) or scale == 0.0:
        return False
    roughness = float(np.max(np.abs(np.diff(values, n=2, axis=0)), initial=0.0)) / scale
    return _SMOOTH < roughness < _COARSE
