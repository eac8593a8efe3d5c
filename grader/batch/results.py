"""The results of a class as reporters read them: from the store, a hand-in at a time, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import overload

from grader.graded import Edition
from grader.intake.roster import Roster
from grader.model import Report, Task, Visibility
from grader.results import Handin, Results, Row, Status
from grader.store import Store, renamed


class StoredResults(Results):
    """What counts for each hand-in of the last run, under the given editions.

    Of `rivals`, the attempts of one student each, only the best is shown. `visibility` says which checks, by task and
    name, students may see.
    """

    def __init__(
        self,
        store: Store,
        tasks: Sequence[Task],
        editions: Mapping[str, Edition],
        *,
        roster: Roster | None = None,
        rivals: Sequence[Sequence[str]] = (),
        visibility: Mapping[tuple[str, str], Visibility] | None = None,
    ) -> None:
        super().__init__(())
        self.roster = roster
        self._store, self._graded, self._editions = store, tasks, editions
        self._visibility = visibility or {}
        self._beaten = self._losers(rivals)

    def rows(self) -> Iterator[Row]:
        """Yield the hand-ins in order, each with its marks."""
        for row in self._every():
            if row.handin.id not in self._beaten:
                yield row

    def tasks(self) -> dict[str, float]:
        """Return the tasks that were graded, in order, with the points to be had."""
        return {task.name: task.total for task in self._graded}

    def _every(self) -> Iterator[Row]:
        for handin, dialect in self._store.handins():
            asked = {
                task.name: self._editions[task.name]
                for task in self._graded
                if task.name in self._editions and (not dialect or task.asked_of(dialect))
            }

            marks = self._store.marks(handin.digest, asked) if handin.digest else []
            yield Row(handin, marks, partial(self._load, handin, asked), len(asked))

    def _load(self, handin: Handin, asked: Mapping[str, Edition]) -> list[Report]:
        reports = self._store.reports(handin.digest, asked) if handin.digest else []
        return [self._as_today(renamed(report, handin.id)) for report in reports]

    def _as_today(self, report: Report) -> Report:
        """Return a report with the visibility that its checks have now, not the one they had when it was stored.

        What the hand-in printed in a check that is hidden since then cannot be told from the rest, and goes with it.
        """
        today = [
            replace(r, visibility=self._visibility.get((report.task, r.check), r.visibility)) for r in report.results
        ]
        was = [(r.check, r.case) for r in report.results if r.visibility is Visibility.VISIBLE]
        hidden = [r.check for r in today if r.visibility is not Visibility.VISIBLE and (r.check, r.case) in was]
        return replace(report, results=tuple(today), output="" if hidden else report.output)

    def _losers(self, rivals: Sequence[Sequence[str]]) -> set[str]:
        """Return the attempts that a better one of the same student beats; the later of two equal ones stays."""
        if not rivals:
            return set()
        team = {name: names[0] for names in rivals for name in names}
        best: dict[str, tuple[tuple[bool, float, int], str]] = {}
        for row in self._every():
            if row.handin.id in team:
                worth = (row.status is Status.GRADED, row.score, row.handin.attempt), row.handin.id
                best[team[row.handin.id]] = max(best.get(team[row.handin.id], worth), worth)
        return set(team) - {name for _, name in best.values()}

    def __len__(self) -> int:
        return sum(len(row.marks) for row in self.rows())

    def __iter__(self) -> Iterator[Report]:
        return (report for row in self.rows() for report in row.reports)

    @overload
    def __getitem__(self, index: int) -> Report: ...
    @overload
    def __getitem__(self, index: slice) -> list[Report]: ...
    def __getitem__(self, index: int | slice) -> Report | list[Report]:
        if isinstance(index, slice):
            return list(self)[index]
        found = next(islice(iter(self), index, None), None) if index >= 0 else list(self)[index]
        if found is None:
            raise IndexError(index)
        return found
