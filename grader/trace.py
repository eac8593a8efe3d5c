"""What a check saw, comparison by comparison: the material from which a mistake gets its name.

The same check, with the same seed, makes the same comparisons in the same order on a student's unit and on a
deliberately wrong reference; so traces are compared entry by entry (`diagnosis.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.tolerance import tolerance

Array = NDArray[Any]
RAISED, CONDITION = "raised", "condition"


@dataclass(frozen=True)
class Observation:
    """One comparison: the unit's answer, what was expected, and whether the check took it for wrong.

    `expected` is the answer itself where that was right. `kind` names the row of the table of tolerances; `raised`
    stands for an exception (its type is in `error`), `condition` for a bare yes or no.
    """

    answer: Array
    expected: Array
    wrong: bool
    kind: str
    error: str = ""

    @property
    def has_numbers(self) -> bool:
        """Tell whether this is evidence in numbers, not only in yes and no."""
        return self.kind not in (RAISED, CONDITION)


Trace = Sequence[Observation]


def explains(m: Observation, s: Observation) -> bool:
    """Tell whether a misconception's observation `m` is what the student's unit did, `s`.

    The numbers agree within the tolerance of their kind, or differ by at most a hundredth of the student's deviation.
    """
    if RAISED in (m.kind, s.kind):
        return m.kind == s.kind and m.error == s.error
    if m.kind != s.kind or m.answer.shape != s.answer.shape:
        return False
    allowed = tolerance(s.kind if s.has_numbers else "value", np.dtype(np.float64))
    with np.errstate(all="ignore"):
        same = (m.answer == s.answer) | (np.isnan(m.answer) & np.isnan(s.answer))
        distance = np.where(same, 0.0, np.abs(m.answer - s.answer))
        scale = float(np.max(np.abs(s.answer[np.isfinite(s.answer)]), initial=0.0))
        if bool(np.all(distance <= allowed.atol + allowed.rtol * scale)):
            return True
        if s.expected.shape != s.answer.shape:
            return False
        deviation = float(np.linalg.norm(s.answer - s.expected))
        return bool(np.isfinite(deviation) and np.linalg.norm(distance) <= 0.01 * deviation)


def raised(error: str) -> Observation:
    """Return the entry for an exception."""
    nothing = np.empty(0)
    return Observation(nothing, nothing, True, RAISED, error)


def condition(holds: bool) -> Observation:
    """Return the entry for a bare yes or no."""
    return Observation(np.array(float(holds)), np.array(1.0), not holds, CONDITION)
