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
from grader.reporters._text import clean, some_of
from grader.results import Row, Status, as_results

_OURS = "backcheck"  # a file with this key is one that we wrote, and may remove
_SHOWN = 10


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
        "extra_data": {_OURS: {"hand_in": clean(row.handin.id)}},  # kept by Gradescope, and shown to nobody
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
    """Write the files. A hand-in without a mark gets none, and is named on standard error: a file would be a zero.

    Nor does it keep the one of an earlier run, which would be uploaded as its mark.
    """
    folder = None if target.endswith(".json") else Path(target)
    if folder is not None:
        folder.mkdir(exist_ok=True)
    slugs, left = Slugs(), []
    known, written = set[str](), set[str]()
    for row in as_results(reports).rows():
        handin = clean(row.handin.id)
        known.add(handin)
        # everybody takes a name, mark or not: so that a mark that is lost does not move those of others
        name = slugs.name(clean(row.handin.keys.get("submission") or row.handin.id))
        if row.status is not Status.GRADED:
            left.append(handin)
            continue
        if folder is None and written:
            raise OSError(0, "several hand-ins do not go into one file; name a folder: gradescope=FOLDER")
        path = Path(target) if folder is None else folder / f"{name}.json"
        write_text(str(path), json.dumps(as_results_json(row), indent=1) + "\n")
        written.add(path.name)
    _tell("no file for {} without a mark", left)
    there = sorted(folder.glob("*.json")) if folder is not None else [Path(target)]
    _clear([path for path in there if path.name not in written], known)


def _clear(paths: Sequence[Path], known: set[str]) -> None:
    """Remove the files of ours that hold an old mark of these hand-ins; leave all others, and name them."""
    removed, others = [], []
    for path in paths:
        handin = _handin_of(path)
        if handin in known:
            path.unlink()
            removed.append(clean(path.name))
        elif path.exists():
            others.append(clean(path.name))
    _tell("removed {} with a mark that does not count any more", removed)
    _tell("{} that this run did not write, left as it was", others)


def _handin_of(path: Path) -> str | None:
    """Return whose mark a file holds, if we wrote it; else None."""
    if path.is_symlink() or not path.is_file():
        return None
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["extra_data"][_OURS]["hand_in"])
    except (OSError, ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None


def _tell(what: str, names: Sequence[str]) -> None:
    if names:
        print(f"gradescope: {what.format(len(names))}: {some_of(names, _SHOWN)}", file=sys.stderr)


@hookimpl
def backcheck_reporters() -> list[Reporter]:
    """Return the reporter of this module."""
    return [Reporter("gradescope", "a results.json per hand-in", write, folder=True)]
