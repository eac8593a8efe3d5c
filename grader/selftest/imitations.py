"""Grades a class of our own as if somebody had handed it in: in this process, in the exercise's form or natively."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from grader.bench import Findings
from grader.grading import DIALECT_TRAITS, grade
from grader.model import CheckResult, FairVariant, Job, Misconception, Report, Submission, Verdict
from grader.plugins import Registry
from grader.replay import Imitation, ImitationBench

DIALECTS = ("fau", "native")  # the forms that an imitation can take


def forms(wrong: Misconception | FairVariant | None) -> list[str]:
    """Return the dialects in which a misconception, a fair variant or (None) the reference can be handed in."""
    chosen = wrong.dialects if wrong is not None else ()
    return [dialect for dialect in DIALECTS if dialect in (chosen or DIALECTS)]


def grade_imitation(
    registry: Registry,
    wrong: Misconception | FairVariant | None,
    task_name: str,
    dialect: str,
    seed: int,
    *,
    diagnosed: Sequence[Misconception] = (),
    only: Collection[str] = (),
) -> Report:
    """Return the report that a hand-in with this mistake (none: the reference) gets in one task.

    `diagnosed` are the misconceptions that it is compared with. `only` names checks, if not all are to be run; what
    they need is run, too.
    """
    task = registry.tasks[task_name]
    findings = Findings(dialect)
    desk = Imitation(task, wrong, task.cases[0], findings).desk()
    bench = ImitationBench(wrong, task, seed, findings, differentiate=True)
    plan = registry.plan(task, DIALECT_TRAITS[dialect])
    wanted = set(only) or {check.name for check in plan}
    for check in reversed(plan):
        wanted |= set(check.needs) if check.name in wanted else set()
    plan = [check for check in plan if check.name in wanted]
    name = "reference" if wrong is None else wrong.id if isinstance(wrong, Misconception) else wrong.title
    submission = Submission(name, "", {}, {}, dialect)
    return grade(Job(submission, task_name, seed), task, plan, desk, None, diagnosed, bench)


def bad(report: Report) -> list[CheckResult]:
    """Return the results that are neither passed nor skipped."""
    return [r for r in report.results if r.verdict not in (Verdict.PASSED, Verdict.SKIPPED)]
