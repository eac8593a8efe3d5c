"""`--list`: what can be graded, and for how many points."""

from __future__ import annotations

from tabulate import tabulate

from grader.model import Check, Task
from grader.plugins import Registry
from grader.registration import EVERY_DIALECT
from grader.reporters.terminal import number
from grader.scoring import shares


def listing(registry: Registry, *, verbose: bool) -> str:
    """Return the table of tasks; with `verbose` also every check of each, its tier and its points."""
    groups = [group for group in registry.groups if group != "all"]
    head = ["task", *groups, "checks"]
    rows = []
    for task in registry.tasks.values():
        points = [number(task.points[group]) if group in task.points else "" for group in groups]
        rows.append([task.name, *points, str(len(_plan(registry, task)))])
    sums = [number(sum(task.points.get(group, 0) for task in registry.tasks.values())) for group in groups]
    rows.append(["all", *sums, ""])
    align = ("left", *("right" for _ in head[1:]))
    text = tabulate(rows, head, tablefmt="simple", colalign=align, disable_numparse=True) + "\n"
    if verbose:
        text += "".join(_details(registry, task) for task in registry.tasks.values())
    return text


def _details(registry: Registry, task: Task) -> str:
    plan = _plan(registry, task)
    shared = shares(task, plan)
    rows = []
    for check in plan:
        points = number(shared[check.name]) if check.name in shared else ""
        rows.append([check.name, str(check.tier), points, check.title])
    head = ["check", "tier", "points", "what it asks"]
    align = ("left", "left", "right", "left")
    table = tabulate(rows, head, tablefmt="simple", colalign=align, disable_numparse=True)
    return f"\n{task.name}\n{table}\n"


def _plan(registry: Registry, task: Task) -> list[Check]:
    return registry.plan(task, EVERY_DIALECT)
