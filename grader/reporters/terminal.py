"""The report a person reads: a table per task, failed checks first, the passed ones in one line."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tabulate import tabulate

from grader.model import Report, Tier, Verdict, Visibility
from grader.reporters._checks import CheckRow, check_rows, told_once, worst_first
from grader.reporters._public import public_output
from grader.reporters._text import clean
from grader.sandbox.levels import FOR_THE_RECORD

_SIGNS = {"passed": "✓", "failed": "✗", "remark": "△", "skipped": "·", "broken": "‼"}
_ASCII = {"passed": "ok", "failed": "x", "remark": "~", "skipped": "-", "broken": "!!"}
_TYPEWRITER = str.maketrans({"…": "...", "“": '"', "”": '"', "’": "'", "–": "-", "—": "-", "×": "x", "·": "*"})
_COLOURS = {"passed": "32", "failed": "31", "remark": "33", "skipped": "2", "broken": "35", "bold": "1"}

_WARNING = re.compile(r"^\S.*\.py:\d+: \w*Warning: ")  # as Python prints it: the line in the hand-in, what it says


@dataclass(frozen=True)
class Style:
    """How to print: columns available, colour or not, typographic signs or ASCII, everything or the essentials."""

    width: int = 80
    colour: bool = False
    ascii: bool = False
    verbose: bool = False

    def sign(self, kind: str) -> str:
        """Return the mark of a row."""
        return self.paint(self.plain_sign(kind), kind)

    def plain_sign(self, kind: str) -> str:
        """Return the mark of a row without colour."""
        return (_ASCII if self.ascii else _SIGNS)[kind]

    def write(self, text: str) -> str:
        """Return a finished text in the signs that there are."""
        return text.translate(_TYPEWRITER) if self.ascii else text

    def paint(self, text: str, kind: str) -> str:
        """Colour a text, if colours are on."""
        return f"\x1b[{_COLOURS[kind]}m{text}\x1b[0m" if self.colour else text


def render(report: Report, style: Style, again: str, part: str = "") -> str:
    """Return the report of one task; `again` is the command that repeats it, `part` says that this is not all of it."""
    rows = worst_first(check_rows(report))
    total = f"{number(report.score)} / {number(report.max_score)}" if report.max_score else "no points"
    total += f" in {part}" if part else ""
    gap = max(style.width - len(f"{report.task}  {clean(report.submission)}") - len(total), 2)
    total = style.paint(total, "passed" if report.passed else "failed")
    lines = [f"{style.paint(report.task, 'bold')}  {clean(report.submission)}{' ' * gap}{total}"]
    nothing_there = _nothing_there(report.task, rows)
    if nothing_there and not style.verbose:
        lines += _wrapped(nothing_there, style, f"  {style.sign('failed')}  ")
        return style.write("\n".join(lines) + "\n")
    shown = [row for row in rows if style.verbose or row.kind in ("broken", "failed", "remark")]
    width = style.width - 8 - max((len(_points(row)) for row in shown), default=0)
    margin = width + 2 - max((len(style.plain_sign(row.kind)) for row in shown), default=1)
    told = told_once(shown)
    # the title fills its column, so that the points end where the total does
    cells = [_cell(row, width, style.verbose).partition("\n") for row in told]
    filled = [f"{title:{margin}}{rest}{more}" for title, rest, more in cells]
    lines += _table([[style.sign(row.kind), cell, _points(row)] for row, cell in zip(told, filled, strict=True)])
    lines += _folded(rows, style) + _notes(report, style)
    core = [row for row in rows if row.results[0].tier is Tier.CORE and row.results[0].check != "found"]
    bad = [row for row in rows if row.kind in ("failed", "broken")]
    if bad:
        most = max(len(core), len(bad))
        verb = "needs" if len(bad) == 1 else "need"
        which = " that give points" if report.max_score else ""
        text = f"  {len(bad)} of {'the ' if which else ''}{most} checks{which} {verb} work. Again:"
        in_one = len(text) + len(again) < style.width
        lines += [f"{text} {again}"] if in_one else [*_wrapped(text.strip(), style, "  "), f"     {again}"]
    return style.write("\n".join(line.rstrip() for line in lines) + "\n")


def _nothing_there(task: str, rows: Sequence[CheckRow]) -> str:
    """Return the one sentence that says all about a component that is missing or not written; else nothing.

    Of what is not written, its own comes before that of a component it is tried with.
    """
    bad = [row.first_bad for row in rows if row.first_bad is not None]
    if not bad or any(row.kind == "passed" for row in rows if row.results[0].check != "found"):
        return ""
    unwritten = all(result.details.get("error") == "NotImplementedError" for result in bad)
    own = next((result for result in bad if f"{task}." in result.message), bad[0])
    return clean(own.message) if unwritten or bad[0].check == "found" else ""


def summary(reports: Sequence[Report], style: Style, seed: int, *, part: bool = False) -> str:
    """Return the closing lines: one per submission (if more than one report was made), the seed, the isolation.

    With `part` they say that these are not whole tasks.
    """
    submissions = list(dict.fromkeys(report.submission for report in reports))
    lines = []
    for name in submissions:
        own = [report for report in reports if report.submission == name]
        passed = sum(report.passed for report in own)
        score, most = sum(r.score for r in own), sum(r.max_score for r in own)
        sign = style.sign("passed" if passed == len(own) else "failed")
        state = f"{passed} of {len(own)} tasks passed" if len(own) > 1 else own[0].task
        state += ", in part" if part else ""
        lines.append([sign, clean(name), f"{number(score)} / {number(most)}", state])
    level = reports[0].isolation
    note = "isolated" if level in FOR_THE_RECORD else "self-check, not for the record"
    closing = textwrap.wrap(f"seed {seed}, isolation: {level} ({note})", style.width)
    return style.write("\n".join([*(_totals(lines, style.width) if len(reports) > 1 else []), *closing]) + "\n")


def _totals(rows: list[list[str]], width: int) -> list[str]:
    """Return a line per submission; on a narrow terminal without the last column."""
    align = ("left", "left", "right", "left")
    for shown in (rows, [row[:-1] for row in rows]):
        table = tabulate(shown, tablefmt="plain", colalign=align[: len(shown[0])], disable_numparse=True).splitlines()
        if max(len(clean(line)) for line in table) <= width:
            break
    return table


def number(value: float) -> str:
    """Format points: at most two decimals, none where they are zeros."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _points(row: CheckRow) -> str:
    return f"{number(row.score)} / {number(row.max_score)}" if row.max_score else ""


