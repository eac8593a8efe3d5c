"""Which mistakes cannot be told apart? Ids whose variants leave the same traces in every check of a task."""

from __future__ import annotations

from collections.abc import Iterable

from grader.bench import Findings
from grader.grading import DIALECT_TRAITS
from grader.model import Misconception, Task
from grader.replay import applicable, replay
from grader.trace import Trace, explains
from tests.accuracy.imitations import DIALECTS
from tests.grader.handins import registry

Traces = dict[tuple[str, str], Trace]


def indistinguishable(seed: int, only: Iterable[str] = ()) -> list[frozenset[str]]:
    """Return the sets of ids that answer everything alike, in some dialect of some task."""
    sets: list[set[str]] = []
    for task in registry().tasks.values():
        if task.replayable and (not only or task.name in only):
            for dialect in DIALECTS:
                for alike in _alike(task, dialect, seed):
                    sets = _merged(sets, alike)
    return [frozenset(ids) for ids in sets]


def _alike(task: Task, dialect: str, seed: int) -> list[set[str]]:
    classes: list[tuple[Traces, set[str]]] = []
    for one in applicable(registry().misconceptions, task.name, dialect):
        traces = _traces(one, task, dialect, seed)
        for known, ids in classes:
            if _same(known, traces):
                ids.add(one.id)
                break
        else:
            classes.append((traces, {one.id}))
    return [ids for _, ids in classes if len(ids) > 1]


def _traces(wrong: Misconception, task: Task, dialect: str, seed: int) -> Traces:
    plan = registry().plan(task, DIALECT_TRAITS[dialect])
    cases = [case for case in task.cases if case.traits <= DIALECT_TRAITS[dialect]]
    places = [(check, case) for check in plan for case in cases if case.name in (check.cases or [case.name])]
    return replay(wrong, task, seed, Findings(dialect), places)


def _same(a: Traces, b: Traces) -> bool:
    return all(
        len(trace) == len(b[key]) and all(explains(m, s) for m, s in zip(trace, b[key], strict=True))
        for key, trace in a.items()
    )


def _merged(sets: list[set[str]], alike: set[str]) -> list[set[str]]:
    touching = [ids for ids in sets if ids & alike]
    return [ids for ids in sets if not ids & alike] + [alike.union(*touching)]
