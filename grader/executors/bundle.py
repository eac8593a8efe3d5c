"""What every executor is given and gives back: the open jobs of one hand-in, and its reports one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.fingerprint import suite_fingerprint
from grader.graded import Graded
from grader.model import Job, Submission
from grader.profile.model import Profile
from grader.sandbox.visible import USUAL


@dataclass(frozen=True)
class Bundle:
    """The jobs of one hand-in that are still to do; they share its guest. It travels as it is, to any machine.

    `passed` says of tasks that were graded before whether they passed. `grader` is the fingerprint of the source that
    must do the grading, `require` the isolation below which it must not, `profile` what the course wants.
    """

    number: int
    jobs: tuple[Job, ...]
    passed: Mapping[str, bool] = field(default_factory=dict)
    grader: str = field(default_factory=suite_fingerprint)
    require: str | None = None
    profile: Profile | None = None

    @property
    def submission(self) -> Submission:
        """The hand-in."""
        return self.jobs[0].submission

    @property
    def packages(self) -> tuple[str, ...]:
        """What the hand-in may import."""
        return USUAL if self.profile is None or self.profile.packages is None else self.profile.packages


@dataclass(frozen=True)
class Closed:
    """A bundle is done; `trouble` says why it could not be, through the grader's fault."""

    number: int
    trouble: str = ""


class ExecutorError(ValueError):
    """There is nobody to do the work; the message is one line with the remedy."""


Event = tuple[int, Graded] | Closed
