"""Collects tasks and checks from the built-in modules and from installed plugins into one registry."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

import pluggy

from grader import checks, hookspecs, reporters, tasks
from grader.model import Check, Reporter, Task

GROUP = "backcheck.plugins"


class UnknownTask(ValueError):
    """A task name that nobody registered; the message suggests one that somebody did."""


@dataclass(frozen=True)
class Registry:
    """Everything that can be graded. `tasks` in the order of their names' first group, then by name."""

    tasks: dict[str, Task]
    checks: tuple[Check, ...]
    reporters: dict[str, Reporter]

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

    def plan(self, task: Task, dialect_traits: frozenset[str]) -> list[Check]:
        """Return the checks that apply to a task in a dialect, generic ones first.

        Left out are those that only count in groups for which the task is not graded.
        """
        traits = task.traits | dialect_traits | {task.kind}
        every = (*self.checks, *task.checks)
        return [c for c in every if c.traits <= traits and (not c.groups or set(c.groups) & set(task.points))]

    def _suggest(self, name: str) -> str:
        known = [*self.tasks, *self.groups]
        close = difflib.get_close_matches(name.lower(), [k.lower() for k in known], 1, 0.5)
        hint = next((k for k in known if close and k.lower() == close[0]), None)
        tip = f"did you mean {hint}?" if hint else "known tasks: " + ", ".join(known)
        return f"no task is called {name!r}; {tip}"


def load_registry(extra: Iterable[ModuleType] = ()) -> Registry:
    """Register the built-in modules, the installed plugins and `extra`, and collect their records."""
    manager = pluggy.PluginManager("backcheck-grader")
    manager.add_hookspecs(hookspecs)
    for package in (checks, tasks, reporters):
        for info in pkgutil.iter_modules(package.__path__):
            name = f"{package.__name__}.{info.name}"
            manager.register(importlib.import_module(name), name)
    for entry in sorted(entry_points(group=GROUP)):
        manager.register(entry.load(), entry.name)
    for module in extra:
        manager.register(module)
    found: list[Task] = sorted(_flat(manager.hook.backcheck_tasks()), key=_place)
    generic: list[Check] = sorted(_flat(manager.hook.backcheck_checks()), key=lambda check: check.name)
    formats: list[Reporter] = sorted(_flat(manager.hook.backcheck_reporters()), key=lambda reporter: reporter.name)
    return Registry(
        {task.name: task for task in found},
        tuple(_by_needs(generic)),
        {reporter.name: reporter for reporter in formats},
    )


def _flat(answers: Iterable[Iterable[Any]]) -> list[Any]:
    return [item for answer in answers for item in answer]


def _place(task: Task) -> tuple[str, str]:
    return min(task.points, default="~"), task.name.lower()


def _by_needs(given: list[Check]) -> list[Check]:
    """Order checks so that each comes after those it needs, whatever the order of registration."""
    names = {check.name for check in given}
    ordered: list[Check] = []
    waiting = list(given)
    while waiting:
        done = {check.name for check in ordered}
        ready = [check for check in waiting if all(need in done or need not in names for need in check.needs)]
        if not ready:
            raise ValueError("checks need each other in a circle: " + ", ".join(check.name for check in waiting))
        ordered += ready
        waiting = [check for check in waiting if check not in ready]
    return ordered
