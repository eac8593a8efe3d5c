"""What every executor is given and gives back: the open jobs of one hand-in, and its reports one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.fingerprint import suite_fingerprint
from grader.graded import Graded
from grader.model import Job, Submission


@dataclass(frozen=True)
class Bundle:
    """The jobs of one hand-in that are still to do; they share its guest. It travels as it is, to any machine.

    `passed` says of tasks that were graded before whether they passed. `grader` is the fingerprint of the source that
    must do the grading, `require` the isolation below which it must not.
    """

    number: int
    jobs: tuple[Job, ...]
    passed: Mapping[str, bool] = field(default_factory=dict)
    grader: str = field(default_factory=suite_fingerprint)
    require: str | None = None

    @property
    def submission(self) -> Submission:
        """The hand-in."""
        return self.jobs[0].submission


@dataclass(frozen=True)
class Closed:
    """A bundle is done; `trouble` says why it could not be, through the grader's fault."""

    number: int
    trouble: str = ""


class ExecutorError(ValueError):
    """There is nobody to do the work; the message is one line with the remedy."""


Event = tuple[int, Graded] | Closed
