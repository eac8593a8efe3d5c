"""`--list`: what can be graded, and for how many points."""

from __future__ import annotations

from dataclasses import asdict

from tabulate import tabulate

from grader.checks.define import REASONS
from grader.model import Check, Limits, Task, Tier, Visibility
from grader.plugins import Registry
from grader.profile.model import Profile
from grader.registration import EVERY_DIALECT
from grader.reporters._text import clean
from grader.reporters.terminal import number
from grader.sandbox.visible import USUAL, packages
from grader.scoring import shares


def listing(registry: Registry, *, verbose: bool, profile: Profile | None = None) -> str:
    """Return the table of tasks; with `verbose` also every check of each, its tier with the reason,
    and its points. The registry is that of a `profile`, which is told if it is given."""
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
        text += "".join(f"\n{line}" for line in _settings(registry, profile)) + "\n" if profile is not None else ""
    if profile is not None and profile.course.title:
        text = f"{clean(profile.course.title)}\n\n{text}"
    return text


def _settings(registry: Registry, profile: Profile) -> list[str]:
    """Return what else the profile says: packages, kinds of hand-ins, limits."""
    allowed = USUAL if profile.packages is None else profile.packages
    lines = [f"packages that hand-ins may import: {', '.join(packages(allowed))}"]
    lines += [f"kinds of hand-ins taken: {', '.join(profile.dialects)}"] if profile.dialects is not None else []
    limits = {name: task.limits for name, task in registry.tasks.items()}
    for key, value in asdict(Limits()).items():
        found = {name: getattr(each, key) for name, each in limits.items()}
        for own in sorted({each for each in found.values() if each != value}):
            names = ", ".join(name for name, each in found.items() if each == own)
            lines.append(f"{key} = {own:,g}" + ("" if len(set(found.values())) == 1 else f" for {names}"))
    return lines


def _details(registry: Registry, task: Task) -> str:
    plan = _plan(registry, task)
    shared = shares(task, plan)
    rows = []
    for check in plan:
        points = number(shared[check.name]) if check.name in shared else ""
        own_reason = f"\n  ({check.tier}: {check.reason})" if check.reason not in ("", REASONS[check.tier]) else ""
        hidden = "" if check.visibility is Visibility.VISIBLE else f" ({check.visibility.replace('_', ' ')})"
        rows.append([check.name, str(check.tier), points, check.title + hidden + own_reason])
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
