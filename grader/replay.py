"""Runs checks on a misconception as if it had been handed in: same dialect, conventions, seed and parameters."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from grader import dialects
from grader.bench import Bench, Findings
from grader.exercise_form import ExerciseForm
from grader.guest.desk import Desk
from grader.guest.dialects.fau import FauLayer
from grader.guest.dialects.native import UNITS as NATIVE
from grader.guest.lenet import LeNetUnit
from grader.guest.networks import NativeNetwork
from grader.kinds import UNITS
from grader.model import Case, Check, Conventions, FairVariant, Misconception, Task
from grader.references import reference
from grader.remote import InProcess
from grader.trace import Trace

EXERCISE = Conventions(bias="last")  # how the exercise stores an affine map


class Imitation:
    """A dialect of the guest's desk in which there are the references, and a misconception in the place of one."""

    def __init__(self, task: Task, wrong: Misconception | FairVariant | None, case: Case, findings: Findings) -> None:
        self._task, self._case, self._findings = task, case, findings
        self._classes = wrong.classes if wrong is not None else {}
        self._seed = 0
        self.made: list[Any] = []

    def desk(self) -> InProcess:
        """Return the desk to ask."""
        return InProcess(Desk(self, reseed=self._reseed))

    def _reseed(self, seed: int) -> None:
        self._seed = seed

    def find(self, kind: str, component: str) -> tuple[Any, str, list[str]]:
        """Return the class of a component."""
        own = self._task.reference if component == self._task.name else None
        return self._classes.get(component) or own or reference(component), "", []

    def unit(self, kind: str, component: str, cls: Any, init: Mapping[str, Any]) -> Any:
        """Construct and wrap it."""
        if kind == "network":
            return NativeNetwork(cls, init, self._own)
        if kind == "lenet":
            return LeNetUnit(self._made(cls, init), NATIVE["layer"])
        if kind != "layer":
            return NATIVE[kind](self._made(cls, init))
        layer = self._layer(component, cls, init)
        self.made.append(layer)
        if "updates_in_backward" in dialects.declared(self._findings.dialect).traits:
            return FauLayer(ExerciseForm(layer, self._layout(component)))
        return NATIVE["layer"](layer)

    def _layer(self, component: str, cls: Any, init: Mapping[str, Any]) -> Any:
        if component == self._task.name and self._task.build is not None:
            return self._task.build(cls, self._case, self._conventions())
        return self._made(cls, init)

    def _made(self, cls: Any, init: Mapping[str, Any]) -> Any:
        """Construct a class; one that draws random numbers gets a generator of its own."""
        if "rng" in inspect.signature(cls).parameters:
            return cls(*init.values(), rng=np.random.default_rng(self._seed))
        return cls(*init.values())

    def _own(self, component: str, init: Mapping[str, Any]) -> Any:
        return self.unit("layer", component, self.find("layer", component)[0], init)

    def _conventions(self) -> Conventions:
        return self._findings.conventions.get(self._case.name, EXERCISE)

    def _layout(self, component: str) -> Any:
        if component != self._task.name or self._task.layout is None:
            return None
        return self._task.layout(self._case, self._conventions(), self._findings.raw.get(self._case.name, {}))


def replay(
    wrong: Misconception, task: Task, seed: int, findings: Findings, places: Iterable[tuple[Check, Case]]
) -> dict[tuple[str, str], Trace]:
    """Return the traces that a misconception leaves, by (case, check), where the hand-in left its own."""
    bench = ImitationBench(wrong, task, seed, findings)
    for check, case in places:
        bench.run(check, case)
    return dict(bench.traces)


class ImitationBench(Bench):
    """Runs checks on a misconception, with the parameters that the hand-in's unit had in the same check."""

    def __init__(
        self,
        wrong: Misconception | FairVariant | None,
        task: Task,
        seed: int,
        findings: Findings,
        *,
        differentiate: bool = False,
    ) -> None:
        super().__init__(task, seed, self._unit, findings=findings.copy(), differentiate=differentiate)
        self._wrong = wrong
        self._imitation: Imitation | None = None

    def _unit(self, case: Case, seed: int) -> Any:
        self._imitation = Imitation(self.task, self._wrong, case, self.findings)
        return UNITS[self.task.kind](self._imitation.desk(), self.task.name, case.init, seed)

    def fresh(self, case: Case, purpose: str) -> Any:
        """Make a unit; the first one of a check gets the hand-in's parameters."""
        unit = super().fresh(case, purpose)
        known = self.findings.parameters.pop((case.name, purpose), {})
        for layer in self._imitation.made if self._imitation is not None else []:
            for name, value in known.items():
                if name in layer.parameters and np.shape(value) == layer.parameters[name].shape:
                    layer.parameters[name][...] = value
        return unit


def both(wrong: tuple[Misconception, ...]) -> Misconception:
    """Return one misconception that has the bugs of all: a class that inherits from theirs, if it can be made."""
    if len(wrong) == 1:
        return wrong[0]
    classes: dict[str, Callable[..., Any]] = {}
    for one in wrong:
        for component, cls in one.classes.items():
            known = classes.get(component)
            classes[component] = _joined(known, cls) if known is not None else cls
    return replace(wrong[0], classes=classes)


def _joined(first: Callable[..., Any], second: Callable[..., Any]) -> Callable[..., Any]:
    if not (isinstance(first, type) and isinstance(second, type)) or issubclass(first, second):
        return first
    try:
        return type(f"{first.__name__}And{second.__name__}", (first, second), {})
    except TypeError:  # their ancestors cannot be put into one order
        return first


def applicable(wrong: Collection[Misconception], task: str, dialect: str) -> list[Misconception]:
    """Return the misconceptions that a task's hand-ins in a dialect can have."""
    form = dialects.form(dialect)
    return [one for one in wrong if task in one.tasks and (not one.dialects or form in one.dialects)]
