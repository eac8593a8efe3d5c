"""Grades a misconception as if somebody had handed it in: in this process, in the exercise's form or natively."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from grader.bench import Findings
from grader.grading import DIALECT_TRAITS, grade
from grader.model import CheckResult, Job, Misconception, Report, Submission, Verdict
from grader.replay import Imitation, ImitationBench
from tests.grader.handins import registry

DIALECTS = ("fau", "native")


def forms(wrong: Misconception) -> list[str]:
    """Return the dialects in which a misconception can be handed in."""
    return [dialect for dialect in DIALECTS if dialect in (wrong.dialects or DIALECTS)]


def grade_imitation(
    wrong: Misconception | None,
    task_name: str,
    dialect: str,
    seed: int,
    *,
    diagnosed: Sequence[Misconception] = (),
    only: Collection[str] = (),
) -> Report:
    """Return the report that a hand-in with this mistake (none: the reference) gets in one task.

    `only` names checks, if not all are to be run; what they need is run, too.
    """
    known = registry()
    task = known.tasks[task_name]
    findings = Findings(dialect)
    desk = Imitation(task, wrong, task.cases[0], findings).desk()
    bench = ImitationBench(wrong, task, seed, findings, differentiate=True)
    plan = known.plan(task, DIALECT_TRAITS[dialect])
    wanted = set(only) or {check.name for check in plan}
    for check in reversed(plan):
        wanted |= set(check.needs) if check.name in wanted else set()
    plan = [check for check in plan if check.name in wanted]
    submission = Submission(wrong.id if wrong else "reference", "", {}, {}, dialect)
    return grade(Job(submission, task_name, seed), task, plan, desk, None, diagnosed, bench)


def bad(report: Report) -> list[CheckResult]:
    """Return the results that are neither passed nor skipped."""
    return [r for r in report.results if r.verdict not in (Verdict.PASSED, Verdict.SKIPPED)]
