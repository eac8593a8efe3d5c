"""`--report csv=FILE`: a table of marks, a row per hand-in, a column per task."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.hookspecs import hookimpl
from grader.model import Report, Reporter
from grader.reporters._table import cell, lines, points
from grader.reporters._target import write_pieces
from grader.results import Row, Status, as_results, known_by


def as_csv(reports: Sequence[Report]) -> Iterator[str]:
    """Yield the lines of the table. Where the grader failed there are no points, and no zero either."""
    results = as_results(reports)
    tasks = list(results.tasks())
    known = ["submission", "student", "id", "email", "attempt", "attempts", "handed_in", "file"]
    head = [*known, *tasks, "total", "max", "percent", "status", "note", "digest"]
    return lines(_rows(head, results.rows(), tasks))


def _rows(head: list[str], rows: Iterator[Row], tasks: list[str]) -> Iterator[list[object]]:
    yield [*head]
    for row in rows:
        handin = row.handin
        scores = {mark.task: points(mark.score) for mark in row.marks if not mark.broken}
        total: list[object] = ["", "", ""]
        if row.status is Status.GRADED:
            total = [points(row.score), points(row.max_score), round(row.percent, 2)]
        yield [
            cell(handin.id),
            cell(handin.student),
            cell(known_by(handin)),
            cell(handin.keys.get("email", "")),
            handin.attempt,
            handin.attempts,
            handin.handed_in,
            cell(handin.file),
            *(scores.get(task, "") for task in tasks),
            *total,
            str(row.status),
            cell(row.note),
            handin.digest,
        ]


@hookimpl
def backcheck_reporters() -> list[Reporter]:
    """Return the reporter of this module."""
    return [Reporter("csv", "a table of marks", lambda reports, to: write_pieces(to, as_csv(reports)))]
