"""Grading one task: who is asked, in which order, and what a check that cannot run costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from grader.bench import generator
from grader.checks.define import check
from grader.grading import grade
from grader.guest.desk import Desk
from grader.guest.faults import Fault
from grader.model import Case, Check, Conventions, Job, Report, Submission, Task, Tier, Verdict
from grader.remote import Asks, InProcess, RemoteLayer
from grader.sandbox.lost import GuestLost, NoGuest
from tests.grader.inside import Classes

CASES = tuple(Case(f"case {n}", {"size": n}, (n, 2)) for n in range(1, 6))
JOB = Job(Submission("inside", "ab", {}, {}, "native"), "Thing", 7, "suite")
PASSED, FAILED, SKIPPED, BROKEN = Verdict.PASSED, Verdict.FAILED, Verdict.SKIPPED, Verdict.BROKEN


class Thing:
    """A layer that doubles, and counts how many there are."""

    made = 0

    def __init__(self, size: int) -> None:
        type(self).made += 1
        self.parameters: dict[str, np.ndarray] = {}

    def forward(self, x: np.ndarray) -> np.ndarray:
        return 2 * x


class Desk2:
    """Stands before the desk: raises where a test wants it to."""

    isolation = "none"

    def __init__(self, trouble: Callable[[str, Mapping[str, Any]], Exception | None] = lambda op, args: None) -> None:
        self._desk = InProcess(Desk(Classes(Thing)))
        self._trouble = trouble

    def ask(self, operation: str, args: Any = None, arrays: Any = None, **_: Any) -> dict[str, Any]:
        exc = self._trouble(operation, args)
        if exc is not None:
            raise exc
        return self._desk.ask(operation, args, arrays)


def run(*checks: Check, desk: Asks | None = None, seed: int = 7, **more: Any) -> Report:
    task = Task("Thing", "layer", **{"cases": CASES[:2], "points": {"ex1": 12.0}, **more})
    return grade(replace(JOB, seed=seed), task, checks, desk or Desk2())


def verdicts(report: Report) -> dict[str, list[Verdict]]:
    found: dict[str, list[Verdict]] = {}
    for result in report.results:
        found.setdefault(result.check, []).append(result.verdict)
    return found


@check()
def check_fine(layer: RemoteLayer, case: Case) -> None:
    """This one passes."""
    layer.forward(np.ones(case.input_shape))


@check(needs="fine")
def check_wrong(layer: RemoteLayer, probe: Any, case: Case) -> None:
    """This one fails in the first case."""
    probe.assert_true(case.name != "case 1", "wrong")


@check(needs=["fine", "wrong"])
def check_after_wrong(layer: RemoteLayer) -> None:
    """This one waits for the one before."""


@check()
def check_ours(layer: RemoteLayer) -> None:
    """The grader stumbles."""
    raise LookupError("ours")


@check(needs=["ours"])
def check_after_ours(layer: RemoteLayer) -> None:
    """This one waits for the grader."""


@check(needs=["ours", "wrong"])
def check_after_both(layer: RemoteLayer) -> None:
    """This one waits for both."""


def test_points_and_order_of_results() -> None:
    report = run(check_fine, check_wrong)
    assert [(r.check, r.case) for r in report.results] == [
        ("found", ""),
        *(("fine", "case 1"), ("fine", "case 2")),
        *(("wrong", "case 1"), ("wrong", "case 2")),
    ]
    assert [r.points for r in report.results] == [0, 3, 3, 0, 3]
    assert (report.score, report.max_score, report.passed) == (9, 12, False)
    assert (report.submission, report.digest, report.suite, report.seed) == ("inside", "ab", "suite", 7)


def test_check_waits_for_those_it_needs_case_by_case() -> None:
    report = run(check_fine, check_wrong, check_after_wrong)
    assert verdicts(report)["after_wrong"] == [SKIPPED, PASSED]
    (skipped,) = [r for r in report.results if r.verdict is SKIPPED]
    assert (skipped.message, skipped.points, skipped.max_points) == ("needs: This one fails in the first case", 0, 2)


def test_need_that_ran_elsewhere_only_must_have_passed_there() -> None:
    elsewhere = replace(check_wrong, cases=("case 1",), needs=())
    report = run(elsewhere, check_after_wrong)
    assert verdicts(report)["after_wrong"] == [SKIPPED, SKIPPED]
    elsewhere = replace(check_wrong, cases=("case 2",), needs=())
    assert verdicts(run(elsewhere, check_after_wrong))["after_wrong"] == [PASSED, PASSED]


def test_need_that_is_not_in_the_plan_is_no_need() -> None:
    assert verdicts(run(check_after_wrong))["after_wrong"] == [PASSED, PASSED]


def test_what_the_grader_breaks_costs_nothing_and_what_waits_for_it_neither() -> None:
    report = run(check_fine, check_ours, check_after_ours)
    assert report.broken
    assert verdicts(report)["after_ours"] == [SKIPPED, SKIPPED]
    assert (report.score, report.max_score) == (4, 4)


def test_what_waits_for_the_grader_and_for_the_student_is_the_student_s() -> None:
    for needs in (("ours", "wrong"), ("wrong", "ours")):
        report = run(check_fine, check_wrong, check_ours, replace(check_after_both, needs=needs))
        found = {r.case: r for r in report.results if r.check == "after_both"}
        assert found["case 1"].message == "needs: This one fails in the first case"
        assert found["case 1"].max_points > 0
        assert found["case 2"].message == "needs: The grader stumbles"
        assert found["case 2"].max_points == 0


def test_component_that_is_not_there_skips_everything_and_earns_nothing() -> None:
    def trouble(operation: str, args: Any) -> Exception | None:
        return Fault("missing", "no class Thing", where="a.py") if operation == "open" else None

    report = run(check_fine, check_wrong, desk=Desk2(trouble))
    assert verdicts(report) == {"found": [FAILED], "fine": [SKIPPED] * 2, "wrong": [SKIPPED] * 2}
    assert (report.score, report.max_score) == (0, 12)
    assert report.results[0].message == "no class Thing (a.py)"


@pytest.mark.parametrize("exc", [NoGuest("not ready"), KeyError("ours")])
def test_guest_that_is_not_to_be_had_costs_nothing(exc: Exception) -> None:
    report = run(check_fine, desk=Desk2(lambda operation, args: exc))
    assert verdicts(report) == {"found": [BROKEN], "fine": [SKIPPED] * 2}
    assert (report.score, report.max_score, report.broken) == (0, 0, True)


@pytest.mark.parametrize("operation", ["open", "make"])
def test_import_that_takes_too_long_gets_advice(operation: str) -> None:
    lost = GuestLost(Verdict.TIMEOUT, "no answer from the import within 20 seconds")
    report = run(check_fine, desk=Desk2(lambda asked, args: lost if asked == operation else None))
    assert report.results[0].verdict is Verdict.TIMEOUT
    assert report.results[0].message.startswith(
        lost.message + "; does the file train or wait at import? Put that under"
    )


def test_constructor_that_raises_is_shown_with_its_arguments() -> None:
    raised = Fault("raised", "bad", error="TypeError")
    report = run(check_fine, desk=Desk2(lambda asked, args: raised if asked == "make" else None))
    assert report.results[0].message == "Thing(1) cannot be constructed: TypeError: bad"


def test_timeout_is_not_waited_for_twice() -> None:
    def trouble(operation: str, args: Any) -> Exception | None:
        return GuestLost(Verdict.TIMEOUT, "no answer") if operation == "call" else None

    report = run(check_fine, check_ours, desk=Desk2(trouble), cases=CASES)
    found = [r for r in report.results if r.check == "fine"]
    (timeout,) = [r for r in found if r.verdict is Verdict.TIMEOUT]
    assert [r.message for r in found if r is not timeout] == [
        f"not tried again after the timeout on {timeout.case}"
    ] * 4
    assert report.score == 0


def test_every_check_and_case_gets_a_fresh_unit() -> None:
    Thing.made = 0
    run(check_fine, check_wrong)
    assert Thing.made == 1 + 2 * 2  # the first only shows that it can be made


def test_conventions_are_fitted_once_a_case_on_a_unit_of_their_own() -> None:
    fitted: list[str] = []
    prepared: list[int] = []
    seen: list[Conventions] = []

    def fit(unit: RemoteLayer, case: Case, rng: np.random.Generator) -> Conventions:
        fitted.append(case.name)
        assert unit._handle == prepared[-1]
        return Conventions(decay=0.5)

    def prepare(unit: RemoteLayer, case: Case, rng: np.random.Generator) -> None:
        prepared.append(unit._handle)

    def oracle(unit: RemoteLayer, case: Case, conventions: Conventions) -> Conventions:
        return conventions

    @check()
    def check_one(layer: RemoteLayer, oracle: Any) -> None:
        """One."""
        seen.append(oracle)

    other = replace(check_one, name="other")
    assert run(check_one, other, fit=fit, prepare=prepare, oracle=oracle).passed
    assert sorted(fitted) == ["case 1", "case 2"]
    assert len(prepared) == len(set(prepared)) == 6
    assert seen == [Conventions(decay=0.5)] * 4


def test_order_of_cases_is_the_seeds_secret_and_order_of_results_is_not() -> None:
    def orders(seed: int) -> tuple[list[str], list[str]]:
        asked: list[str] = []

        @check()
        def check_order(layer: RemoteLayer, case: Case) -> None:
            """Order."""
            asked.append(case.name)

        report = run(check_order, seed=seed, cases=CASES)
        return asked, [r.case for r in report.results if r.check == "order"]

    found = [orders(seed) for seed in range(6)]
    assert len({tuple(asked) for asked, _ in found}) > 1
    assert {tuple(shown) for _, shown in found} == {tuple(case.name for case in CASES)}
    assert orders(3) == orders(3)


def test_randomness_belongs_to_the_place() -> None:
    def draw(seed: int, *names: str) -> float:
        return float(generator(seed, *names).random())

    places = [(1, "a"), (2, "a"), (1, "b"), (1, "a", "b"), (1, "b", "a"), (1, "ab"), (1,)]
    assert len({draw(*place) for place in places}) == len(places)
    assert draw(2**63 - 1, "a") == draw(2**63 - 1, "a")


def test_case_beyond_the_text_makes_a_failure_a_remark() -> None:
    cases = (replace(CASES[0], tier=Tier.ROBUST), CASES[1])
    report = run(replace(check_wrong, needs=()), cases=cases)
    found = {r.case: r for r in report.results if r.check == "wrong"}
    assert (found["case 1"].tier, found["case 1"].verdict) == (Tier.ROBUST, FAILED)
    assert (report.passed, report.score, report.max_score) == (True, 12, 12)


def test_case_of_another_dialect_is_left_out() -> None:
    cases = (replace(CASES[0], traits=frozenset({"updates_in_backward"})), CASES[1])
    assert verdicts(run(check_fine, cases=cases)) == {"found": [PASSED], "fine": [PASSED]}
