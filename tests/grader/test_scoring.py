"""Points: shared by weight, group by group, then among the cases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.model import Check, CheckResult, Task, Tier, Verdict
from grader.scoring import assign_points, shares, totals


def _check(name: str, points: float = 1.0, groups: tuple[str, ...] = (), tier: Tier = Tier.CORE) -> Check:
    return Check(name, name, "", lambda: None, points=points, groups=groups, tier=tier)


def _result(check: Check, verdict: Verdict = Verdict.PASSED, case: str = "a", tier: Tier | None = None) -> CheckResult:
    return CheckResult("T", case, check.name, check.title, verdict, tier=tier or check.tier)


TASK = Task("T", "layer", (), points={"ex1": 12.0, "ex2": 4.0})
PLAN = [_check("basic", 1), _check("more", 2), _check("later", 3, ("ex2",)), _check("beyond", 9, tier=Tier.ROBUST)]


def test_points_of_a_group_are_shared_among_the_core_checks_that_count_for_it() -> None:
    assert shares(TASK, PLAN) == pytest.approx({"basic": 4 + 4 / 6, "more": 8 + 8 / 6, "later": 4 * 3 / 6})


def test_a_failure_that_only_a_later_exercise_asks_about_costs_nothing_in_the_first() -> None:
    verdicts = dict.fromkeys(("basic", "more", "beyond"), Verdict.PASSED) | {"later": Verdict.FAILED}
    results = [_result(check, verdicts[check.name]) for check in PLAN]
    assert totals(assign_points(TASK, PLAN, results)) == (14.0, 16.0)
    first = Task("T", "layer", (), points={"ex1": 12.0})
    assert totals(assign_points(first, PLAN, results)) == (12.0, 12.0)


def test_groups_that_the_task_has_no_points_in_carry_none() -> None:
    assert shares(TASK, [_check("only", 1, ("ex3",))]) == {"only": 0.0}


def test_a_checks_points_are_shared_among_its_core_cases() -> None:
    plan = PLAN[:1]
    results = [_result(plan[0], case="a"), _result(plan[0], Verdict.FAILED, "b")]
    results.append(_result(plan[0], Verdict.FAILED, "c", Tier.ROBUST))
    scored = assign_points(TASK, plan, results)
    assert [r.points for r in scored] == [8.0, 0.0, 0.0]
    assert [r.max_points for r in scored] == [8.0, 8.0, 0.0]


@pytest.mark.parametrize(("verdict", "earned", "most"), [("skipped", 0.0, 16.0), ("broken", 0.0, 0.0)])
def test_skipped_earns_nothing_and_broken_costs_nothing(verdict: str, earned: float, most: float) -> None:
    plan = PLAN[:1]
    assert totals(assign_points(TASK, plan, [_result(plan[0], Verdict(verdict))])) == (earned, most)


def test_what_waits_for_the_graders_own_trouble_costs_nothing_either() -> None:
    basic, more = PLAN[:2]
    waiting = replace(_result(more, Verdict.SKIPPED), details={"ours": True})
    scored = assign_points(TASK, [basic, more], [_result(basic, Verdict.BROKEN), waiting])
    assert totals(scored) == (0.0, 0.0)
    scored = assign_points(TASK, [basic, more], [_result(basic), waiting])
    assert totals(scored)[0] == totals(scored)[1] == pytest.approx(16 / 3)
    failed = replace(_result(more, Verdict.FAILED), details={"ours": True})
    assert totals(assign_points(TASK, [basic, more], [_result(basic), failed])) == (pytest.approx(16 / 3), 16.0)


def test_sums_are_free_of_the_noise_of_shares() -> None:
    plan = [_check(str(n)) for n in range(7)]
    task = Task("T", "layer", (), points={"ex1": 10.0})
    results = [_result(check, case=case) for check in plan for case in "abc"]
    assert totals(assign_points(task, plan, results)) == (10.0, 10.0)


def test_nothing_to_score() -> None:
    assert totals(assign_points(TASK, [], [])) == (0.0, 0.0)
    assert totals(assign_points(Task("T", "layer", ()), PLAN, [_result(check) for check in PLAN])) == (0.0, 0.0)


def test_a_share_is_set_aside_and_the_others_share_the_rest() -> None:
    fixed = replace(_check("fixed", 5), share=0.25)
    task = replace(TASK, points={"ex1": 40.0})
    plan = [_check("one", 1), _check("two", 2), fixed]
    assert shares(task, plan) == {"one": 10.0, "two": 20.0, "fixed": 10.0}
    assert shares(task, [fixed]) == {"fixed": 40.0}  # nobody else is there to have the rest
    assert shares(task, [replace(fixed, share=0.75), replace(fixed, name="other", share=0.75), _check("one")]) == {
        "fixed": 20.0,
        "other": 20.0,
        "one": 0.0,
    }
    assert shares(task, [_check("none", 0)]) == {"none": 0.0}
