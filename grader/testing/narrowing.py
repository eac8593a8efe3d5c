"""What has to be run for some checks on some cases: these, and what they need; nothing else."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from grader.grading import cases_of
from grader.model import Check, Task

Place = tuple[str, str]  # (case, check)


def needed(place: Place, plan: Sequence[Check], task: Task, dialect: str) -> list[Place]:
    """Return the places whose outcomes decide whether a check is run on a case, directly or through others."""
    cases = {check.name: [case.name for case in cases_of(task, check, dialect)] for check in plan}
    needs = {check.name: check.needs for check in plan}
    found: list[Place] = []
    waiting = [place]
    while waiting:
        case, name = waiting.pop()
        for need in needs[name]:
            known = cases.get(need, [])
            fresh = [(other, need) for other in ([case] if case in known else known)]
            waiting += [one for one in fresh if one not in found]
            found += [one for one in fresh if one not in found]
    return found


def only(plan: Sequence[Check], wanted: Collection[Place], task: Task, dialect: str) -> list[Check]:
    """Return the plan with nothing in it but the wanted places and those that they need."""
    places = {*wanted}
    for place in wanted:
        places.update(needed(place, plan, task, dialect))
    kept = []
    for check in plan:
        names = tuple(case.name for case in cases_of(task, check, dialect) if (case.name, check.name) in places)
        if names:
            kept.append(replace(check, cases=names))
    return kept
