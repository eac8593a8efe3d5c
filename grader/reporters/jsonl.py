"""`--report jsonl=FILE`: JSON lines, one per hand-in, for programs that read a class bit by bit."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from grader.hookspecs import hookimpl
from grader.model import SCHEMA, Report, Reporter
from grader.reporters._target import write_pieces
from grader.reporters._text import clean
from grader.reporters.json import as_dict
from grader.results import Status, as_results


def as_lines(reports: Sequence[Report]) -> Iterator[str]:
    """Yield `{"schema", "submission", "student", "attempt", "handed_in", "file", "status", "note", "score",
    "max_score", "reports": […]}` per hand-in. `score` is null where there is no mark; `reports` are as in `json`.
    """
    for row in as_results(reports).rows():
        marked = row.status is Status.GRADED
        line = {
            "schema": SCHEMA,
            "submission": clean(row.handin.id),
            "student": clean(row.handin.student),
            "attempt": row.handin.attempt,
            "handed_in": row.handin.handed_in,
            "file": clean(row.handin.file),
            "digest": row.handin.digest,
            "status": str(row.status),
            "note": clean(row.note),
            "score": row.score if marked else None,
            "max_score": row.max_score if marked else None,
            "reports": [as_dict(report) for report in row.reports],
        }
        yield json.dumps(line) + "\n"


@hookimpl
def backcheck_reporters() -> list[Reporter]:
    """Return the reporter of this module."""
    return [Reporter("jsonl", "one line of JSON per hand-in", lambda reports, to: write_pieces(to, as_lines(reports)))]
