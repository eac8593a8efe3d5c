"""Grading without a guest: classes of this process, for tests of the checks themselves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.grading import DIALECT_TRAITS, grade
from grader.guest.desk import Desk
from grader.guest.dialects.native import UNITS
from grader.model import Job, Report, Submission
from grader.remote import Asks, InProcess
from tests.grader.handins import registry


class Classes:
    """A dialect that has one class of the native contract, under whatever name it is asked for."""

    def __init__(self, cls: Callable[..., Any]) -> None:
        self._cls = cls

    def find(self, kind: str, component: str) -> tuple[Any, str, list[str]]:
        return self._cls, "", []

    def unit(self, kind: str, component: str, cls: Any, init: Mapping[str, Any]) -> Any:
        return UNITS[kind](cls(*init.values()))


def grade_class(
    task: str, cls: Callable[..., Any], seed: int = 7, around: Callable[[Asks], Asks] | None = None
) -> Report:
    """Grade a class of the native contract in this process; `around` may stand between grader and class."""
    known = registry().tasks[task]
    desk: Asks = InProcess(Desk(Classes(cls)))
    submission = Submission("inside", "", {}, {}, "native")
    plan = registry().plan(known, DIALECT_TRAITS["native"])
    return grade(Job(submission, task, seed), known, plan, desk if around is None else around(desk))
