"""`--report json=FILE`: everything, for other programs. The schema is in the docstring of `as_json`."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence
from typing import Any

from grader.hookspecs import hookimpl
from grader.model import SCHEMA, CheckResult, Report, Reporter
from grader.reporters._public import public, public_misconceptions, public_output
from grader.reporters._target import write_pieces
from grader.reporters._text import clean
from grader.results import Status, as_results


def as_json(reports: Sequence[Report]) -> str:
    """Return `{"schema": 1, "reports": [{"submission", "task", "score", "max_score", "isolation", "seed", …,
    "output", "output_note", …, "results": [{"check", "case", "verdict", "tier", "visibility", "points", "max_points",
    "message", "hint", "diagnosis", …}]}], "without_mark": [{"submission", "status", "note"}]}`.

    Where `visibility` is not `visible`, message, hint and diagnosis are empty, and so is the report's `output`;
    `output_note` says so then, and is empty otherwise.
    """
    return "".join(_pieces(reports))


def _pieces(reports: Sequence[Report]) -> Iterator[str]:
    """Yield the text report by report: those of a whole class need not fit into memory."""
    yield f'{{\n  "schema": {SCHEMA},\n  "reports": ['
    comma = ""
    for report in reports:
        yield f"{comma}\n" + textwrap.indent(json.dumps(as_dict(report), indent=2), "    ")
        comma = ","
    without = [
        {"submission": clean(row.handin.id), "status": str(row.status), "note": clean(row.note)}
        for row in as_results(reports).rows()
        if row.status is not Status.GRADED
    ]
    end = "\n  ]" if comma else "]"
    yield f'{end},\n  "without_mark": {textwrap.indent(json.dumps(without, indent=2), "  ").lstrip()}\n}}\n'


def as_dict(report: Report) -> dict[str, Any]:
    """Return a report as other programs get it: everything that students may see, made harmless."""
    output, note = public_output(report)
    return {
        "submission": clean(report.submission),
        "task": report.task,
        "score": report.score,
        "max_score": report.max_score,
        "isolation": report.isolation,
        "seed": report.seed,
        "digest": report.digest,
        "suite": report.suite,
        "seconds": round(report.seconds, 4),
        "remarks": [clean(remark) for remark in report.remarks],
        "mend_first": list(report.mend_first),
        "misconceptions": public_misconceptions(report),
        "output": clean(output, 20_000, keep_lines=True),
        "output_note": note,
        "results": [_result(public(result)) for result in report.results],
    }


def _result(result: CheckResult) -> dict[str, Any]:
    return {
        "check": result.check,
        "case": result.case,
        "title": result.title,
        "verdict": str(result.verdict),
        "tier": str(result.tier),
        "visibility": str(result.visibility),
        "points": round(result.points, 6),
        "max_points": round(result.max_points, 6),
        "message": clean(result.message),
        "hint": result.hint,
        "diagnosis": result.diagnosis,
        "seconds": round(result.seconds, 4),
    }


@hookimpl
def backcheck_reporters() -> list[Reporter]:
    """Return the reporter of this module."""
    return [Reporter("json", "everything, for other programs", lambda reports, to: write_pieces(to, _pieces(reports)))]
