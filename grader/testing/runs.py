"""How the outcomes of test items come about: a task at a time in a guest, or place by place in this process."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import TracebackType
from typing import Protocol

from grader.bench import Bench, Findings
from grader.dialects import narrowed
from grader.executors.guests import guest_source
from grader.fingerprint import suite_fingerprint
from grader.grading import DIALECT_TRAITS, Grading, cases_of, grade
from grader.kinds import UNITS
from grader.model import Check, CheckResult, Job, Report, Submission, Task, Verdict
from grader.own_code import OwnHandin
from grader.plugins import Registry
from grader.replays import RememberedReplays
from grader.sandbox.session import Session
from grader.testing.narrowing import Place, only

FOUND: Place = ("", "found")


@dataclass(frozen=True)
class Graded:
    """What is known once a place has been run: the results of its task so far.

    `trace` leads to where the hand-in's own code raised an exception, if it ran in this process.
    """

    results: Mapping[Place, CheckResult]
    trace: TracebackType | None = None

    @classmethod
    def of(cls, report: Report) -> Graded:
        """Look at a report place by place."""
        return cls({(result.case, result.check): result for result in report.results})


@dataclass(frozen=True)
class Wanted:
    """What is graded: the hand-in, the tasks with the checks planned for them, the seed."""

    submission: Submission
    tasks: Mapping[str, Task]
    plans: Mapping[str, Sequence[Check]]
    registry: Registry
    seed: int
    selected: dict[str, set[Place]] = field(default_factory=dict)

    @classmethod
    def of(cls, submission: Submission, tasks: Sequence[Task], registry: Registry, seed: int) -> Wanted:
        """Plan the checks of the tasks that are asked of such a hand-in."""
        dialect = submission.dialect
        asked = {task.name: narrowed(task, dialect) for task in tasks if task.asked_of(dialect)}
        plans = {
            name: [check for check in registry.plan(task, DIALECT_TRAITS[dialect]) if cases_of(task, check, dialect)]
            for name, task in asked.items()
        }
        return cls(submission, asked, plans, registry, seed)

    def job(self, task: str) -> Job:
        """Return the job of a task."""
        groups = tuple(self.tasks[task].points)
        return Job(self.submission, task, self.seed, suite_fingerprint(), None, groups)


class Runs(Protocol):
    """Something that runs places of a task."""

    def run(self, task: str, place: Place) -> Graded:
        """Return what is known once a place has been run; each is run once."""

    @property
    def remarks(self) -> list[str]:
        """Return the sentences about the tasks that have been run, each behind the task's name."""

    def close(self) -> None:
        """End whatever still runs."""


class InGuest:
    """In a guest, as `dispatch.py` does it: the first item of a task has all that is selected of this task graded.

    That is what a diagnosis needs; deselected checks are not run unless others need them.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._done: dict[str, Graded] = {}
        self._remarks: list[str] = []
        self._stack = contextlib.ExitStack()
        self._session: Session | None = None

    def run(self, task: str, place: Place) -> Graded:
        """Grade the place's task, unless that has been done."""
        if task not in self._done:
            self._done[task] = self._graded(task)
        return self._done[task]

    @property
    def remarks(self) -> list[str]:
        """Return the sentences of the reports."""
        return self._remarks

    def _graded(self, name: str) -> Graded:
        wanted, task = self._wanted, self._wanted.tasks[name]
        if self._session is None:
            launch = self._stack.enter_context(guest_source())
            self._session = Session(wanted.submission, launch, seed=wanted.seed)
            self._stack.callback(self._session.close)
        self._session.begin_task(task.limits)
        places = wanted.selected.get(name, set()) - {FOUND}
        plan = only(wanted.plans[name], places, task, wanted.submission.dialect)
        report = grade(wanted.job(name), task, plan, self._session, None, wanted.registry.misconceptions)
        self._remarks += [f"{name}: {remark}" for remark in report.remarks]
        return Graded.of(report)

    def close(self) -> None:
        """End the guest."""
        self._stack.close()
        self._session = None


class InThisProcess:
    """In this process, one place after the other and each when its item's turn comes: for debuggers."""

    def __init__(self, wanted: Wanted, folder: Path, stops: tuple[type[BaseException], ...]) -> None:
        self._wanted = wanted
        self._handin = OwnHandin(wanted.submission, folder, stops)
        self._gradings: dict[str, Grading] = {}
        self._replays = RememberedReplays()

    def run(self, task: str, place: Place) -> Graded:
        """Run what the place needs, and the place. Raises Stopped."""
        grading = self._grading(task)
        self._handin.desk.raised = None
        with self._handin.active():
            if FOUND not in grading.results:
                grading.open()
            if place != FOUND:
                for check in only(grading.plan, {place}, grading.task, self._wanted.submission.dialect):
                    self._run_new(grading, check)
            raised = self._handin.desk.raised
        if grading.results[place].verdict in (Verdict.PASSED, Verdict.SKIPPED):
            return Graded(dict(grading.results))
        trace = self._handin.theirs(raised.__traceback__) if raised is not None else None
        return replace(Graded.of(grading.sum_up()), trace=trace)

    def _run_new(self, grading: Grading, check: Check) -> None:
        cases = tuple(name for name in check.cases if (name, check.name) not in grading.results)
        if cases:
            self._handin.desk.raised = None
            grading.run(replace(check, cases=cases))

    def _grading(self, name: str) -> Grading:
        if name not in self._gradings:
            wanted, task, desk = self._wanted, self._wanted.tasks[name], self._handin.desk
            findings = Findings(wanted.submission.dialect)
            bench = Bench(
                task, wanted.seed, lambda case, seed: UNITS[task.kind](desk, name, case.init, seed), findings=findings
            )
            known, plan = wanted.registry.misconceptions, wanted.plans[name]
            self._gradings[name] = Grading(wanted.job(name), task, plan, desk, known, bench, self._replays)
        return self._gradings[name]

    @property
    def remarks(self) -> list[str]:
        """Return the sentences so far."""
        return [f"{name}: {remark}" for name, grading in self._gradings.items() for remark in grading.remarks]

    def close(self) -> None:
        """Nothing runs."""
