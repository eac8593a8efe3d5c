"""Writes the folder: every student's page on the way, and the class page from what was counted meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path

from grader.reporters._slug import Slugs
from grader.reporters._target import write_pieces, write_text
from grader.reporters._text import clean, some_of
from grader.reporters.html.overview import Overview, class_page
from grader.reporters.html.student import student_page
from grader.results import Results, known_by

_STUDENTS = "students"
_OURS = '<meta name="generator" content="backcheck">'  # in the head of every page of ours
_HEAD = 4_096  # bytes in which it is


def write_site(results: Results, target: str) -> None:
    """Go through the results once, a hand-in at a time; what is in memory in the end is a few bytes per check."""
    folder = Path(target)
    (folder / _STUDENTS).mkdir(parents=True, exist_ok=True)
    overview, slugs, written = Overview(results.tasks()), Slugs(), set[str]()
    for row in results.rows():
        reports = row.reports
        name = f"{_STUDENTS}/{slugs.name(clean(row.handin.id), clean(known_by(row.handin)))}.html"
        write_text(str(folder / name), student_page(row, reports, home="../index.html", course=results.course))
        written.add(name)
        overview.add(row, reports, name)
    write_pieces(str(folder / "index.html"), class_page(overview, results.course))
    removed = _remove_others(folder, written)
    if removed:
        names = some_of([clean(name) for name in removed], 10)
        print(f"html: removed {len(removed)} of hand-ins that are not in the class any more: {names}", file=sys.stderr)


def _remove_others(folder: Path, written: set[str]) -> list[str]:
    """Remove the pages of students that an earlier run wrote and this one did not, and nothing else; name them."""
    removed = []
    for path in sorted((folder / _STUDENTS).glob("*.html")):
        name = f"{_STUDENTS}/{path.name}"
        if name not in written and path.is_file() and not path.is_symlink() and _is_ours(path):
            path.unlink()
            removed.append(name)
    return removed


def _is_ours(path: Path) -> bool:
    with path.open("rb") as stream:
        return _OURS.encode() in stream.read(_HEAD)
