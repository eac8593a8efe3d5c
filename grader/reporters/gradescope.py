"""`--report gradescope=FOLDER`: Gradescope's `results.json`, one per hand-in; of a single one `=results.json`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.hookspecs import hookimpl
from grader.model import Report, Reporter
from grader.reporters._checks import check_rows
from grader.reporters._slug import Slugs
from grader.reporters._table import points
from grader.reporters._target import write_text
from grader.reporters._text import clean
from grader.results import Row, Status, as_results


def as_results_json(row: Row) -> dict[str, Any]:
    """Return what Gradescope reads: the total, and `tests` with score, max_score, status, visibility and output."""
    tests = [test for report in row.reports for test in _tests(report)]
    return {
        "score": points(row.score),
        "execution_time": round(sum(mark.seconds for mark in row.marks), 2),
        "visibility": "visible",
        "output": "\n".join(_remarks(row)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "tests": tests,
    }


def _tests(report: Report) -> list[dict[str, Any]]:
    tests = []
    for number, row in enumerate(check_rows(report), 1):
        passed = row.kind in ("passed", "remark")
        test: dict[str, Any] = {
            "name": clean(f"{report.task}: {row.title}"),
            "number": f"{report.task}.{number}",
            "status": "passed" if passed else "failed",
            "visibility": str(row.results[0].visibility),
            "output": "\n".join(row.texts()),
        }
        if row.max_score:
            test |= {"score": points(row.score), "max_score": points(row.max_score)}
        tests.append(test)
    return tests


def _remarks(row: Row) -> list[str]:
    found = []
    for report in row.reports:
        found += [f"{report.task}: mend {', '.join(report.mend_first)} first"] if report.mend_first else []
        found += [f"{report.task}: {clean(remark)}" for remark in report.remarks]
    return list(dict.fromkeys(found))


def write(reports: Sequence[Report], target: str) -> None:
    """Write the files. A hand-in without a mark gets none, and is named on standard error: a file would be a zero."""
    rows = as_results(reports).rows()
    folder = None if target.endswith(".json") else Path(target)
    if folder is not None:
        folder.mkdir(exist_ok=True)
    slugs, left, written = Slugs(), [], 0
    for row in rows:
        if row.status is not Status.GRADED:
            left.append(clean(row.handin.id))
            continue
        if folder is None and written:
            raise OSError(0, "several hand-ins do not go into one file; name a folder: gradescope=FOLDER")
        name = slugs.name(clean(row.handin.keys.get("submission") or row.handin.id))
        path = target if folder is None else str(folder / f"{name}.json")
        write_text(path, json.dumps(as_results_json(row), indent=1) + "\n")
        written += 1
    if left:
        print(f"gradescope: no file for {len(left)} without a mark: {', '.join(left[:10])}", file=sys.stderr)


@hookimpl
def backcheck_reporters() -> list[Reporter]:
    """Return the reporter of this module."""
    return [Reporter("gradescope", "a results.json per hand-in", write, folder=True)]
