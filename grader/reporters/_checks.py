"""All cases of one check as one row: what students are shown, whatever the format."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.model import CheckResult, Report, Tier, Verdict
from grader.reporters._public import public
from grader.reporters._text import clean

SAID = {
    Verdict.TIMEOUT: "Timeout: ",
    Verdict.OUTPUT_LIMIT: "Output limit: ",
    Verdict.PROTOCOL_VIOLATION: "Protocol violation: ",
    Verdict.BROKEN: "The grader itself failed here (this costs no points): ",
}


@dataclass(frozen=True)
class CheckRow:
    """All cases of one check, as students may see them."""

    results: tuple[CheckResult, ...]

    @property
    def bad(self) -> list[CheckResult]:
        """Return the cases that are neither passed nor skipped."""
        return [r for r in self.results if r.verdict not in (Verdict.PASSED, Verdict.SKIPPED)]

    @property
    def first_bad(self) -> CheckResult | None:
        """Return the case that is told about."""
        return next(iter(self.bad), None)

    @property
    def kind(self) -> str:
        """Return which sign the row gets: passed, failed, remark, skipped or broken."""
        bad = self.first_bad
        if bad is None:
            return "skipped" if any(r.verdict is Verdict.SKIPPED for r in self.results) else "passed"
        if bad.verdict is Verdict.BROKEN:
            return "broken"
        return "failed" if bad.tier is Tier.CORE else "remark"

    @property
    def without_oracle(self) -> bool:
        """True if all that keeps the row from being passed is that nobody here knows the right answer."""
        skipped = [r for r in self.results if r.verdict is Verdict.SKIPPED]
        return self.kind == "skipped" and all(r.without_oracle for r in skipped)

    @property
    def title(self) -> str:
        """Return what the check asks."""
        return self.results[0].title

    @property
    def score(self) -> float:
        """Points earned."""
        return sum(r.points for r in self.results)

    @property
    def max_score(self) -> float:
        """Points to be had."""
        return sum(r.max_points for r in self.results)

    def texts(self) -> list[str]:
        """Return what is said of a row that did not pass: what happened, what it looks like, a hint."""
        first = self.first_bad
        if first is None:
            waiting = [r.message for r in self.results if r.verdict is Verdict.SKIPPED and r.message]
            return [clean(waiting[0])] if waiting else []
        more = f", and {len(self.bad) - 1} more]" if len(self.bad) > 1 else "]"
        where = f" [{first.case}{more}" if first.case else ""
        said = [SAID.get(first.verdict, "") + clean(first.message) + where] if first.message else []
        said += [f"Looks like: {clean(first.diagnosis)}"] if first.diagnosis else []
        return said + ([f"Think: {clean(first.hint)}"] if first.hint else [])


def check_rows(report: Report) -> list[CheckRow]:
    """Return the checks of a report in their order; of hidden ones, what students may see."""
    grouped: dict[str, list[CheckResult]] = {}
    for result in report.results:
        grouped.setdefault(result.check, []).append(public(result))
    return [CheckRow(tuple(results)) for results in grouped.values()]


def worst_first(rows: Sequence[CheckRow]) -> list[CheckRow]:
    """Return the rows, those that need work first."""
    order = {"broken": 0, "failed": 1, "remark": 2, "skipped": 3, "passed": 4}
    return sorted(rows, key=lambda row: order[row.kind])


def told_once(rows: Sequence[CheckRow]) -> list[CheckRow]:
    """Return the rows; a diagnosis that a row before has given is only referred to."""
    told: set[str] = set()
    shorter = []
    for row in rows:
        first = row.first_bad
        if first is not None and first.diagnosis in told:
            again = replace(first, diagnosis="the same mistake", hint="")
            row = CheckRow(tuple(again if result is first else result for result in row.results))
        elif first is not None and first.diagnosis:
            told.add(first.diagnosis)
        shorter.append(row)
    return shorter
