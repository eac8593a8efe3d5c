"""How a check is done by hand."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Reproduction:
    """A check's question as Python that stands alone, for `--explain`: two lines at most, then `yours` is printed.

    Words with a `$` are filled in for the task, the case and the hand-in's dialect (`focus/vocabulary.py`). Beside
    `yours` stands `expected`: code, or if there is none the numbers that the reference gives. `also` are other
    components that the lines use. `why_not` says why there are no such lines; `native` replaces all of it in that
    dialect.
    """

    lines: tuple[str, ...] = ()
    yours: str = ""
    expected: str = ""
    also: tuple[str, ...] = ()
    why_not: str = ""
    native: Reproduction | None = None
