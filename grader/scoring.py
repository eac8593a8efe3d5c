"""Points: what a task has in a group is shared, by weight, among the core checks that count for this group.

A check's points, summed over the groups, are shared among its cases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from grader.model import Check, CheckResult, Task, Tier, Verdict


def shares(task: Task, plan: Sequence[Check]) -> dict[str, float]:
    """Return the points of every core check of a plan, by name."""
    core = [check for check in plan if check.tier is Tier.CORE]
    points = dict.fromkeys((check.name for check in core), 0.0)
    for group, most in task.points.items():
        counting = [check for check in core if not check.groups or group in check.groups]
        total = sum(check.points for check in counting) or 1.0
        for check in counting:
            points[check.name] += most * check.points / total
    return points


def assign_points(task: Task, plan: Sequence[Check], results: Sequence[CheckResult]) -> list[CheckResult]:
    """Return the results with `points` and `max_points`.

    Only core checks carry points, and only on core cases. SKIPPED earns nothing of its share. BROKEN is the grader's
    fault: its share, and that of the checks that wait for it, leaves the maximum, so that it costs nothing.
    """
    cases = Counter(result.check for result in results if result.tier is Tier.CORE)
    points = shares(task, [check for check in plan if cases[check.name]])
    scored = []
    for result in results:
        share = 0.0
        if result.tier is Tier.CORE and not is_ours(result):
            share = points[result.check] / cases[result.check]
        earned = share if result.verdict is Verdict.PASSED else 0.0
        scored.append(replace(result, points=earned, max_points=share))
    return scored


def is_ours(result: CheckResult) -> bool:
    """Tell whether a result is the grader's doing: BROKEN, or not run because of something that is."""
    waits = result.verdict is Verdict.SKIPPED and bool(result.details.get("ours"))
    return waits or result.verdict is Verdict.BROKEN


def totals(results: Sequence[CheckResult]) -> tuple[float, float]:
    """Return (score, max_score), free of the noise of adding shares."""
    return round(sum(r.points for r in results), 6), round(sum(r.max_points for r in results), 6)
