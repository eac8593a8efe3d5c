"""Grades in this process, one submission after the other; the code under test is in a guest of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace

from grader.grading import DIALECT_TRAITS, grade
from grader.model import Job, Limits, Report, Submission, Task
from grader.plugins import Registry
from grader.sandbox.session import Session


def grade_submission(
    submission: Submission,
    tasks: Sequence[Task],
    registry: Registry,
    *,
    seed: int,
    suite: str = "",
    limits: Limits | None = None,
    launch: Callable[[], subprocess.Popen[bytes]],
    spare: subprocess.Popen[bytes] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Generator[Report]:
    """Yield one report per task that the hand-in's dialect asks for, all from the same guest (or its successors).

    A task that did not pass, and usually stands on others, is told which of those fail too; they are graded for that
    if they were not asked for.
    """
    session = Session(submission, launch, seed=seed, limits=limits, spare=spare)
    known: dict[str, Report] = {}

    def report_on(task: Task) -> Report:
        if task.name not in known:
            job = Job(submission, task.name, seed, suite, limits, tuple(task.points))
            plan = registry.plan(task, DIALECT_TRAITS[submission.dialect])
            printed = len(session.output)
            report = grade(job, task, plan, session, progress, registry.misconceptions)
            known[task.name] = replace(report, output=session.output[printed:])
        return known[task.name]

    try:
        for task in tasks:
            if not task.asked_of(submission.dialect):
                continue
            report = report_on(task)
            if not report.passed:
                below = [registry.tasks[name] for name in task.uses if name in registry.tasks]
                failing = tuple(used.name for used in below if not report_on(used).passed)
                report = replace(report, mend_first=failing)
            yield report
    finally:
        session.close()
