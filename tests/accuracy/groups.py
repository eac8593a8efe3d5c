"""Which mistakes cannot be told apart? Two ids of which some variants leave the same traces in all checks of a task."""

from __future__ import annotations

from functools import cache

from grader.bench import Findings
from grader.grading import DIALECT_TRAITS
from grader.model import Misconception, Task
from grader.replay import applicable, replay
from grader.selftest.imitations import DIALECTS
from grader.trace import Trace, explains
from tests.grader.handins import registry

Traces = dict[tuple[str, str], Trace]
_SEED = 11


@cache
def same_name(one: str, other: str) -> bool:
    """Tell whether two ids are one name: equal, or indistinguishable in some task and dialect."""
    return one == other or any(
        _alike(task, dialect, one, other)
        for task in registry().tasks.values()
        if task.replayable
        for dialect in DIALECTS
    )


def _alike(task: Task, dialect: str, one: str, other: str) -> bool:
    known = applicable(registry().misconceptions, task.name, dialect)
    ones, others = ([wrong for wrong in known if wrong.id == id] for id in (one, other))
    if not ones or not others:
        return False
    left, right = ([_traces(wrong, task, dialect) for wrong in several] for several in (ones, others))
    return any(_same(a, b) for a in left for b in right)


def _traces(wrong: Misconception, task: Task, dialect: str) -> Traces:
    plan = registry().plan(task, DIALECT_TRAITS[dialect])
    cases = [case for case in task.cases if case.traits <= DIALECT_TRAITS[dialect]]
    places = [(check, case) for check in plan for case in cases if case.name in (check.cases or [case.name])]
    return replay(wrong, task, _SEED, Findings(dialect), places)


def _same(a: Traces, b: Traces) -> bool:
    return all(
        len(trace) == len(b[key]) and all(explains(m, s) for m, s in zip(trace, b[key], strict=True))
        for key, trace in a.items()
    )
