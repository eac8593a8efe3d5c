"""Five lines of Python that put a check's question to a class, without the grader.

What is expected is either code among them, or what the reference answers to the same lines: then the numbers stand
there. The reference is run here; of a hand-in only the text is read, to find where its class is.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from grader.focus.vocabulary import FAU, NATIVE, filled_in
from grader.guest.importer import decode_source
from grader.guest.search import class_places, module_name
from grader.model import Case, Check, Submission, Task

_PLACES = {
    "layer": "Layers.{}",
    "loss": "Optimization.Loss",
    "optimizer": "Optimization.Optimizers",
    "regularizer": "Optimization.Constraints",
    "initializer": "Layers.Initializers",
    "network": "{}",
}
_KINDS = {"Sgd": "optimizer", "SgdWithMomentum": "optimizer", "Adam": "optimizer"}
_SHOWN = 4  # numbers
_MODULE = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


@dataclass(frozen=True)
class FiveLines:
    """The lines, or why there are none."""

    lines: tuple[str, ...] = ()
    why_not: str = ""


def five_lines(
    task: Task, check: Check, case: Case, seed: int, dialect: str = FAU, submission: Submission | None = None
) -> FiveLines:
    """Return the lines for a check on a case; the class is the submission's own, or where the exercise wants it."""
    made = check.reproduction
    if made is not None and dialect == NATIVE and made.native is not None:
        made = made.native
    if made is None:
        return FiveLines(why_not="nobody has written them for this check")
    if made.why_not:
        return FiveLines(why_not=made.why_not)
    if dialect not in (FAU, NATIVE):
        return FiveLines(why_not=f"there are none for hand-ins of the kind {dialect}")
    steps = [filled_in(line, task, case, dialect) for line in made.lines]
    yours, expected = (filled_in(text, task, case, dialect) for text in (made.yours, made.expected))
    keys = tuple(zlib.crc32(name.encode()) for name in (task.name, case.name, check.name))
    rng = f"rng = np.random.default_rng(np.random.SeedSequence({seed}, spawn_key={keys}))"
    if not expected:
        yours = f"np.ravel({yours})[:{_SHOWN}].round(6)"
        try:
            expected = _by_reference(task, case, dialect, [rng, *steps], yours, made.also)
        except LookupError as exc:
            return FiveLines(why_not=f"what is expected is not known here: {exc}")
        except ModuleNotFoundError:  # a student kit
            expected = repr("known on the instructor's machine only")
    imports = dict.fromkeys(_import(name, kind, submission) for name, kind in _needed(task, made.also))
    return FiveLines((f"import numpy as np; {'; '.join(imports)}", rng, *steps, _shown(yours, expected)))


def _shown(yours: str, expected: str) -> str:
    return f'print("yours:", {yours}, "expected:", {expected})'


def _needed(task: Task, also: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(task.name, task.kind), *((name, _KINDS[name]) for name in also)]


def _import(name: str, kind: str, submission: Submission | None) -> str:
    place = _PLACES[kind].format(name)
    if submission is None:
        return f"from {place} import {name}"
    files = {path: decode_source(raw) for path, raw in submission.files.items()}
    found = class_places(files, name, place.replace(".", "/") + ".py" if submission.dialect == FAU else "")
    for path, own in found:
        module = module_name(submission.roots, path)
        if _MODULE.fullmatch(module):  # a file may be called anything; what it is called must not become code
            return f"from {module} import {own}" + (f" as {name}" if own != name else "")
    return f"from {place} import {name}"


def _by_reference(task: Task, case: Case, dialect: str, lines: list[str], yours: str, also: tuple[str, ...]) -> str:
    """Return, as Python, what the reference answers.

    The lines are those of the grader and its plugins; nothing of a hand-in is in them. Raises LookupError for a
    component without a reference, ModuleNotFoundError where there are none at all.
    """
    space: dict[str, Any] = {"np": np, task.name: _dressed(task, case, task.name, task.kind, dialect)}
    space |= {name: _dressed(task, case, name, _KINDS[name], dialect) for name in also}
    with np.errstate(all="ignore"):
        exec("\n".join(lines), space)  # our own text
        answer = np.ravel(eval(yours, space))
    return repr([float(value) for value in answer])


def _dressed(task: Task, case: Case, name: str, kind: str, dialect: str) -> Any:
    """Return what constructs the reference of a component as a hand-in in this dialect would have it."""
    from grader.exercise_form import ExerciseForm
    from grader.references import reference
    from grader.replay import EXERCISE

    cls = task.reference if name == task.name and task.reference is not None else reference(name)
    if dialect == NATIVE:
        return cls
    if kind == "optimizer":
        return lambda *args: _ExerciseOptimizer(cls(*args))
    if kind == "layer":
        layout = task.layout(case, EXERCISE, {}) if task.layout is not None else None
        return lambda *args: ExerciseForm(cls(*args), layout)
    return cls


class _ExerciseOptimizer:
    """A reference optimizer in the exercise's dialect."""

    def __init__(self, optimizer: Any) -> None:
        self._optimizer = optimizer
        self.add_regularizer = optimizer.add_regularizer

    def calculate_update(self, w: Any, g: Any) -> Any:
        """Return the new weights."""
        return self._optimizer.step("w", w, g)
