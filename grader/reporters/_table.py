"""Tables of marks as CSV: cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from grader.reporters._text import clean

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")


def cell(text: str) -> str:
    """Return text from outside as the content of a cell: harmless, and never a formula."""
    kept = clean(text, 1000)
    return f"'{kept}" if kept.startswith(_FORMULA) else kept


def lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the rows as lines of CSV."""
    for row in rows:
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerow(row)
        yield stream.getvalue()


def points(value: float) -> float | int:
    """Return points as they are written: rounded, without the noise of adding shares."""
    rounded = round(value, 4)
    return int(rounded) if rounded == int(rounded) else rounded
