"""`--explain CHECK`: what a check does, the formula and where it stands, what it is worth, and five lines to try it."""

from __future__ import annotations

import os
import shlex
import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from grader.checks.define import reason_of
from grader.cli import PROJECT
from grader.dispatching import UsageError, Wishes, chosen_parts, registered, terminal
from grader.focus.parts import Parts
from grader.focus.reproduce import five_lines
from grader.focus.vocabulary import FAU, NATIVE
from grader.grading import DIALECT_TRAITS, cases_of
from grader.intake import IntakeError, open_submission
from grader.intake.choose import choose
from grader.model import Case, Check, CheckResult, Submission, Task, Tier, Verdict, Visibility
from grader.plugins import Registry
from grader.profile.apply import apply_profile
from grader.registration import EVERY_DIALECT
from grader.reporters._public import public
from grader.reporters._text import clean
from grader.reporters.terminal import number
from grader.sandbox.guests import Launch
from grader.scoring import shares

_MOST_CASES = 8


def explain(wishes: Wishes, launch: Launch) -> str:
    """Return the pages of the checks asked for.

    With a submission, or just one in submissions/, the check is run on it first, and the lines are for the case that
    failed. Raises UsageError for names that do not exist, and for a check of many tasks.
    """
    registry = apply_profile(registered(wishes), wishes.profile)
    tasks, wanted = chosen_parts(registry, wishes)
    submission = _submission(wishes) if wishes.given else _usual(wishes, tasks)
    if submission is not None:
        tasks = [task for task in tasks if task.asked_of(submission.dialect)]
    if not tasks:
        raise UsageError("--explain: not asked of hand-ins of this kind")
    if len(tasks) > 1:
        names = ", ".join(task.name for task in tasks)
        name = wanted[tasks[0].name][0]
        raise UsageError(f"--explain: {name} is a check of {names}; name one: --explain {tasks[0].name}.{name}")
    task = registry.tasks[tasks[0].name]  # with all of its points
    width, _, ascii_only = terminal(sys.stdout)
    pages = []
    for check in [check for check in registry.plan(task, EVERY_DIALECT) if check.name in wanted[task.name]]:
        ran = _ran(registry, task, check, submission, wishes, launch) if submission is not None else ()
        pages.append(page(registry, task, check, wishes.seed, submission, ran, width))
    text = "\n".join(pages)
    return text.encode("ascii", "replace").decode() if ascii_only else text


def page(
    registry: Registry,
    task: Task,
    check: Check,
    seed: int,
    submission: Submission | None = None,
    ran: Sequence[CheckResult] = (),
    width: int = 100,
) -> str:
    """Return what there is to say about a check; `ran` are its results on the submission."""
    dialect = submission.dialect if submission is not None else _dialect(registry, task, check)
    cases = cases_of(task, check, dialect)
    bad = [result for result in ran if result.verdict not in (Verdict.PASSED, Verdict.SKIPPED)]
    case = next((case for case in cases if bad and case.name == bad[0].case), cases[0] if cases else task.cases[0])
    lines = [f"{task.name}.{check.name}", *_wrapped(check.title + ".", width)]
    if check.visibility is not Visibility.VISIBLE:
        return "\n".join([*lines, *_wrapped("This check is hidden: its title is all there is to see.", width), ""])
    lines += _wrapped(f"Think: {check.hint}", width) if check.hint else []
    lines += ["", *_formulas(task, check, width)]
    lines += ["", *_worth(registry, task, check, cases, width)]
    if submission is not None:
        lines += ["", *_wrapped(_verdict(submission, ran, bad), width)]
    lines += ["", *_by_hand(task, check, case, seed, dialect, submission, width)]
    return "\n".join([*lines, ""])


def _formulas(task: Task, check: Check, width: int) -> list[str]:
    rows = [
        (f"{task.name}:", task.formula),
        ("Source:", task.source),
        ("This check:", check.formula),
        ("Source:", check.source),
    ]
    return [line for name, text in rows if text for line in _wrapped(f"{name} {text}", width)]


