"""Grades in this process, one submission after the other; the code under test is in a guest of its own."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from grader.executors.bundle import Bundle, Closed, Event
from grader.fingerprint import suite_fingerprint
from grader.graded import Graded
from grader.grading import DIALECT_TRAITS, grade
from grader.model import Job, Limits, Report, Submission, Task
from grader.plugins import Registry
from grader.profile.apply import apply_profile
from grader.sandbox.guests import Launch
from grader.sandbox.levels import at_least
from grader.sandbox.probe import best
from grader.sandbox.session import Session
from grader.sandbox.visible import USUAL


def grade_submission(
    submission: Submission,
    tasks: Sequence[Task],
    registry: Registry,
    *,
    seed: int,
    suite: str = "",
    suites: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    launch: Launch,
    progress: Callable[[str], None] | None = None,
    passed: Mapping[str, bool] | None = None,
) -> Generator[Report]:
    """Yield one report per task that the hand-in's dialect asks for, all from the same guest (or its successors).

    A task that did not pass, and usually stands on others, is told which of those fail too; they are graded for that
    if they were not asked for, unless `passed` tells it from an earlier run. `suites` has the fingerprint of each task
    where they differ. Each task has its own limits, unless `limits` are given for
    all.
    """
    first = limits or next((task.limits for task in tasks), None)  # the budget for all tasks is the same in each
    session = Session(submission, launch, seed=seed, limits=first)
    known: dict[str, Report] = {}

    def report_on(task: Task) -> Report:
        if task.name not in known:
            print_of = (suites or {}).get(task.name, suite)
            job = Job(submission, task.name, seed, print_of, limits, tuple(task.points))
            plan = registry.plan(task, DIALECT_TRAITS[submission.dialect])
            session.begin_task(limits or task.limits)
            known[task.name] = grade(job, task, plan, session, progress, registry.misconceptions)
        return known[task.name]

    def passes(task: Task) -> bool:
        before = (passed or {}).get(task.name)
        return report_on(task).passed if before is None or task.name in known else before

    try:
        for task in tasks:
            if not task.asked_of(submission.dialect):
                continue
            report = report_on(task)
            if not report.passed:
                below = [registry.tasks[name] for name in task.uses if name in registry.tasks]
                below = [used for used in below if used.asked_of(submission.dialect)]
                failing = tuple(used.name for used in below if not passes(used))
                report = replace(report, mend_first=failing, remarks=(*submission.remarks, *report.remarks))
            yield report
    finally:
        session.close()


def grade_bundle(bundle: Bundle, registry: Registry, launch: Launch) -> Iterator[Event]:
    """Grade a hand-in; yield each report as soon as it is there, then `Closed`. Never raises for our own faults."""
    here = suite_fingerprint()
    if here != bundle.grader:
        yield Closed(bundle.number, f"this worker has another version of the grader ({here}, not {bundle.grader})")
        return
    if bundle.require is not None and not at_least(best().level, bundle.require):
        yield Closed(bundle.number, f"this worker isolates at {best().level}; --require {bundle.require}")
        return
    try:
        registry = apply_profile(registry, bundle.profile)
        tasks = [registry.tasks[job.task].within(job.groups) for job in bundle.jobs]
        suites = {job.task: job.suite for job in bundle.jobs}
        reports = grade_submission(
            bundle.submission,
            tasks,
            registry,
            seed=bundle.jobs[0].seed,
            suites=suites,
            limits=bundle.jobs[0].limits,
            launch=launch,
            passed=bundle.passed,
        )
        for report in reports:
            yield bundle.number, Graded.of(report)
    except Exception as exc:
        yield Closed(bundle.number, f"{type(exc).__name__}: {exc}"[:500])
    else:
        yield Closed(bundle.number)


def run(bundles: Iterable[Bundle], registry: Registry, allowed: tuple[str, ...] = USUAL) -> Generator[Event]:
    """Yield what becomes of each bundle, as it happens: `--executor inline`. Hand-ins have the `allowed` packages."""
    from grader.executors.guests import guest_source

    with guest_source(allowed) as launch:
        for bundle in bundles:
            yield from grade_bundle(bundle, registry, launch)
