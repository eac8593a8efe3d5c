"""Asks every plugin's hooks for its records, and looks them over.

What is wrong with a built-in module is an error. What is wrong with a plugin from outside costs that plugin's own
records, and one line that names the plugin, the hook and the place; the others go on.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pluggy

from grader import hookspecs
from grader.grading import DIALECT_TRAITS
from grader.guest.faults import fault_of
from grader.kinds import UNITS
from grader.model import Check, Misconception, Reporter, Task

EVERY_DIALECT = frozenset[str]().union(*DIALECT_TRAITS.values())
_NOT_THEIRS = ("<frozen ", *(str(Path(file).parent) for file in (__file__, pluggy.__file__, importlib.__file__)))
Plugin = tuple[str, Callable[[], object]]


@dataclass
class Records:
    """What has been registered, by name, and a line for everything that was left out."""

    checks: dict[str, Check] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    reporters: dict[str, Reporter] = field(default_factory=dict)
    misconceptions: list[Misconception] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def add_checks(self, checks: Sequence[Check]) -> None:
        """Add generic checks. Raises ValueError if they cannot live with one another or with what is there."""
        together = _by_name("check", self.checks.values(), checks)
        for check in checks:
            _known(check, together)
        by_needs(checks)
        for task in self.tasks.values():
            _by_name(f"{task.name}: check", task.checks, [check for check in checks if applies(check, task)])
        self.checks = together

    def add_tasks(self, tasks: Sequence[Task]) -> None:
        """Add tasks. Raises ValueError for one that cannot be graded, or whose name is taken."""
        together = _by_name("task", self.tasks.values(), tasks)
        for task in tasks:
            if task.kind not in UNITS or not task.cases:
                known = ", ".join(UNITS)
                raise ValueError(f"task {task.name}: {len(task.cases)} cases, kind {task.kind!r} (of {known})")
            before = dict(self.checks)
            for check in task.checks:
                _known(check, before)
                before[check.name] = check
            _by_name(f"{task.name}: check", [c for c in self.checks.values() if applies(c, task)], task.checks)
        self.tasks = together

    def add_reporters(self, reporters: Sequence[Reporter]) -> None:
        """Add output formats. Raises ValueError for a name that is taken."""
        self.reporters = _by_name("reporter", self.reporters.values(), reporters)

    def add_misconceptions(self, misconceptions: Sequence[Misconception]) -> None:
        """Add misconceptions. Raises ValueError for one whose task is not there."""
        for one in misconceptions:
            missing = set(one.tasks) - set(self.tasks)
            if missing:
                raise ValueError(f"misconception {one.id}: there is no task {min(missing)}")
        self.misconceptions += misconceptions


def applies(check: Check, task: Task, dialect_traits: frozenset[str] = EVERY_DIALECT) -> bool:
    """Tell whether a check is for a task, in a hand-in of a dialect with these traits."""
    return check.traits <= task.traits | dialect_traits | {task.kind}


def gather(built_in: Iterable[Plugin], outside: Iterable[Plugin]) -> Records:
    """Import and register plugins, each given as (name, a function that returns it), and collect their records.

    The result does not depend on the order of registration.
    """
    records = Records()
    manager = pluggy.PluginManager("backcheck-grader")
    manager.add_hookspecs(hookspecs)
    ours = dict(built_in)
    for name, load in ours.items():
        manager.register(load(), name)
    for name, load in outside:
        with _at_their_cost(name, "import", records.troubles):
            _register(manager, name, load())
    hooks: list[tuple[str, type, Callable[[Sequence[Any]], None]]] = [
        ("backcheck_checks", Check, records.add_checks),
        ("backcheck_tasks", Task, records.add_tasks),
        ("backcheck_reporters", Reporter, records.add_reporters),
        ("backcheck_misconceptions", Misconception, records.add_misconceptions),
    ]
    calls = {hook: sorted(getattr(manager.hook, hook).get_hookimpls(), key=_name) for hook, _, _ in hooks}
    for hook, kind, add in hooks:
        add([record for call in calls[hook] if _name(call) in ours for record in _typed(call.function(), kind)])
    for hook, kind, add in hooks:
        for call in calls[hook]:
            if _name(call) not in ours:
                with _at_their_cost(_name(call), hook, records.troubles):
                    add(_typed(call.function(), kind))
    return records


def by_needs(given: Iterable[Check]) -> list[Check]:
    """Order checks so that each comes after those it needs, whatever order they are given in.

    Raises ValueError if they need each other in a circle.
    """
    waiting = sorted(given, key=lambda check: check.name)
    names = {check.name for check in waiting}
    ordered: list[Check] = []
    while waiting:
        done = {check.name for check in ordered}
        ready = [check for check in waiting if all(need in done or need not in names for need in check.needs)]
        if not ready:
            raise ValueError("checks need each other in a circle: " + ", ".join(check.name for check in waiting))
        ordered += ready
        waiting = [check for check in waiting if check not in ready]
    return ordered


@contextmanager
def _at_their_cost(plugin: str, step: str, troubles: list[str]) -> Iterator[None]:
    """Turn whatever a plugin raises into a line of `troubles`."""
    try:
        yield
    except (Exception, SystemExit) as exc:
        fault = fault_of(exc, lambda name: not name.startswith(_NOT_THEIRS))
        file, _, line = fault.where.rpartition(":")
        place = f" ({Path(file).name}:{line})" if file else ""
        message = " ".join(f"{fault.error}: {fault.message}".split())
        troubles.append(f"plugin {plugin}: {step}{place}: {message}; left out, the others go on")


def _register(manager: pluggy.PluginManager, name: str, plugin: object) -> None:
    if manager.has_plugin(name):
        raise ValueError("another plugin has this name")
    try:
        manager.register(plugin, name)
        unknown = [caller.name for caller in manager.get_hookcallers(plugin) or [] if not caller.has_spec()]
        if unknown:
            raise ValueError(f"no hook is called {unknown[0]}")
    except Exception:
        manager.unregister(name=name)
        raise


def _name(call: pluggy.HookImpl) -> str:
    return call.plugin_name


def _typed(answer: object, kind: type) -> list[Any]:
    """Return the records that a hook gave; raise TypeError for anything else."""
    if not isinstance(answer, list | tuple) or not all(isinstance(record, kind) for record in answer):
        raise TypeError(f"a list of {kind.__name__} was expected")
    return list(answer)


def _by_name(what: str, there: Iterable[Any], more: Iterable[Any]) -> dict[str, Any]:
    """Return all records by name; raise ValueError where two have the same, whatever its case."""
    found: dict[str, Any] = {}
    taken: set[str] = set()
    for record in (*there, *more):
        if record.name.lower() in taken:
            raise ValueError(f"{what} {record.name} is there already")
        taken.add(record.name.lower())
        found[record.name] = record
    return found


def _known(check: Check, known: Iterable[str]) -> None:
    missing = set(check.needs) - set(known)
    if missing:
        raise ValueError(f"check {check.name} needs {min(missing)}, which is not there (or comes later)")