def _cell(row: CheckRow, width: int, verbose: bool) -> str:
    """Return the title and, below it, what happened first, the diagnosis and the hint."""
    lines = textwrap.wrap(row.title, width)
    result = row.first_bad
    if result is None:
        for text in row.texts() if row.without_oracle else ():
            lines += textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")
        return "\n".join(lines)
    if result.tier is not Tier.CORE:
        lines = textwrap.wrap(f"{row.title} ({result.tier}, no points)", width)
    elif result.visibility is not Visibility.VISIBLE:
        lines = textwrap.wrap(f"{row.title} (hidden by your course)", width)
    texts = row.texts()
    if verbose and result.verdict is Verdict.BROKEN:
        texts += str(result.details.get("traceback", "")).splitlines()
    for text in texts:
        lines += textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines)


def _table(rows: list[list[str]]) -> list[str]:
    if not rows:
        return []
    text = tabulate(
        rows, tablefmt="plain", colalign=("left", "left", "right"), disable_numparse=True, preserve_whitespace=True
    )
    return ["  " + line for line in text.splitlines()]


def _folded(rows: Iterable[CheckRow], style: Style) -> list[str]:
    """Return the lines that stand for what is not shown in full."""
    rows = [row for row in rows if row.results[0].check != "found" or row.kind != "passed"]
    lines = []
    passed = sum(row.kind == "passed" for row in rows)
    skipped = [row for row in rows if row.kind == "skipped" and not row.without_oracle]
    unknown = sum(row.without_oracle for row in rows)
    if unknown and not style.verbose:
        verb = "needs" if unknown == 1 else "need"
        text = f"{unknown} {_checks(unknown)} {verb} the instructor's machine (not counted here)"
        lines += _wrapped(text, style, f"  {style.sign('skipped')}  ")
    if skipped and not style.verbose:
        reasons = {r.message.removeprefix("needs: ") for row in skipped for r in row.results if r.message}
        reason = f"“{min(reasons)}”" if len(reasons) == 1 else "the failed ones above"
        verb = "waits" if len(skipped) == 1 else "wait"
        waiting = sum(row.max_score - row.score for row in skipped)
        unit = "point" if number(waiting) == "1" else "points"
        worth = f" ({number(waiting)} {unit})" if number(waiting) != "0" else ""
        text = f"{len(skipped)} more {_checks(len(skipped))}{worth} {verb} for {reason}"
        lines += _wrapped(text, style, f"  {style.sign('skipped')}  ")
    if passed and not style.verbose:
        text = f"{passed} {_checks(passed)} passed"
        lines.append(f"  {style.sign('passed')}  {text}")
    return lines


def _notes(report: Report, style: Style) -> list[str]:
    lines = []
    *first, last = report.mend_first or ("",)
    if last:
        names = f"{', '.join(first)} and {last} fail too; mend those" if first else f"{last} fails too; mend that"
        lines += _wrapped(f"{names} first", style, "  ")
    for remark in report.remarks:
        lines += _wrapped(f"Note: {clean(remark)}", style, "  ")
    printed = clean(public_output(report)[0], 4_000, keep_lines=True).strip().splitlines()
    if printed and style.verbose:
        lines.append("  It printed:")
        lines += [f"  | {line[: style.width - 4]}" for line in printed[-20:]]
    elif printed:
        warned = next((line.strip() for line in printed if _WARNING.search(line)), "")
        lines += _wrapped(warned, style, "  ")
        count = f"{len(printed)} lines" if len(printed) > 1 else "one line"
        lines.append(f"  It printed {count} (-v shows them)")
    return lines


def _wrapped(text: str, style: Style, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        style.width,
        initial_indent=indent,
        subsequent_indent="     ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _checks(count: int) -> str:
    return "check" if count == 1 else "checks"
