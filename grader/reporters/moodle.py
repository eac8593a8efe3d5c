"""`--report moodle=FILE`: the roster again with grades filled in, as Moodle's worksheets and grade import take it."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence

from grader.hookspecs import hookimpl
from grader.intake.roster import Roster
from grader.model import Report, Reporter
from grader.reporters._table import cell, points
from grader.reporters._target import write_pieces
from grader.reporters._text import clean, some_of
from grader.results import Handin, Row, Status, as_results

_GRADE = ("grade", "bewertung")
_MOST = ("maximum grade", "höchste bewertung", "bestwertung")
_FEEDBACK = ("feedback comments", "feedback als kommentar", "feedbackkommentare")
_SHOWN = 20


def write(reports: Sequence[Report], target: str) -> None:
    """Write the table; name on standard error who has no mark, and whose hand-in belongs to nobody.

    Points are scaled to the roster's column of maximum grades, if it has one. Only grade and feedback of those who have
    a mark are written; all else is as it was, also what somebody entered by hand.
    """
    results = as_results(reports)
    roster = results.roster
    if roster is None:
        raise OSError(0, "it needs the class list: --roster class.csv")
    rows = {row.handin.id: _Grade(row) for row in results.rows()}
    matches = roster.matches([grade.handin for grade in rows.values()])
    found = {row: rows[handin.id] for row, handin in matches.found.items()}
    write_pieces(target, _lines(_table(roster, found), roster.delimiter))
    _tell("hand-ins of nobody in the roster", [handin.id for handin in matches.unknown])
    missing = [row for row in range(len(roster.rows)) if row not in found and row not in matches.several]
    _tell("in the roster without a hand-in", [roster.shown(row) for row in missing])
    _tell("without a mark", [grade.handin.id for grade in found.values() if not grade.marked])
    _tell("with several attempts, of which the latest counts", [handin.id for handin in matches.again])
    for row, handins in list(matches.several.items())[:_SHOWN]:
        names = _list([handin.id for handin in handins])
        print(
            f"moodle: several hand-ins match {clean(roster.shown(row))}: {names}; enter the mark by hand",
            file=sys.stderr,
        )
    if len(matches.several) > _SHOWN:
        _tell("that several hand-ins match", [roster.shown(row) for row in matches.several])


class _Grade:
    """The few numbers of a hand-in that a worksheet has."""

    def __init__(self, row: Row) -> None:
        self.handin: Handin = row.handin
        self.marked = row.status is Status.GRADED
        self.score, self.most = row.score, row.max_score
        tasks = [f"{mark.task} {points(mark.score)}/{points(mark.max_score)}" for mark in row.marks]
        self.comment = "; ".join(tasks)


def _table(roster: Roster, grades: dict[int, _Grade]) -> Iterator[list[object]]:
    columns = roster.columns
    place, comment, most = roster.column(*_GRADE), roster.column(*_FEEDBACK), roster.column(*_MOST)
    added = [name for name, at in (("Grade", place), ("Feedback comments", comment)) if at is None]
    yield [*columns, *added]
    for number, row in enumerate(roster.rows):
        line: list[object] = [*row, *([""] * len(added))]
        grade = grades.get(number)
        if grade is not None and grade.marked:  # why there is no mark is for the instructor, not for the feedback
            at = len(columns) if place is None else place
            line[at] = points(_scaled(grade, row[most] if most is not None else ""))
            line[len(line) - 1 if comment is None else comment] = cell(grade.comment)
        yield line


def _scaled(grade: _Grade, most: str) -> float:
    try:
        wanted = float(most.replace(",", "."))
    except ValueError:
        return grade.score
    return grade.score * wanted / grade.most if grade.most else grade.score


def _lines(rows: Iterator[list[object]], delimiter: str) -> Iterator[str]:
    """Yield the rows as lines, with the delimiter that the roster has."""
    for row in rows:
        stream = io.StringIO()
        csv.writer(stream, delimiter=delimiter, lineterminator="\n").writerow(row)
        yield stream.getvalue()


def _tell(what: str, names: list[str]) -> None:
    if names:
        print(f"moodle: {len(names)} {what}: {_list(names)}", file=sys.stderr)


def _list(names: list[str]) -> str:
    return some_of(sorted(map(clean, names)), _SHOWN)


@hookimpl
def backcheck_reporters() -> list[Reporter]:
    """Return the reporter of this module."""
    return [Reporter("moodle", "the roster with grades, for Moodle", write, roster=True)]
