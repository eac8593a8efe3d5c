"""One check, and what becomes of whatever happens in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
import pytest

from grader.guest.faults import ANSWER, MISSING, RAISED, Fault
from grader.model import Case, Check, Verdict
from grader.probe import CheckFailed, Probe
from grader.runner import Outcome, explain_fault, run_check
from grader.sandbox.lost import GuestLost, NoGuest

CASE = Case("only", {}, (2, 3))


def run(check: Callable[..., object], *arguments: str, oracle: Any = None) -> Outcome:
    def new() -> str:
        made.append(f"unit {len(made)}")
        return made[-1]

    made: list[str] = []
    record = Check("c", "t", "h", check, arguments=arguments)
    return run_check(record, CASE, Probe(CASE, np.random.default_rng(1)), new, oracle)


def raising(exc: BaseException) -> Callable[[], NoReturn]:
    def check() -> NoReturn:
        raise exc

    return check


def raised(error: str, message: str = "", where: str = "") -> Fault:
    return Fault(RAISED, message, error=error, where=where)


FAILED, CRASHED, BROKEN = Verdict.FAILED, Verdict.CRASHED, Verdict.BROKEN
UNWRITTEN = raised("NotImplementedError", "yours to write", "a.py:3")
WAITING = "asks for input(), raised in your a.py:3; nobody is there to answer"


@pytest.mark.parametrize(
    ("exc", "verdict", "message"),
    [
        (CheckFailed("wrong at [0]"), FAILED, "wrong at [0]"),
        (Fault(ANSWER, "forward returned None"), FAILED, "forward returned None"),
        (Fault(MISSING, "no class", where="a.py:1"), FAILED, "no class (a.py:1)"),
        (raised("KeyError", "bad", "a.py:3"), CRASHED, "KeyError: bad, raised in your a.py:3"),
        (raised("KeyError", "bad"), CRASHED, "KeyError: bad"),
        (raised("KeyError"), CRASHED, "KeyError"),
        (raised("MemoryError", "x", "a.py:3"), CRASHED, "out of memory, raised in your a.py:3"),
        (raised("EOFError", "EOF when reading a line", "a.py:3"), CRASHED, WAITING),
        (UNWRITTEN, FAILED, "not written yet (a.py:3): yours to write"),
        (raised("NotImplementedError"), FAILED, "not written yet: NotImplementedError"),
        (GuestLost(Verdict.TIMEOUT, "no answer"), Verdict.TIMEOUT, "no answer"),
        (GuestLost(Verdict.PROTOCOL_VIOLATION, "garbage"), Verdict.PROTOCOL_VIOLATION, "garbage"),
        (NoGuest("a guest did not get ready"), BROKEN, "NoGuest: a guest did not get ready"),
        (ZeroDivisionError("ours"), BROKEN, "ZeroDivisionError: ours"),
        (AssertionError(), BROKEN, "AssertionError: "),
    ],
)
def test_every_ending_has_its_verdict_and_its_sentence(exc: Exception, verdict: Verdict, message: str) -> None:
    outcome = run(raising(exc))
    assert (outcome.verdict, outcome.message) == (verdict, message)
    assert ("traceback" in outcome.details) == (verdict is Verdict.BROKEN)
    if verdict is Verdict.BROKEN:
        assert "raise exc" in outcome.details["traceback"]
    assert outcome.seconds > 0


@pytest.mark.parametrize(
    ("exc", "hint"),
    [
        (CheckFailed("wrong at [0]"), "h"),
        (Fault(ANSWER, "forward returned None"), ""),
        (raised("NameError", "name 'u'", "a.py:3"), ""),
        (UNWRITTEN, ""),
        (GuestLost(Verdict.TIMEOUT, "no answer", "reply_seconds"), "An endless loop?"),
        (GuestLost(Verdict.TIMEOUT, "not tried", "run_seconds"), ""),
        (GuestLost(Verdict.CRASHED, "hung up"), ""),
        (ZeroDivisionError("ours"), ""),
    ],
)
def test_the_hint_of_the_check_is_for_wrong_answers(exc: Exception, hint: str) -> None:
    shown = run(raising(exc)).hint
    assert shown.startswith(hint)
    assert bool(shown) == bool(hint)


def test_check_that_returns_has_passed() -> None:
    assert run(lambda: False).verdict is Verdict.PASSED


def test_interrupt_is_not_swallowed() -> None:
    for exc in (KeyboardInterrupt(), SystemExit(1)):
        with pytest.raises(type(exc)):
            run(raising(exc))


def test_check_gets_what_it_asks_for_and_nothing_else() -> None:
    seen: dict[str, Any] = {}
    run(lambda **given: seen.update(given))
    assert seen == {}
    run(
        lambda **given: seen.update(given),
        "layer",
        "oracle",
        "probe",
        "case",
        "new",
        oracle=lambda unit: f"truth of {unit}",
    )
    assert seen["layer"] == "unit 0"
    assert seen["oracle"] == "truth of unit 0"
    assert seen["case"] is CASE
    assert isinstance(seen["probe"], Probe)
    assert seen["new"]() == "unit 1"


def test_oracle_is_that_of_the_unit_whatever_the_order_of_arguments() -> None:
    seen: list[Any] = []
    outcome = run(lambda oracle, layer: seen.append((oracle, layer)), "oracle", "layer", oracle=lambda unit: (unit,))
    assert outcome.verdict is Verdict.PASSED
    assert seen == [(("unit 0",), "unit 0")]


def test_oracle_that_is_not_there_is_the_graders_fault() -> None:
    outcome = run(lambda oracle: None, "oracle")
    assert outcome.verdict is Verdict.BROKEN
    assert "asks for an oracle, and this task has none" in outcome.message


def test_numbers_out_of_range_warn_nobody() -> None:
    assert run(lambda: np.exp(np.array(1e9)) / 0).verdict is Verdict.PASSED


def test_details_of_failures_are_kept() -> None:
    assert run(raising(CheckFailed("m", {"wrong": 3}))).details == {"wrong": 3}
    outcome = explain_fault(Fault(RAISED, "m", error="KeyError", where="a.py:1"))
    assert outcome.details == {"error": "KeyError", "where": "a.py:1"}
