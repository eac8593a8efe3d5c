"""Which checks are meant by `--check`, and what they need."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence

from grader.model import Check, Task
from grader.plugins import Registry
from grader.registration import EVERY_DIALECT


class UnknownCheck(ValueError):
    """A check name that no task has; the message suggests one that some task does."""


def chosen_checks(
    registry: Registry, tasks: Sequence[Task], names: Iterable[str], option: str = "--check"
) -> dict[str, tuple[str, ...]]:
    """Return task name -> the checks meant by names (`input_gradient`, `RNN.memory_on`; any case), in planned order.

    A name without a task means the check of that name in every task given. Tasks of which nothing is meant are left
    out. Raises UnknownCheck, with a suggestion, in the name of `option`.
    """
    plans = {task.name: [check.name for check in registry.plan(task, EVERY_DIALECT)] for task in tasks}
    wanted: set[tuple[str, str]] = set()
    for name in names:
        before, _, after = name.strip().rpartition(".")
        found = {
            (task, check)
            for task, checks in plans.items()
            for check in checks
            if check.lower() == after.lower() and before.lower() in ("", task.lower())
        }
        if not found:
            raise UnknownCheck(f"{option}: {_suggestion(registry, plans, name.strip())}")
        wanted |= found
    chosen = {task: tuple(check for check in checks if (task, check) in wanted) for task, checks in plans.items()}
    return {task: checks for task, checks in chosen.items() if checks}


def with_needs(plan: Sequence[Check], names: Collection[str]) -> list[Check]:
    """Return the checks of a plan that are named, and those that they need, in the plan's order."""
    by_name = {check.name: check for check in plan}
    wanted: set[str] = set()
    open_ones = [name for name in names if name in by_name]
    while open_ones:
        name = open_ones.pop()
        if name not in wanted:
            wanted.add(name)
            open_ones += [need for need in by_name[name].needs if need in by_name]
    return [check for check in plan if check.name in wanted]


def _suggestion(registry: Registry, plans: Mapping[str, Sequence[str]], name: str) -> str:
    """Return the sentence for a name that is not there: of another task, of no task, or only nearly right."""
    before, _, after = name.rpartition(".")
    tasks = {task.lower(): task for task in registry.tasks}
    if before.lower() in registry.left_out:
        return registry.left_out[before.lower()]
    if before and before.lower() not in tasks:
        close = difflib.get_close_matches(before.lower(), tasks, 1, 0.5)
        tip = f"did you mean {tasks[close[0]]}.{after}?" if close else "python dispatch.py --list shows the tasks"
        return f"no task is called {before!r}; {tip}"
    task = tasks.get(before.lower(), "")
    if task and task not in plans:
        return f"{name}: {task} is not among the tasks asked for; add it to --task"
    there = [task] if task else list(plans)
    known = list(dict.fromkeys(check for one in there for check in plans[one]))
    elsewhere = [
        one.name
        for one in registry.tasks.values()
        if one.name not in plans and after.lower() in (c.name for c in registry.plan(one, EVERY_DIALECT))
    ]
    where = task or (there[0] if len(there) == 1 else "")
    of = f"{where} has no check" if where else "no check is"
    if elsewhere and not task:
        return f"{of} called {name!r}; {elsewhere[0]} has one: --task {elsewhere[0]}"
    close = difflib.get_close_matches(after.lower(), known, 1, 0.5)
    tip = f"did you mean {close[0]}?" if close else f"python dispatch.py --list -v shows all {len(known)}"
    return f"{of} called {after!r}; {tip}"
