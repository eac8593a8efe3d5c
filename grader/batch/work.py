"""Grades what is not graded yet: reads hand-ins one by one, hands out bundles, keeps every report as it arrives."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grader.batch.progress import Progress
from grader.executors.bundle import Bundle, Closed, Event
from grader.graded import Edition
from grader.intake import IntakeError
from grader.intake.arrivals import Arrival, read_arrival
from grader.model import Job, Limits, Submission, Task
from grader.profile.model import Profile
from grader.store import Store

Execute = Callable[[Iterable[Bundle]], Generator[Event]]


@dataclass(frozen=True)
class Plan:
    """What is to be graded, under which editions, and where it goes."""

    arrivals: Sequence[Arrival]
    tasks: Sequence[Task]
    editions: Mapping[str, Edition]
    limits: Limits | None
    store: Store
    require: str | None = None  # the weakest isolation that will do
    dialect: str = ""  # of every hand-in; "": the one that it looks like
    profile: Profile | None = None


@dataclass
class _Running:
    """The bundles that are out, with the hand-ins that each is for: all those of one digest."""

    names: dict[int, list[str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)  # digest -> bundle

    def add(self, number: int, digest: str, name: str) -> None:
        self.names[number], self.numbers[digest] = [name], number

    def pop(self, number: int) -> list[str]:
        self.numbers = {digest: other for digest, other in self.numbers.items() if other != number}
        return self.names.pop(number)


def grade_class(plan: Plan, execute: Execute, progress: Progress) -> None:
    """Grade every open job of a class. Whatever ends this early, what has arrived is kept."""
    running = _Running()
    with contextlib.closing(execute(_bundles(plan, progress, running))) as events:
        for event in events:
            if isinstance(event, Closed):
                names = running.pop(event.number)
                for name in names if event.trouble else ():
                    plan.store.note(name, trouble=event.trouble)
                progress.handin(len(names), graded=True)
            else:
                plan.store.add(event[1])
                progress.checks(event[1].verdicts)


def _bundles(plan: Plan, progress: Progress, running: _Running) -> Iterator[Bundle]:
    """Yield what is still to do, hand-in by hand-in, as the executor asks for it."""
    for number, arrival in enumerate(plan.arrivals):
        name = arrival.handin.id
        try:
            submission = read_arrival(arrival, plan.dialect, plan.profile)
        except IntakeError as exc:
            plan.store.note(name, problem=str(exc).removeprefix(f"{name}: "))
            progress.handin()
            continue
        except Exception as exc:  # a fault of ours: it must not cost the others their marks
            plan.store.note(name, trouble=f"while reading it: {type(exc).__name__}: {exc}"[:500])
            progress.handin()
            continue
        plan.store.note(name, digest=submission.digest, dialect=submission.dialect)
        if submission.digest in running.numbers:
            running.names[running.numbers[submission.digest]].append(name)
            continue
        bundle = _open(plan, number, submission)
        if bundle is None:
            progress.handin()
            continue
        running.add(number, submission.digest, name)
        yield bundle


def _open(plan: Plan, number: int, submission: Submission) -> Bundle | None:
    """Return the jobs of a hand-in that are still to do, or None."""
    standing = plan.store.standing(submission.digest, plan.require)
    passed, jobs = {}, []
    for task in plan.tasks:
        edition = plan.editions[task.name]
        if not task.asked_of(submission.dialect):
            continue
        if (task.name, edition) in standing:
            passed[task.name] = standing[task.name, edition]
        else:
            jobs.append(Job(submission, task.name, edition.seed, edition.suite, plan.limits, tuple(task.points)))
    return Bundle(number, tuple(jobs), passed, require=plan.require, profile=plan.profile) if jobs else None
