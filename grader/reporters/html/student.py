"""The page of one student: what the terminal shows, and pictures where people would rather look than read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from markupsafe import Markup

from grader.model import CheckResult, Report, Tier
from grader.reporters._checks import CheckRow, check_rows, worst_first
from grader.reporters._public import is_hidden, public_output
from grader.reporters._text import clean
from grader.reporters.html import plots
from grader.reporters.html.pages import asset, environment
from grader.reporters.terminal import number
from grader.results import NO_COURSE, Course, Row

SIGNS = {"passed": "✓", "failed": "✗", "remark": "△", "skipped": "·", "broken": "‼"}
_WORDS = {"passed": "passed", "failed": "failed", "remark": "remark", "skipped": "not run", "broken": "grader broken"}
_MAX_PLOTS = 4  # error maps on a page
_MAX_OUTPUT = 4_000


@dataclass(frozen=True)
class Shown:
    """A check as the template shows it."""

    sign: str
    word: str
    kind: str
    title: str
    points: str
    texts: list[str]
    plot: Markup | None = None


def student_page(row: Row, reports: Sequence[Report], *, home: str, course: Course = NO_COURSE) -> str:
    """Return the page; `home` is where the class page is, `course` what stands around the results."""
    pictures = Pictures()
    tasks = [task_section(report, pictures) for report in reports]
    level = reports[0].isolation if reports else ""
    template = environment().get_template("student.html.j2")
    return template.render(
        row=row, handin=row.handin, tasks=tasks, home=home, level=level, reports=reports, course=course
    )


def task_section(report: Report, pictures: Pictures) -> dict[str, Any]:
    """Return what `task.html.j2` shows of a report."""
    rows = [row for row in worst_first(check_rows(report)) if row.results[0].check != "found" or row.kind != "passed"]
    shown = [_shown(row, pictures) for row in rows]
    output, output_note = public_output(report)
    return {
        "name": report.task,
        "score": report.score,
        "max_score": report.max_score,
        "passed": report.passed,
        "work": [item for item in shown if item.kind in ("failed", "broken", "remark")],
        "waiting": [item for item in shown if item.kind == "skipped"],
        "fine": [item for item in shown if item.kind == "passed"],
        "mend_first": list(report.mend_first),
        "remarks": [clean(remark) for remark in report.remarks],
        "output": clean(output, _MAX_OUTPUT, keep_lines=True).strip(),
        "output_note": output_note,
        "pictures": list(_of_the_task(rows)),
    }


def _shown(row: CheckRow, pictures: Pictures) -> Shown:
    first = row.first_bad
    note = f" ({first.tier}, no points)" if first is not None and first.tier is not Tier.CORE else ""
    note += " (hidden by your course)" if first is not None and is_hidden(first) else ""
    most = f"{number(row.score)} / {number(row.max_score)}" if row.max_score else ""
    plot = pictures.of(first.details) if first is not None and row.kind in ("failed", "remark") else None
    return Shown(SIGNS[row.kind], _WORDS[row.kind], row.kind, row.title + note, most, row.texts(), plot)


class Pictures:
    """Draws error maps, so many per page and no more."""

    def __init__(self, most: int = _MAX_PLOTS) -> None:
        self._left = most

    def of(self, details: Mapping[str, Any]) -> Markup | None:
        """Return the picture of a wrong array, if its numbers are there."""
        error = details.get("error")
        if not self._left or not isinstance(error, dict):
            return None
        try:
            cells = tuple(tuple(int(value) for value in line) for line in error["cells"])
            names, shape = tuple(map(str, error["axes"])), tuple(map(int, error["shape"]))
            self._left -= 1
            return plots.error_map(cells, (names[0], names[1]), shape)
        except (KeyError, TypeError, ValueError, IndexError):  # a report of an older grader
            return None


def _of_the_task(rows: Sequence[CheckRow]) -> Iterator[tuple[str, Markup]]:
    """Yield pictures of what a task measured, with captions; of what passed, only how LeNet's loss went."""
    for row in rows:
        for result in row.results:
            if row.kind != "passed" or "losses" in result.details:
                yield from measured(result)


def measured(result: CheckResult) -> Iterator[tuple[str, Markup]]:
    """Yield the picture of what a check measured, with a caption: LeNet's losses, elements that dropout kept."""
    try:
        if "losses" in result.details:
            band = _band()
            runs = [[float(value) for value in run] for run in result.details["losses"] if run]
            if runs:
                yield "The loss while it trains", plots.losses(runs, band["low"], band["high"])
        elif "kept" in result.details:
            kept = result.details["kept"]
            counts = list(map(int, kept["counts"]))
            yield (
                f"Elements kept: {result.case}",
                plots.keep_rate(counts, int(kept["trials"]), float(kept["probability"])),
            )
    except (KeyError, TypeError, ValueError, IndexError):  # a report of an older grader
        return


@cache
def _band() -> dict[str, list[float]]:
    band: dict[str, list[float]] = json.loads(asset("lenet_band.json"))
    return band
