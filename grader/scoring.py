"""Points: what a task has in a group is shared, by weight, among the core checks that count for this group.

A check with a `share` gets that part of the points; the others share the rest.

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
        for name, part in _parts(counting).items():
            points[name] += most * part
    return points


def _parts(counting: Sequence[Check]) -> dict[str, float]:
    """Return the part of the points that each of these checks has; together 1, if any of them has a weight."""
    fixed = {check.name: check.share for check in counting if check.share is not None}
    weights = {check.name: check.points for check in counting if check.share is None}
    total, set_aside = sum(weights.values()), sum(fixed.values())
    left = 1.0 - set_aside if total else 0.0
    scale = 1.0 if total and set_aside <= 1.0 else 1.0 / (set_aside or 1.0)
    parts = {name: share * scale for name, share in fixed.items()}
    return parts | {name: max(left, 0.0) * weight / (total or 1.0) for name, weight in weights.items()}


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
