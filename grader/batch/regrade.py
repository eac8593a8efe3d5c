"""What a regrade changes: who gains, who loses, and through which checks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from itertools import zip_longest

from tabulate import tabulate

from grader.graded import Edition
from grader.model import CheckResult, Report, Tier, Verdict
from grader.reporters._text import clean
from grader.reporters.terminal import Style, number
from grader.results import Results, Row

_SLACK = 0.005  # points: less than what is shown
_REASONS = 4  # per hand-in


def compare(old: Results, new: Results, changed: Mapping[str, tuple[Edition, Edition]], style: Style) -> str:
    """Return the lines that tell what would be replaced. Both results are of the same hand-ins in the same order.

    `changed` maps a task to its edition before and after.
    """
    rows, same = [], 0
    for before, after in zip_longest(old.rows(), new.rows()):
        difference = after.score - before.score
        reasons = list(_reasons(before, after))
        if abs(difference) < _SLACK and not reasons:
            same += 1
            continue
        points = f"{number(before.score)} -> {number(after.score)}"
        more = [f"and {len(reasons) - _REASONS} more"] if len(reasons) > _REASONS else []
        why = "; ".join([*reasons[:_REASONS], *more])
        rows.append((difference, clean(after.handin.id), points, why))
    rows.sort(key=lambda row: (row[0], row[1]))
    loses = sum(row[0] <= -_SLACK for row in rows)
    gains = sum(row[0] >= _SLACK for row in rows)
    head = f"Regrade of {_what(changed)}: {gains} gain, {loses} lose, {len(rows) - gains - loses} change otherwise, "
    lines = textwrap.wrap(f"{head}{same} stay as they are", style.width)
    width = max(style.width - 4 - max((len(r[1]) + len(r[2]) + 12 for r in rows), default=0), 24)
    table = [[f"{row[0]:+.2f}", row[1], row[2], "\n".join(textwrap.wrap(row[3], width))] for row in rows]
    if table:
        align = ("right", "left", "left", "left")
        lines += [
            "  " + line
            for line in tabulate(table, tablefmt="plain", colalign=align, disable_numparse=True).splitlines()
        ]
    return style.write("\n".join(line.rstrip() for line in lines) + "\n")


def _what(changed: Mapping[str, tuple[Edition, Edition]]) -> str:
    seeds = {(before.seed, after.seed) for before, after in changed.values() if before.seed != after.seed}
    causes = [f"seed {before} -> {after}" for before, after in sorted(seeds)]
    if any(before.suite != after.suite for before, after in changed.values()):
        causes.append("the grader, its tasks, profile or limits have changed")
    names = list(changed)
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{shown} ({'; '.join(causes)})"


def _reasons(before: Row, after: Row) -> Iterator[str]:
    """Yield which checks ended otherwise than before."""
    if before.status is not after.status:
        yield f"{before.status} -> {after.status}"
    scores = {mark.task: (mark.score, mark.max_score, mark.passed) for mark in before.marks}
    moved = {mark.task for mark in after.marks if scores.get(mark.task) != (mark.score, mark.max_score, mark.passed)}
    if not moved:
        return
    old = {report.task: report for report in before.reports if report.task in moved}
    for report in after.reports:
        if report.task in moved:
            yield from _changes(report.task, old.get(report.task), report)


def _changes(task: str, old: Report | None, new: Report) -> Iterator[str]:
    if old is None:
        yield f"{task} is new"
        return
    before = {(r.check, r.case): r for r in old.results}
    told: set[str] = set()
    for result in new.results:
        text = _change(before.get((result.check, result.case)), result)
        if text and text not in told:
            told.add(text)
            yield f"{task}: {text}"
    if not told:
        yield f"{task}: other points ({number(old.score)} / {number(old.max_score)} before)"


def _change(was: CheckResult | None, now: CheckResult) -> str:
    """Return what is different about a check that costs points, or did; nothing if that is nothing."""
    if was is not None and Tier.CORE not in (was.tier, now.tier):
        return ""
    title = f"“{now.title}”"
    if was is not None and was.tier is not now.tier:
        passes = Verdict.PASSED in (was.verdict, now.verdict) and was.verdict is now.verdict
        counts = "counts now" if now.tier is Tier.CORE else "is a remark now"
        return "" if passes else f"{title} {counts}: {now.verdict}"
    if now.tier is not Tier.CORE or (was is not None and was.verdict is now.verdict):
        return ""
    return f"{title} {was.verdict if was is not None else 'new'} -> {now.verdict}"
