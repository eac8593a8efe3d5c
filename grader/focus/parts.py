"""Grades a part of a task: the checks asked for and what they need, or everything up to the first failure."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.focus.selection import with_needs
from grader.grading import DIALECT_TRAITS, cases_of, grade
from grader.model import Case, Check, CheckResult, Job, Limits, Report, Submission, Task, Tier, Verdict
from grader.plugins import Registry
from grader.replays import Replay, replay_all
from grader.sandbox.guests import Launch
from grader.sandbox.session import Session
from grader.scoring import assign_points, totals


@dataclass(frozen=True)
class Part:
    """A report, and how much of its task it is about: `ran` of `planned` checks.

    `passed` says whether what was asked for is right, whatever its tier: who asks for a remark wants to know.
    """

    report: Report
    ran: int
    planned: int
    passed: bool

    @classmethod
    def whole(cls, report: Report) -> Part:
        """Return the report of a whole task."""
        return cls(report, 0, 0, report.passed)

    @property
    def failed(self) -> str:
        """Name the first check that failed, `RNN.sgd_step`; nothing if none did that can be tried by hand."""
        bad = (r.check for r in self.report.results if r.verdict is Verdict.FAILED and r.check != "found")
        return next((f"{self.report.task}.{check}" for check in bad), "")

    @property
    def words(self) -> str:
        """Say that this is a part; nothing where it is the whole."""
        return f"{self.ran} of {self.planned} checks" if self.ran < self.planned else ""


@dataclass(frozen=True)
class Parts:
    """Grades parts of hand-ins, one after the other, each in a guest of its own."""

    registry: Registry
    seed: int
    launch: Launch
    suites: Mapping[str, str] = field(default_factory=dict)
    limits: Limits | None = None
    progress: Callable[[str], None] | None = None
    first_failure: bool = False
    replayed: Replay = replay_all

    def of_all(
        self, submissions: Iterable[Submission], tasks: Sequence[Task], wanted: Mapping[str, Sequence[str]]
    ) -> Generator[Part]:
        """Yield the parts of several hand-ins; with `first_failure` until something fails."""
        for submission in submissions:
            with contextlib.closing(self.of_submission(submission, tasks, wanted)) as parts:
                for part in parts:
                    yield part
                    if self.first_failure and not part.report.passed:
                        return

    def of_submission(
        self, submission: Submission, tasks: Sequence[Task], wanted: Mapping[str, Sequence[str]]
    ) -> Generator[Part]:
        """Yield a part for each task: of those that `wanted` names the checks given, of the others all.

        With `first_failure` nothing follows the first part that has a failed core check.
        """
        session = Session(
            submission, self.launch, seed=self.seed, limits=self.limits or next((task.limits for task in tasks), None)
        )
        try:
            for task in tasks:
                if task.asked_of(submission.dialect):
                    part = self._of_task(session, submission, task, wanted.get(task.name))
                    yield part
                    if self.first_failure and not part.report.passed:
                        return
        finally:
            session.close()

    def _of_task(self, session: Session, submission: Submission, task: Task, names: Sequence[str] | None) -> Part:
        job = Job(submission, task.name, self.seed, self.suites.get(task.name, ""), self.limits, tuple(task.points))
        plan = self.registry.plan(task, DIALECT_TRAITS[submission.dialect])
        plan = [check for check in plan if cases_of(task, check, submission.dialect)]
        narrowed = plan if names is None else with_needs(plan, names)
        session.begin_task(self.limits or task.limits)
        until = _failed if self.first_failure else None
        known = self.registry.misconceptions
        report = grade(job, task, narrowed, session, self.progress, known, until=until, replayed=self.replayed)
        return _part(report, task, plan, names, submission)


def _failed(result: CheckResult) -> bool:
    return result.tier is Tier.CORE and result.verdict not in (Verdict.PASSED, Verdict.SKIPPED, Verdict.BROKEN)


def _part(
    report: Report, task: Task, plan: Sequence[Check], names: Sequence[str] | None, submission: Submission
) -> Part:
    """Leave out what was only needed, and passed; give every check the points that it has in the whole task."""
    tiers = {check.name: check.tier for check in plan}
    asked = list(tiers) if names is None else [name for name in names if name in tiers]
    found = [r for r in report.results if r.check not in tiers]
    ran = [r for r in report.results if r.check in tiers]
    seen = {(r.case, r.check) for r in ran}
    rest = [
        CheckResult(task.name, case.name, check.name, check.title, Verdict.PASSED, tier=_tier(check, case))
        for check in plan
        for case in cases_of(task, check, submission.dialect)
        if (case.name, check.name) not in seen
    ]
    scored = assign_points(task, plan, [*ran, *rest])[: len(ran)]
    failing = {r.check for r in scored if r.verdict is not Verdict.PASSED}
    kept = [
        r if r.check in asked else replace(r, points=0.0, max_points=0.0)
        for r in scored
        if r.check in asked or r.check in failing
    ]
    score, most = totals(kept)
    count = len({r.check for r in kept if r.check in asked})
    remarks = report.remarks if report.passed else (*submission.remarks, *report.remarks)
    if count < len(plan):
        remarks = (f"this is a part, {count} of {len(plan)} checks; a mark takes all of them", *remarks)
    shown = replace(report, results=(*found, *kept), score=score, max_score=most, remarks=remarks)
    counting = [
        r for r in shown.results if r.tier is Tier.CORE or (names is not None and tiers[r.check] is not Tier.CORE)
    ]
    return Part(shown, count, len(plan), all(r.verdict is Verdict.PASSED or r.without_oracle for r in counting))


def _tier(check: Check, case: Case) -> Tier:
    return case.tier if check.tier is Tier.CORE else check.tier
