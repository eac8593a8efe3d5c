"""Points: a task's total is shared among its core checks by weight, each check's share among its cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from grader.model import Check, CheckResult, Task, Tier, Verdict


def assign_points(task: Task, plan: Sequence[Check], results: Sequence[CheckResult]) -> list[CheckResult]:
    """Return the results with `points` and `max_points`.

    Only core checks carry points, and only on core cases. SKIPPED earns nothing of its share. BROKEN is the grader's
    fault: its share leaves the maximum, so that it costs nothing.
    """
    cases = Counter(result.check for result in results if result.tier is Tier.CORE)
    weights = {check.name: check.points for check in plan if cases[check.name]}
    total = sum(weights.values()) or 1.0
    scored = []
    for result in results:
        share = 0.0
        if result.tier is Tier.CORE and result.verdict is not Verdict.BROKEN:
            share = task.total * weights[result.check] / total / cases[result.check]
        earned = share if result.verdict is Verdict.PASSED else 0.0
        scored.append(replace(result, points=earned, max_points=share))
    return scored


def totals(results: Sequence[CheckResult]) -> tuple[float, float]:
    """Return (score, max_score), free of the noise of adding shares."""
    return round(sum(r.points for r in results), 6), round(sum(r.max_points for r in results), 6)
