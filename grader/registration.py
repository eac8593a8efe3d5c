"""Asks every plugin's hooks for its records, and looks them over.

What is wrong with a built-in module is an error. What is wrong with a plugin from outside costs that plugin's own
records, and one line that names the plugin, the hook and the place; the others go on.
"""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pluggy

from grader import hookspecs
from grader.grading import DIALECT_TRAITS
from grader.guest.faults import fault_of
from grader.kinds import UNITS
from grader.model import Check, FairVariant, Misconception, Origin, Reporter, Task
from grader.origin import origin_of
from grader.samples import KINDS as DATA
from grader.standard import completed

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
    variants: list[FairVariant] = field(default_factory=list)
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
            for case in task.cases:
                if case.data not in DATA:
                    raise ValueError(
                        f"task {task.name}: no data {case.data!r} (case {case.name!r}; of {', '.join(DATA)})"
                    )
            before = dict(self.checks)
            for check in task.checks:
                _known(check, before)
                before[check.name] = check
            _by_name(f"{task.name}: check", [c for c in self.checks.values() if applies(c, task)], task.checks)
        self.tasks = {name: completed(task) for name, task in together.items()}

    def add_reporters(self, reporters: Sequence[Reporter]) -> None:
        """Add output formats. Raises ValueError for a name that is taken."""
        self.reporters = _by_name("reporter", self.reporters.values(), reporters)

    def add_misconceptions(self, misconceptions: Sequence[Misconception]) -> None:
        """Add misconceptions. Raises ValueError for one whose task is not there."""
        for one in misconceptions:
            self._expect_tasks(f"misconception {one.id}", one.tasks)
        self.misconceptions += misconceptions

    def add_variants(self, variants: Sequence[FairVariant]) -> None:
        """Add fair variants. Raises ValueError for one whose task is not there."""
        for one in variants:
            self._expect_tasks(f"fair variant {one.title}", one.tasks)
        self.variants += variants

    def _expect_tasks(self, what: str, names: Iterable[str]) -> None:
        missing = set(names) - set(self.tasks)
        if missing:
            raise ValueError(f"{what}: there is no task {min(missing)}")


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
        ("backcheck_variants", FairVariant, records.add_variants),
    ]
    calls = {hook: sorted(getattr(manager.hook, hook).get_hookimpls(), key=_name) for hook, _, _ in hooks}
    for hook, kind, add in hooks:
        add([record for call in calls[hook] if _name(call) in ours for record in _typed(call.function(), kind)])
    for hook, kind, add in hooks:
        for call in calls[hook]:
            if _name(call) not in ours:
                with _at_their_cost(_name(call), hook, records.troubles, call.function):
                    origin = origin_of(_name(call), call.plugin)
                    add([_marked(record, origin) for record in _typed(call.function(), kind)])
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


class _Misfit(ValueError):
    """A function that is marked as a hook and cannot be one."""

    def __init__(self, hook: str, function: Callable[..., object], message: str) -> None:
        super().__init__(message)
        self.hook = hook
        self.function = function


@contextmanager
def _at_their_cost(
    plugin: str, step: str, troubles: list[str], function: Callable[..., object] | None = None
) -> Iterator[None]:
    """Turn whatever a plugin raises into a line of `troubles`; where no line is to blame, the hook `function` is."""
    try:
        yield
    except (Exception, SystemExit) as exc:
        fault = fault_of(exc, lambda name: not name.startswith(_NOT_THEIRS))
        if isinstance(exc, _Misfit):
            step, function = exc.hook, exc.function
        file, _, line = fault.where.rpartition(":")
        place = f" ({Path(file).name}:{line})" if file else _head(function)
        error = "ValueError" if isinstance(exc, _Misfit) else fault.error
        message = " ".join(f"{error}: {fault.message}".split())
        troubles.append(f"plugin {plugin}: {step}{place}: {message}; left out, the others go on")


def _head(function: Callable[..., object] | None) -> str:
    """Return where a function begins, in brackets."""
    code = getattr(inspect.unwrap(function), "__code__", None) if function is not None else None
    return f" ({Path(code.co_filename).name}:{code.co_firstlineno})" if code is not None else ""


def _register(manager: pluggy.PluginManager, name: str, plugin: object) -> None:
    if manager.has_plugin(name):
        raise ValueError("another plugin has this name")
    for attribute in dir(plugin):
        marked = manager.parse_hookimpl_opts(plugin, attribute)
        if marked is not None:
            _fitting(marked.get("specname") or attribute, getattr(plugin, attribute))
    manager.register(plugin, name)


def _fitting(hook: str, function: Callable[..., object]) -> None:
    """Raise _Misfit unless a function can be this hook."""
    known = [name for name in vars(hookspecs) if name.startswith("backcheck_")]
    if hook not in known:
        close = difflib.get_close_matches(hook, known, 1)
        tip = f"did you mean {close[0]}?" if close else "known hooks: " + ", ".join(known)
        raise _Misfit(hook, function, f"no hook is called {hook} ({tip})")
    needed = [p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty]
    if needed:
        raise _Misfit(
            hook, function, f"the hook {hook} is called without arguments; this one wants {', '.join(needed)}"
        )


def _name(call: pluggy.HookImpl) -> str:
    return call.plugin_name


def _typed(answer: object, kind: type) -> list[Any]:
    """Return the records that a hook gave; raise TypeError for anything else."""
    if not isinstance(answer, list | tuple) or not all(isinstance(record, kind) for record in answer):
        raise TypeError(f"a list of {kind.__name__} was expected")
    return list(answer)


def _marked(record: Any, origin: Origin) -> Any:
    """Return a record that says which plugin it comes from."""
    if isinstance(record, Task):
        record = replace(record, checks=tuple(replace(check, origin=origin) for check in record.checks))
    return replace(record, origin=origin)


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
