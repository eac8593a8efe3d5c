"""Where an array is wrong, small enough for a report: a table of hundredths of the largest deviation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_MOST = 24  # lines and columns


def error_map(error: NDArray[Any], wrong: NDArray[np.bool_], axes: Sequence[str] = ()) -> dict[str, Any]:
    """Return `cells`, `axes` (of lines and columns) and `shape` of an array's deviations, or nothing for a single row.

    `error` holds absolute deviations, not finite where the answer is not; what is not `wrong` counts as 0. Of more than
    two axes the last two are shown, with the largest deviation over the others; larger tables are shown in blocks.
    """
    if error.ndim < 2 or error.size < 4:
        return {}
    names = list(axes[-2:]) if len(axes) == error.ndim else ["second to last axis", "last axis"]
    table = np.where(wrong, np.where(np.isfinite(error), error, np.inf), 0.0)
    table = table.reshape(-1, *table.shape[-2:]).max(axis=0)
    for axis in (0, 1):
        if table.shape[axis] > _MOST:
            starts = np.linspace(0, table.shape[axis], _MOST, endpoint=False).astype(int)
            table = np.maximum.reduceat(table, starts, axis=axis)
    finite = table[np.isfinite(table)]
    largest = float(finite.max(initial=0.0)) or 1.0
    cells = np.where(np.isfinite(table), np.ceil(table / largest * 99), 99).astype(int)
    return {"cells": cells.tolist(), "axes": names, "shape": list(error.shape)}
