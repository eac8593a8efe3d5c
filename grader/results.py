"""What reporters read: the reports of one run, hand-in by hand-in, with what is known of how each one arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, overload

from grader.model import Report

if TYPE_CHECKING:
    from grader.intake.roster import Roster


class Status(StrEnum):
    """What became of a hand-in as a whole."""

    GRADED = "graded"
    REJECTED = "rejected"  # it could not be read: a person has to look at it
    PROBLEM = "grader problem"  # the grader's fault: no mark, and never a zero
    MISSING = "not graded"  # the run was interrupted before


@dataclass(frozen=True)
class Handin:
    """One hand-in of a class, as it arrived.

    `id` is unique within a run and fit to be shown; `student` is the name that the LMS gives. `keys` are what a roster
    may know the student by (`identifier`, `email`, `sid`, `username`). `handed_in` is a date in ISO 8601, UTC; `file`
    the original name. `problem` says why it could not be read, `trouble` why the grader failed on it.
    """

    id: str
    student: str = ""
    attempt: int = 1
    attempts: int = 1
    handed_in: str = ""
    file: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    problem: str = ""
    trouble: str = ""


_KEYS = ("sid", "username", "id", "identifier", "submission")  # what the LMS knows a student by, the best first


def known_by(handin: Handin) -> str:
    """Return what the LMS knows a student by, as far as the hand-in says; else nothing."""
    return next((handin.keys[key] for key in _KEYS if handin.keys.get(key)), "")


@dataclass(frozen=True)
class Mark:
    """What a report comes to: enough for tables of marks."""

    task: str
    score: float
    max_score: float
    passed: bool
    broken: bool = False
    seconds: float = 0.0


@dataclass(frozen=True)
class Row:
    """A hand-in with its marks, one per task that was graded; `expected` is how many there should be."""

    handin: Handin
    marks: Sequence[Mark]
    load: Callable[[], list[Report]]
    expected: int = 0

    @property
    def reports(self) -> list[Report]:
        """The reports behind the marks; reading them takes a while, and they are not kept."""
        return self.load()

    @property
    def status(self) -> Status:
        """What became of it."""
        if self.handin.problem:
            return Status.REJECTED
        if self.handin.trouble or any(mark.broken for mark in self.marks):
            return Status.PROBLEM
        return Status.GRADED if len(self.marks) >= self.expected else Status.MISSING

    @property
    def note(self) -> str:
        """Why there is no mark, in one line; nothing if there is one."""
        broken = ", ".join(mark.task for mark in self.marks if mark.broken)
        return self.handin.problem or self.handin.trouble or (f"the grader failed on {broken}" if broken else "")

    @property
    def score(self) -> float:
        """Points over all tasks."""
        return round(sum(mark.score for mark in self.marks), 6)

    @property
    def max_score(self) -> float:
        """Points that were to be had."""
        return round(sum(mark.max_score for mark in self.marks), 6)

    @property
    def percent(self) -> float:
        """Share of the points, from 0 to 100."""
        return 100.0 * self.score / self.max_score if self.max_score else 0.0


@dataclass(frozen=True)
class Course:
    """What a course has to say around its results, from its profile."""

    title: str = ""
    introduction: str = ""
    footer: str = ""


NO_COURSE = Course()


class Results(Sequence[Report]):
    """The reports of a run: a sequence of `Report`, and the same again as `rows()`, one per hand-in.

    This one holds them in memory; the one of a batch reads them from the store when they are asked for.
    """

    roster: Roster | None = None  # who is in the class
    course: Course = NO_COURSE

    def __init__(self, reports: Sequence[Report]) -> None:
        self._reports = list(reports)

    def rows(self) -> Iterator[Row]:
        """Yield the hand-ins in order, each with its reports."""
        grouped: dict[str, list[Report]] = {}
        for report in self._reports:
            grouped.setdefault(report.submission, []).append(report)
        for name, reports in grouped.items():
            handin = Handin(name, student=name, digest=reports[0].digest)
            yield Row(handin, [mark_of(report) for report in reports], lambda reports=reports: reports)  # type: ignore[misc]  # a bound loop variable

    def tasks(self) -> dict[str, float]:
        """Return the tasks that were graded, in order, with the most points that somebody could get."""
        found: dict[str, float] = {}
        for report in self._reports:
            found[report.task] = max(found.get(report.task, 0.0), report.max_score)
        return found

    def __len__(self) -> int:
        return len(self._reports)

    def __iter__(self) -> Iterator[Report]:
        return iter(self._reports)

    @overload
    def __getitem__(self, index: int) -> Report: ...
    @overload
    def __getitem__(self, index: slice) -> list[Report]: ...
    def __getitem__(self, index: int | slice) -> Report | list[Report]:
        return self._reports[index]


def mark_of(report: Report) -> Mark:
    """Return what a report comes to."""
    return Mark(report.task, report.score, report.max_score, report.passed, report.broken, report.seconds)


def as_results(reports: Sequence[Report]) -> Results:
    """Return the reports that a reporter was given as `Results`."""
    return reports if isinstance(reports, Results) else Results(reports)
