"""Writes the folder: every student's page on the way, and the class page from what was counted meanwhile."""

from __future__ import annotations

from pathlib import Path

from grader.reporters._slug import Slugs
from grader.reporters._target import write_pieces, write_text
from grader.reporters._text import clean
from grader.reporters.html.overview import Overview, class_page
from grader.reporters.html.student import student_page
from grader.results import Results, known_by

_STUDENTS = "students"


def write_site(results: Results, target: str) -> None:
    """Go through the results once, a hand-in at a time; what is in memory in the end is a few bytes per check."""
    folder = Path(target)
    (folder / _STUDENTS).mkdir(parents=True, exist_ok=True)
    overview, slugs = Overview(results.tasks()), Slugs()
    for row in results.rows():
        reports = row.reports
        name = f"{_STUDENTS}/{slugs.name(clean(row.handin.id), clean(known_by(row.handin)))}.html"
        write_text(str(folder / name), student_page(row, reports, home="../index.html", course=results.course))
        overview.add(row, reports, name)
    write_pieces(str(folder / "index.html"), class_page(overview, results.course))
