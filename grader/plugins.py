"""Collects tasks and checks from the built-in modules and from installed plugins into one registry."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import entry_points
from types import ModuleType

from grader import checks, reporters, tasks
from grader.model import Check, FairVariant, Misconception, Reporter, Task
from grader.registration import EVERY_DIALECT, applies, by_needs, gather

GROUP = "backcheck.plugins"


class UnknownTask(ValueError):
    """A task name that nobody registered; the message suggests one that somebody did."""


@dataclass(frozen=True)
class Registry:
    """Everything that can be graded. `tasks` in the order of their names' first group, then by name.

    `troubles` has a line for every outside plugin (or a hook of it) that had to be left out. `special` has generic
    checks that are different in one task: (task, check's name) -> the check as it is there. `left_out` tells of tasks
    that a course does not grade: name in small letters -> a sentence that says so.
    """

    tasks: dict[str, Task]
    checks: tuple[Check, ...]
    reporters: dict[str, Reporter]
    troubles: tuple[str, ...] = ()
    misconceptions: tuple[Misconception, ...] = ()
    variants: tuple[FairVariant, ...] = ()
    special: Mapping[tuple[str, str], Check] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def groups(self) -> list[str]:
        """Names of groups: `all` and every group in which some task has points."""
        return ["all", *sorted({group for task in self.tasks.values() for group in task.points})]

    def select(self, names: Iterable[str]) -> list[Task]:
        """Return the tasks meant by names of tasks or groups, regardless of case, each once.

        A task that is meant as part of a group carries that group's points only. Raises UnknownTask with a suggestion.
        """
        wanted: dict[str, set[str]] = {}
        by_folded = {name.lower(): task for name, task in self.tasks.items()}
        for name in names:
            folded = name.strip().lower()
            if folded in by_folded:
                task = by_folded[folded]
                wanted.setdefault(task.name, set()).update(task.points)
            elif folded in self.groups:
                for task in self.tasks.values():
                    if folded == "all" or folded in task.points:
                        wanted.setdefault(task.name, set()).update(task.points if folded == "all" else [folded])
            else:
                raise UnknownTask(self._suggest(name))
        return [self.tasks[name].within(groups) for name, groups in wanted.items()]

    def plan(self, task: Task, dialect_traits: frozenset[str] = EVERY_DIALECT) -> list[Check]:
        """Return the checks that apply to a task in a dialect (or in any), generic ones first.

        Left out are those that only count in groups for which the task is not graded.
        """
        generic = [self.special.get((task.name, check.name), check) for check in self.checks]
        every = [check for check in (*generic, *task.checks) if applies(check, task, dialect_traits)]
        return [check for check in every if not check.groups or set(check.groups) & set(task.points)]

    def _suggest(self, name: str) -> str:
        if name.strip().lower() in self.left_out:
            return self.left_out[name.strip().lower()]
        known = [*self.tasks, *self.groups]
        close = difflib.get_close_matches(name.lower(), [k.lower() for k in known], 1, 0.5)
        hint = next((k for k in known if close and k.lower() == close[0]), None)
        tip = f"did you mean {hint}?" if hint else "known tasks: " + ", ".join(known)
        return f"no task is called {name!r}; {tip}"


def load_registry(extra: Iterable[ModuleType] = (), *, diagnosing: bool = True) -> Registry:
    """Register the built-in modules, the installed plugins and `extra`, and collect their records.

    Without `diagnosing` the built-in misconceptions, many small modules, are left out, as they are from a student kit.
    """
    packages = [checks, tasks, reporters]
    if diagnosing and importlib.util.find_spec("grader.misconceptions"):
        packages.append(importlib.import_module("grader.misconceptions"))
    built_in = [
        (name, partial(importlib.import_module, name))
        for package in packages
        for name in (f"{package.__name__}.{info.name}" for info in pkgutil.iter_modules(package.__path__))
    ]
    installed = [(entry.name, entry.load) for entry in sorted(entry_points(group=GROUP))]
    records = gather(built_in, [*installed, *((module.__name__, partial(_itself, module)) for module in extra)])
    return Registry(
        {task.name: task for task in sorted(records.tasks.values(), key=place)},
        tuple(by_needs(records.checks.values())),
        dict(sorted(records.reporters.items())),
        tuple(records.troubles),
        tuple(records.misconceptions),
        tuple(records.variants),
    )


def _itself(module: ModuleType) -> ModuleType:
    return module


def place(task: Task) -> tuple[str, str]:
    """Return what tasks are sorted by: the first group, then the name."""
    return min(task.points, default="~"), task.name.lower()
