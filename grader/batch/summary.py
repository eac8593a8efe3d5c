"""The closing lines of a batch: how many of which kind, and by name those that somebody has to look at."""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from grader.intake.roster import origin
from grader.reporters._text import clean, some_of
from grader.reporters.terminal import Style, number
from grader.results import Handin, Results, Row, Status

_SHOWN = 20  # hand-ins listed by name, of each kind
_HEADINGS = {
    Status.REJECTED: "Could not be read (no mark; have a look):",
    Status.PROBLEM: "The grader failed on these (no mark, and no zero; the same command tries them again):",
    Status.MISSING: "Not graded:",
}


@dataclass(frozen=True)
class _Uncounted:
    """A student of whose attempts only some count, one of which is `handin`."""

    handin: Handin
    counted: int

    @property
    def number(self) -> int:
        return self.handin.attempts - self.counted


@dataclass(frozen=True)
class Summary:
    """Percentages of those who have marks, the others: (id, why), and who has attempts that do not count."""

    percents: Sequence[float]
    full: int
    others: dict[Status, list[tuple[str, str]]]
    uncounted: Sequence[_Uncounted] = ()

    @classmethod
    def of(cls, results: Results) -> Summary:
        """Go through a class once."""
        percents: list[float] = []
        others: dict[Status, list[tuple[str, str]]] = {status: [] for status in _HEADINGS}
        full = 0
        tried: dict[object, list[Handin]] = {}
        for row in results.rows():
            if row.handin.attempts > 1:
                tried.setdefault(origin(row.handin), []).append(row.handin)
            if row.status is Status.GRADED:
                percents.append(row.percent)
                full += _is_full(row)
            else:
                others[row.status].append((row.handin.id, row.note))
        uncounted = [_Uncounted(shown[0], len(shown)) for shown in tried.values() if len(shown) < shown[0].attempts]
        return cls(percents, full, others, uncounted)

    @property
    def problems(self) -> int:
        """How many hand-ins the grader failed on."""
        return len(self.others[Status.PROBLEM]) + len(self.others[Status.MISSING])

    def text(self, style: Style, closing: str, remark: str = "") -> str:
        """Return the lines to print; `closing` is the last of them, `remark` stands before it."""
        counts = [f"{len(self.percents)} graded ({self.full} passed everything)"]
        counts += [f"{len(found)} {status}" for status, found in self.others.items() if found]
        total = len(self.percents) + sum(map(len, self.others.values()))
        lines = textwrap.wrap(f"{total} hand-ins: {', '.join(counts)}", style.width)
        if self.percents:
            mean, median = statistics.fmean(self.percents), statistics.median(self.percents)
            lines.append(f"marks: mean {number(mean)} %, median {number(median)} %")
        for status, found in self.others.items():
            if found:
                lines += textwrap.wrap(_HEADINGS[status], style.width)
            for name, why in found[:_SHOWN]:
                text = f"{clean(name)}: {clean(why)}" if why else clean(name)
                lines += textwrap.wrap(text, style.width, initial_indent="  ", subsequent_indent="     ")
            if len(found) > _SHOWN:
                lines.append(f"  and {len(found) - _SHOWN} more")
        lines += textwrap.wrap(_uncounted(self.uncounted), style.width)
        lines += textwrap.wrap(remark, style.width)
        return style.write("\n".join([*lines, *textwrap.wrap(closing, style.width)]) + "\n")


def _uncounted(found: Sequence[_Uncounted]) -> str:
    """Return the sentence on attempts that do not count, which a wrongly read file name may have made; or nothing."""
    if not found:
        return ""
    total = sum(one.number for one in found)
    if all(one.handin.attempt == one.handin.attempts for one in found):
        kind = "earlier"
    else:
        kind = "later" if all(one.handin.attempt == 1 for one in found) else "other"
    names = some_of([clean(one.handin.id) for one in found], _SHOWN)
    counted = "attempt is" if total == 1 else "attempts are"
    return f"{total} {kind} {counted} not counted (--attempt changes the rule): {names}"


def _is_full(row: Row) -> bool:
    return all(mark.passed for mark in row.marks)
