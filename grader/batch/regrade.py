"""What a regrade changes: who gains, who loses, and through which checks."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from grader.graded import Edition
from grader.model import Report, Tier, Verdict
from grader.reporters._text import clean
from grader.reporters.terminal import Style, number
from grader.results import Handin, Results, Row, Status

_SLACK = 0.005  # points, or percent: less than what is shown
_REASONS = 4  # per hand-in
_WITHOUT = {
    Status.REJECTED: "cannot be read now",
    Status.PROBLEM: "the grader fails now",
    Status.MISSING: "not graded now",
}


@dataclass(frozen=True)
class Change:
    """What a regrade is about.

    `editions` maps a task to its edition before and after, `causes` name the parts in which these differ (none if that
    is not known). `earlier` are the hand-ins, by id, as the last run saw them. Where the best attempt of a student
    counts, `team` maps each of them to a name that all of them share.
    """

    editions: Mapping[str, tuple[Edition, Edition]]
    causes: Sequence[str]
    earlier: Mapping[str, Handin]
    team: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Moved:
    """A hand-in whose mark is another one: by how many points or, if the maximum is another one too, percent."""

    percent: float
    by: float
    scaled: bool
    name: str
    marks: str
    reasons: Sequence[str]


def compare(old: Results, new: Results, change: Change, style: Style) -> str:
    """Return the lines that tell what would be replaced. Both results are of the same students.

    Marks out of different maxima are compared by percent. Who has no mark before or after neither gains nor loses.
    """
    moved: list[_Moved] = []
    apart: list[tuple[str, str]] = []
    same = scaled = 0
    for before, after in _pairs(old, new, change):
        name, why = clean(after.handin.id), _apart(before, after, change.earlier)
        if why:
            apart.append((name, why))
        elif after.status is not Status.GRADED or _stays(before, after):
            same += 1
        elif _keeps_percent(before, after):
            scaled += 1
        else:
            moved.append(_moved(before, after, name))
    moved.sort(key=lambda one: (one.percent, one.name))
    loses, gains = sum(one.by <= -_SLACK for one in moved), sum(one.by >= _SLACK for one in moved)
    head = f"Regrade of {_what(change)}: {gains} gain, {loses} lose, {len(moved) - gains - loses} change otherwise, "
    head += f"{same} stay as they are"
    head += f", {scaled} keep their percent of another maximum" if scaled else ""
    head += f", {len(apart)} listed apart" if apart else ""
    lines = [*textwrap.wrap(head, style.width), *_table(moved, style.width)]
    if apart:
        lines += textwrap.wrap("Neither gain nor loss, as there was no mark before or is none now:", style.width)
    for name, why in apart:
        lines += textwrap.wrap(f"{name}: {why}", style.width, initial_indent="  ", subsequent_indent="     ")
    return style.write("\n".join(lines) + "\n")


def _pairs(old: Results, new: Results, change: Change) -> Iterator[tuple[Row, Row]]:
    """Yield what each student had and has. Another attempt may be the best one now, and stand at another place."""
    was: dict[str, Row] = {}
    now: dict[str, Row] = {}
    for pair in zip_longest(old.rows(), new.rows()):
        for row, mine, others in zip(pair, (was, now), (now, was), strict=True):
            if row is not None:
                name = row.handin.id
                key = change.team.get(name, name)
                mine[key] = row
                if key in others:  # so that only what waits for its other half is in memory
                    before, after = was.pop(key), now.pop(key)
                    # the store notes one trouble per hand-in, and by now it is that of the new edition
                    known = change.earlier.get(before.handin.id)
                    handin = replace(before.handin, trouble=known.trouble if known is not None else "")
                    yield replace(before, handin=handin), after


def _apart(before: Row, after: Row, earlier: Mapping[str, Handin]) -> str:
    """Return why two rows are no marks to compare; nothing if they are, or if there is no mark for the same reason."""
    known, now = earlier.get(before.handin.id), _WITHOUT.get(after.status, "")
    if known is None:
        was = "new"
    elif known.problem:
        was = "could not be read before"
        if after.status is Status.REJECTED:
            return ""
    elif before.status is Status.PROBLEM:
        was = "the grader failed on it before"
        if after.status is Status.PROBLEM:
            return ""
    elif before.status is Status.MISSING:
        was = "handed in anew" if known.digest not in ("", before.handin.digest) else "not graded before"
    elif not now:
        return ""
    else:
        was = f"{_of(before)} before" if before.marks else ""
    return "; ".join(part for part in (was, now or f"{_of(after)} now") if part)


def _stays(before: Row, after: Row) -> bool:
    """Tell whether nothing that counts is different: the same hand-in, and the same mark for every task."""
    marks = [[(mark.task, mark.score, mark.max_score, mark.passed) for mark in row.marks] for row in (before, after)]
    return before.handin.id == after.handin.id and marks[0] == marks[1]


def _keeps_percent(before: Row, after: Row) -> bool:
    """Tell whether only the maximum is another one: as large a share of every task, and of the whole."""
    shares = [
        [(mark.task, mark.passed, round(mark.score / mark.max_score, 6) if mark.max_score else 0) for mark in row.marks]
        for row in (before, after)
    ]
    whole = abs(before.percent - after.percent) < _SLACK and abs(before.max_score - after.max_score) >= _SLACK
    return whole and before.handin.id == after.handin.id and shares[0] == shares[1]


def _moved(before: Row, after: Row, name: str) -> _Moved:
    percent = after.percent - before.percent
    scaled = abs(after.max_score - before.max_score) >= _SLACK
    marks = [_of(row) if scaled else number(row.score) for row in (before, after)]
    by = percent if scaled else after.score - before.score
    return _Moved(percent, by, scaled, name, " -> ".join(marks), list(_reasons(before, after)))


def _table(moved: Sequence[_Moved], width: int) -> list[str]:
    """Return a line for each hand-in, and its reasons below it."""
    # adding zero makes 0.00 of -0.00
    differences = [f"{round(one.by, 2) + 0.0:+.2f}{' %' * one.scaled}" for one in moved]
    room = max(map(len, differences), default=0)
    lines = []
    for one, difference in zip(moved, differences, strict=True):
        text = f"{difference.rjust(room)}  {one.name}  {one.marks}"
        lines += textwrap.wrap(text, width, initial_indent="  ", subsequent_indent=" " * (room + 4))
        more = [f"and {len(one.reasons) - _REASONS} more"] if len(one.reasons) > _REASONS else []
        for reason in [*one.reasons[:_REASONS], *more]:
            lines += textwrap.wrap(reason, width, initial_indent=" " * 6, subsequent_indent=" " * 8)
    return lines


def _what(change: Change) -> str:
    pairs = change.editions.values()
    seeds = {(before.seed, after.seed) for before, after in pairs if before.seed != after.seed}
    causes = [f"seed {before} -> {after}" for before, after in sorted(seeds)]
    if change.causes:
        causes.append(f"what changed: {', '.join(change.causes)}")
    elif any(before.suite != after.suite for before, after in pairs):
        causes.append("the grader, its tasks, profile or limits have changed")
    names = list(change.editions)
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return f"{shown} ({'; '.join(causes)})"


def _reasons(before: Row, after: Row) -> Iterator[str]:
    """Yield which attempt counts now, or which checks ended otherwise than before."""
    if before.handin.id != after.handin.id:
        yield f"the best attempt now; it was {clean(before.handin.id)}"
        return
    marks = {mark.task: (mark.score, mark.max_score, mark.passed) for mark in before.marks}
    moved = {mark.task for mark in after.marks if marks.get(mark.task) != (mark.score, mark.max_score, mark.passed)}
    old = {report.task: report for report in before.reports if report.task in moved}
    for report in after.reports if moved else ():
        if report.task in moved:
            yield from _changes(report.task, old.get(report.task), report)


@dataclass(frozen=True)
class _Check:
    """What a check came to in all its cases that cost points; `verdict` is the first that is not *passed*."""

    title: str
    verdict: Verdict
    score: float
    max_score: float

    def __str__(self) -> str:
        return f"{self.verdict} ({_of(self)})" if self.max_score else str(self.verdict)


def _changes(task: str, old: Report | None, new: Report) -> list[str]:
    """Return what is different about the checks that cost points, or did.

    Those that did not pass, before or now, come first. A full mark that is another number now, because points were
    shared out anew, explains nothing: it is told where there is nothing else to tell.
    """
    if old is None:
        return [f"{task} is new: {_of(new)}"]
    was, now = _core(old), _core(new)
    scale = new.max_score / old.max_score if old.max_score else 1.0
    verdicts: list[str] = []
    points: list[str] = []
    shared_anew: list[str] = []
    for name in dict.fromkeys([*now, *was]):
        before, after = was.get(name), now.get(name)
        if before is None or after is None:
            text = _other(before, after, name in {r.check for r in (old if before is None else new).results})
            there = after or before
            (verdicts if there is not None and there.verdict is not Verdict.PASSED else points).append(text)
        elif before.verdict is not after.verdict:
            verdicts.append(f"“{after.title}” {before} -> {after}")
        elif not _alike(before, after, scale):
            full = before.score == before.max_score and after.score == after.max_score
            (shared_anew if full else points).append(f"“{after.title}” {after.verdict}: {_of(before)} -> {_of(after)}")
    told = [text for text in [*verdicts, *points] if text] or shared_anew
    return [f"{task}: {text}" for text in told] or [f"{task}: {_of(old)} -> {_of(new)}"]


def _core(report: Report) -> dict[str, _Check]:
    found: dict[str, _Check] = {}
    for result in report.results:
        if result.tier is Tier.CORE:
            so_far = found.get(result.check, _Check(result.title, Verdict.PASSED, 0.0, 0.0))
            verdict = result.verdict if so_far.verdict is Verdict.PASSED else so_far.verdict
            score, most = so_far.score + result.points, so_far.max_score + result.max_points
            found[result.check] = _Check(so_far.title, verdict, score, most)
    return found


def _alike(before: _Check, after: _Check, scale: float) -> bool:
    """Tell whether a check has the same points but for another maximum of the whole task."""
    pairs = ((before.score, after.score), (before.max_score, after.max_score))
    return all(abs(was * scale - now) < _SLACK for was, now in pairs)


def _other(before: _Check | None, after: _Check | None, remark: bool) -> str:
    """Return what is told of a check that costs points only now, or did only before; else it may be a `remark`."""
    if after is not None:
        counts = after.max_score or after.verdict is not Verdict.PASSED
        return f"“{after.title}” {'counts now' if remark else 'is new'}: {after}" if counts else ""
    if before is None or not before.max_score:
        return ""
    return f"“{before.title}” {'is a remark now' if remark else 'is gone'}: {before} before"


def _of(row: Row | Report | _Check) -> str:
    return f"{number(row.score)} / {number(row.max_score)}"
