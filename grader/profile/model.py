"""A course's choices as a record. It travels to workers as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.model import Tier, Visibility
from grader.profile.lines import Lines, Path, line_of
from grader.results import Course


@dataclass(frozen=True)
class CheckSettings:
    """What a profile says about a check; None: nothing. `weight` is relative, `points` are points of the task."""

    weight: float | None = None
    points: float | None = None
    tier: Tier | None = None
    visibility: Visibility | None = None


@dataclass(frozen=True)
class Profile:
    """A profile that was read: its keys are known and its values of the right kind; names are looked up by `apply`.

    `given` is what the command line called it. `include` is None for everything. `groups` maps a group to the points of
    tasks in it, `like` a new group to the one whose demands it takes over. `checks` has settings by `CHECK` (wherever
    a check has this name) or `TASK.CHECK`. `limits` maps names of `grader.model.Limits` to numbers, for all tasks;
    `task_limits` has the same by task. `packages` and `dialects` are None for the usual ones. `lines` tells where each
    key stands.
    """

    given: str
    course: Course = field(default_factory=Course)
    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    groups: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    like: Mapping[str, str] = field(default_factory=dict)
    robust_counts: bool = False
    checks: Mapping[str, CheckSettings] = field(default_factory=dict)
    limits: Mapping[str, float] = field(default_factory=dict)
    task_limits: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    packages: tuple[str, ...] | None = None
    dialects: tuple[str, ...] | None = None
    lines: Lines = field(default_factory=dict, compare=False)

    def complaint(self, path: Path, what: str, item: str = "") -> str:
        """Return the line that says what is wrong with a key, or with one item of its list."""
        return complaint(self.given, self.lines, path, what, item)


def complaint(given: str, lines: Lines, path: Path, what: str, item: str = "") -> str:
    """Return `course.toml:7: key tiers.robust: what is wrong`."""
    return f"{given}:{line_of(lines, path, item)}: key {dotted(path)}: {what}"


def dotted(path: Path) -> str:
    """Return a path as TOML writes it."""
    return ".".join(part if part.replace("-", "_").replace("_", "a").isalnum() else f'"{part}"' for part in path)
