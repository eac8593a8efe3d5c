"""`--list`: what can be graded, and for how many points."""

from __future__ import annotations

from tabulate import tabulate

from grader.checks.define import REASONS
from grader.model import Check, Task, Tier
from grader.plugins import Registry
from grader.registration import EVERY_DIALECT
from grader.reporters.terminal import number
from grader.scoring import shares


def listing(registry: Registry, *, verbose: bool) -> str:
    """Return the table of tasks; with `verbose` also every check of each, its tier with the reason,
    and its points."""
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
        text += "\nTiers, and why a check has one (where it has a reason of its own, that is given with it):\n"
        text += "".join(f"  {tier}: {reason}\n" for tier, reason in REASONS.items())
        text += "".join(_details(registry, task) for task in registry.tasks.values())
    return text


def _details(registry: Registry, task: Task) -> str:
    plan = _plan(registry, task)
    shared = shares(task, plan)
    rows = []
    for check in plan:
        points = number(shared[check.name]) if check.name in shared else ""
        own_reason = f"\n  ({check.tier}: {check.reason})" if check.reason not in ("", REASONS[check.tier]) else ""
        rows.append([check.name, str(check.tier), points, check.title + own_reason])
    head = ["check", "tier", "points", "what it asks"]
    align = ("left", "left", "right", "left")
    table = tabulate(rows, head, tablefmt="simple", colalign=align, disable_numparse=True, preserve_whitespace=True)
    remarks = [
        f"In the case “{case.name}” a failure is a remark ({case.tier}): {case.reason or REASONS[case.tier]}."
        for case in task.cases
        if case.tier is not Tier.CORE
    ]
    return "\n".join(["", task.name, table, *remarks, ""])


def _plan(registry: Registry, task: Task) -> list[Check]:
    return registry.plan(task, EVERY_DIALECT)