def _worth(registry: Registry, task: Task, check: Check, cases: Sequence[Case], width: int) -> list[str]:
    points = shares(task, registry.plan(task, EVERY_DIALECT)).get(check.name)
    worth = f", {number(points)} of the {number(task.total)} points of {task.name}" if points else ", no points"
    lines = _wrapped(f"Tier: {check.tier}{worth} ({reason_of(check, task)}).", width)
    if check.needs:
        lines += _wrapped(f"Needs: {', '.join(check.needs)}.", width)
    names = [case.name + (f" ({case.tier}: a remark)" if case.tier is not Tier.CORE else "") for case in cases]
    more = f"; and {len(names) - _MOST_CASES} more" if len(names) > _MOST_CASES else ""
    return lines + _wrapped(f"Cases: {'; '.join(names[:_MOST_CASES])}{more}.", width)


def _by_hand(
    task: Task, check: Check, case: Case, seed: int, dialect: str, submission: Submission | None, width: int
) -> list[str]:
    made = five_lines(task, check, case, seed, dialect, submission)
    if made.why_not:
        return _wrapped(f"No five lines for this one: {made.why_not}.", width)
    where = f"in the folder {clean(submission.id)}" if submission is not None else "in the folder of your hand-in"
    intro = []
    if dialect == FAU and task.fill and not (check.reproduction and check.reproduction.expected):
        intro += ["What is expected holds for the exercise's layout: inputs first, the bias in the last row."]
    if dialect == NATIVE:
        intro += [f"Start Python with `{_command(submission)}`, so that it finds framework/."]
    by_hand = f"By hand (case “{case.name}”, seed {seed}), {where}:"
    return [
        *textwrap.wrap(" ".join(intro), width),
        *textwrap.wrap(by_hand, width),
        "",
        *(f"    {clean(line, 5000)}" for line in made.lines),
    ]


def _command(submission: Submission | None) -> str:
    """Return what starts a Python that finds framework/, in the folder of the submission."""
    if submission is None or not Path(submission.id).is_dir():
        return "PYTHONPATH=FOLDER python"
    return f"PYTHONPATH={shlex.quote(os.path.relpath(PROJECT.resolve(), Path(submission.id).resolve()))} python"


def _verdict(submission: Submission, ran: Sequence[CheckResult], bad: Sequence[CheckResult]) -> str:
    name = clean(submission.id)
    if bad:
        shown = public(bad[0])
        looks = f" Looks like: {clean(shown.diagnosis)}." if shown.diagnosis else ""
        return f"{name} fails it [{bad[0].case}]: {clean(shown.message)}.{looks}"
    if any(result.verdict is Verdict.SKIPPED for result in ran) or not ran:
        waits = next((clean(result.message) for result in ran if result.message), "")
        return f"{name}: not run{'; ' + waits if waits else ''}."
    return f"{name} passes it with seed and cases as below."


def _ran(
    registry: Registry, task: Task, check: Check, submission: Submission, wishes: Wishes, launch: Launch
) -> list[CheckResult]:
    parts = Parts(registry, wishes.seed, launch, limits=wishes.limits)
    ran = list(parts.of_submission(submission, [task], {task.name: (check.name,)}))
    return [result for part in ran for result in part.report.results if result.check == check.name]


def _dialect(registry: Registry, task: Task, check: Check) -> str:
    """Return the first dialect in which a check applies to a task: the exercise's, if it does there."""
    for dialect in sorted(DIALECT_TRAITS, key=lambda name: name != FAU):
        plan = registry.plan(task, DIALECT_TRAITS[dialect])
        if task.asked_of(dialect) and any(one.name == check.name for one in plan) and cases_of(task, check, dialect):
            return dialect
    return FAU


def _submission(wishes: Wishes) -> Submission:
    if len(wishes.given) > 1:
        raise UsageError("--explain takes one --submission")
    try:
        ((name, path),), _ = choose(list(wishes.given), wishes.submissions)
        return open_submission(path, name, wishes.dialect, wishes.profile)
    except IntakeError as exc:
        raise UsageError(str(exc)) from exc


def _usual(wishes: Wishes, tasks: Sequence[Task]) -> Submission | None:
    """Return the only hand-in in submissions/; None if there are more or none, or if it has no use for the tasks."""
    try:
        ((name, path),), remark = choose([], wishes.submissions)
        found = None if remark else open_submission(path, name, wishes.dialect, wishes.profile)
    except IntakeError:
        return None
    return found if found is not None and any(task.asked_of(found.dialect) for task in tasks) else None


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
