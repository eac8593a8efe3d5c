"""Runs one check on one case, and turns whatever happens into a verdict and a message."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grader.guest.faults import RAISED, Fault
from grader.model import Case, Check, Origin, Verdict
from grader.origin import blame
from grader.probe import CheckFailed, Probe
from grader.references import NoOracle
from grader.sandbox.lost import GuestLost
from grader.trace import raised

_SLOW = "An endless loop? If it is only slow, wait longer: --timeout SECONDS."


@dataclass(frozen=True)
class Outcome:
    """How a check ended, before points; `hint` is what to think about, where that fits what was seen."""

    verdict: Verdict
    message: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    remarks: tuple[str, ...] = ()
    hint: str = ""


def run_check(
    check: Check,
    case: Case,
    probe: Probe,
    new: Callable[[], Any],
    oracle: Callable[[Any], Any] | None,
    origin: Origin | None = None,
) -> Outcome:
    """Run `check`; `new` makes a fresh unit, `oracle(unit)` its reference, and `origin` is where these come from.

    A wrong answer, an exception of the student's code and a lost guest each have their verdict. Anything else is the
    grader's own fault, or a plugin's: BROKEN, with the traceback in `details`. Where nobody knows the right answer:
    SKIPPED. The check's hint is about the formula: only a wrong answer gets it.
    """
    start = time.perf_counter()
    try:
        with np.errstate(all="ignore"):
            check.run(**_arguments(check, case, probe, new, oracle))
        outcome = Outcome(Verdict.PASSED)
    except CheckFailed as exc:
        probe.trace.append(raised("CheckFailed"))
        outcome = Outcome(Verdict.FAILED, exc.message, exc.details, hint=check.hint)
    except Fault as fault:
        probe.trace.append(raised(fault.error or fault.kind))
        outcome = explain_fault(fault)
    except GuestLost as lost:
        probe.trace.append(raised(lost.verdict))
        outcome = explain_loss(lost)
    except NoOracle as exc:
        outcome = Outcome(Verdict.SKIPPED, str(exc), {"ours": True, "no_oracle": True})
    except Exception as exc:
        outcome = broken(exc, check.origin, origin)
    if probe.failure is not None:  # whatever came after the first wrong answer is its consequence
        outcome = Outcome(Verdict.FAILED, probe.failure.message, probe.failure.details, hint=check.hint)
    details = probe.details | outcome.details
    seconds = time.perf_counter() - start
    return Outcome(outcome.verdict, outcome.message, details, seconds, tuple(probe.remarks), outcome.hint)


def broken(exc: Exception, *origins: Origin | None) -> Outcome:
    """Return the outcome for an exception that is the grader's own fault, with the traceback in `details`.

    If it came from the code of one of the plugins `origins`, the message names that and the line.
    """
    lines = traceback.format_exception(exc)
    message = f"{blame(exc, *origins)}{type(exc).__name__}: {exc}"
    return Outcome(Verdict.BROKEN, message, {"traceback": "".join(lines)})


def explain_loss(lost: GuestLost) -> Outcome:
    """Return the verdict for a guest that was lost, with the name of the limit that it ran into in `details`."""
    slow = lost.verdict is Verdict.TIMEOUT and lost.limit == "reply_seconds"
    return Outcome(lost.verdict, lost.message, {"limit": lost.limit} if lost.limit else {}, hint=_SLOW if slow else "")


def explain_fault(fault: Fault) -> Outcome:
    """Return the verdict and the sentence for what the student's code did not fulfil."""
    place = f", raised in your {fault.where}" if fault.where else ""
    if fault.kind != RAISED:
        return Outcome(Verdict.FAILED, fault.message + (f" ({fault.where})" if fault.where else ""))
    details = {"error": fault.error, "where": fault.where}
    if fault.error == "NotImplementedError":
        where = f" ({fault.where})" if fault.where else ""
        return Outcome(Verdict.FAILED, f"not written yet{where}: {fault.message or fault.error}", details)
    if fault.error == "MemoryError":
        return Outcome(Verdict.CRASHED, f"out of memory{place}", details | {"limit": "memory_bytes"})
    if fault.error == "EOFError":
        return Outcome(Verdict.CRASHED, f"asks for input(){place}; nobody is there to answer", details)
    message = f": {fault.message.strip()}" if fault.message.strip() else ""
    if fault.error == "PermissionError":
        place += "; a hand-in may read Python and NumPy, and neither files nor connections nor other processes"
    return Outcome(Verdict.CRASHED, f"{fault.error}{message}{place}", details)


def _arguments(
    check: Check, case: Case, probe: Probe, new: Callable[[], Any], oracle: Callable[[Any], Any] | None
) -> dict[str, Any]:
    """Build what the check asks for, and nothing else. The oracle is that of the unit under test."""
    given: dict[str, Any] = {}
    unit = None
    for name in check.arguments:
        if name == "probe":
            given[name] = probe
        elif name == "case":
            given[name] = case
        elif name == "new":
            given[name] = new
        elif name != "oracle":
            unit = given[name] = new()
    if "oracle" in check.arguments:
        if oracle is None:
            raise TypeError(f"check {check.name} asks for an oracle, and this task has none")
        given["oracle"] = oracle(unit)
    return given
