"""`--report moodle=FILE`: the roster again with grades filled in, as Moodle's worksheets and grade import take it."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from grader.hookspecs import hookimpl
from grader.intake.roster import Roster
from grader.model import Report, Reporter
from grader.reporters._table import cell, lines, points
from grader.reporters._target import write_pieces
from grader.reporters._text import clean
from grader.results import Handin, Row, Status, as_results

_GRADE = ("grade", "bewertung")
_MOST = ("maximum grade", "höchste bewertung", "bestwertung")
_FEEDBACK = ("feedback comments", "feedback als kommentar", "feedbackkommentare")
_SHOWN = 20


def write(reports: Sequence[Report], target: str) -> None:
    """Write the table; name on standard error who has no mark, and whose hand-in belongs to nobody.

    Points are scaled to the roster's column of maximum grades, if it has one.
    """
    results = as_results(reports)
    roster = results.roster
    if roster is None:
        raise OSError(0, "it needs the class list: --roster class.csv")
    rows = {row.handin.id: _Grade(row) for row in results.rows()}
    found, unknown = roster.matches([grade.handin for grade in rows.values()])
    write_pieces(target, lines(_table(roster, {row: rows[handin.id] for row, handin in found.items()})))
    _tell("hand-ins of nobody in the roster", [clean(handin.id) for handin in unknown])
    _tell(
        "in the roster without a hand-in", [clean(roster.shown(n)) for n in range(len(roster.rows)) if n not in found]
    )
    _tell("without a mark", [clean(h.id) for h in found.values() if not rows[h.id].marked])


class _Grade:
    """The few numbers of a hand-in that a worksheet has."""

    def __init__(self, row: Row) -> None:
        self.handin: Handin = row.handin
        self.marked = row.status is Status.GRADED
        self.score, self.most = row.score, row.max_score
        tasks = [f"{mark.task} {points(mark.score)}/{points(mark.max_score)}" for mark in row.marks]
        self.comment = "; ".join(tasks) if self.marked else f"{row.status}: {row.note}"


def _table(roster: Roster, grades: dict[int, _Grade]) -> Iterator[list[object]]:
    columns = [cell(column) for column in roster.columns]
    place, comment, most = roster.column(*_GRADE), roster.column(*_FEEDBACK), roster.column(*_MOST)
    added = [name for name, at in (("Grade", place), ("Feedback comments", comment)) if at is None]
    yield [*columns, *added]
    for number, row in enumerate(roster.rows):
        line: list[object] = [*map(cell, row), *([""] * len(added))]
        grade = grades.get(number)
        if grade is not None:
            at = len(columns) if place is None else place
            line[at] = points(_scaled(grade, row[most] if most is not None else "")) if grade.marked else ""
            line[len(line) - 1 if comment is None else comment] = cell(grade.comment)
        yield line


def _scaled(grade: _Grade, most: str) -> float:
    try:
        wanted = float(most.replace(",", "."))
    except ValueError:
        return grade.score
    return grade.score * wanted / grade.most if grade.most else grade.score


def _tell(what: str, names: list[str]) -> None:
    if names:
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        print(f"moodle: {len(names)} {what}: {', '.join(sorted(names)[:_SHOWN])}{more}", file=sys.stderr)


@hookimpl
def backcheck_reporters() -> list[Reporter]:
    """Return the reporter of this module."""
    return [Reporter("moodle", "the roster with grades, for Moodle", write, roster=True)]
