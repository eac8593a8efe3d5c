"""The guest's front desk: carries out one request at a time on the student's objects.

Requests are (operation, arguments, arrays); answers are named arrays and texts, or a Fault. The same desk serves a
guest process over the wire and, in process, the grader's own references and deliberately wrong variants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np

from .faults import ANSWER, MISSING, Fault, fault_of
from .wire import Array, Item

METHODS: dict[str, tuple[str, ...]] = {
    "layer": (
        *("forward", "backward", "params", "set_params", "grads", "attach", "update"),
        *("train", "eval", "switch", "initialize", "aliasing"),
    ),
    "loss": ("forward", "backward"),
    "optimizer": ("step", "step_number", "add_regularizer", "add_stand_in", "aliasing"),
    "regularizer": ("gradient", "norm"),
    "initializer": ("draw", "draw_anew", "stream"),
    "lenet": ("names", "params", "initialize", "attach", "step", "predict"),
    "network": (
        *("arguments", "append", "append_own", "feed", "forward", "train", "losses", "test"),
        *("params", "save", "load"),
    ),
}


class Dialect(Protocol):
    """What a dialect module offers."""

    def find(self, kind: str, component: str) -> tuple[Any, str, list[str]]:
        """Return (class, file, remarks)."""

    def unit(self, kind: str, component: str, cls: Any, init: Mapping[str, Any]) -> Any:
        """Construct and wrap."""


class Desk:
    """Holds the opened components and the objects made from them, by number."""

    def __init__(
        self,
        dialect: Dialect,
        *,
        is_student_file: Callable[[str], bool] | None = None,
        reseed: Callable[[int], None] | None = None,
    ) -> None:
        self.dialect = dialect
        self._is_student_file = is_student_file
        self._reseed = reseed
        self._classes: dict[tuple[str, str], Any] = {}
        self._units: dict[int, tuple[str, Any]] = {}

    def handle(self, operation: str, args: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[str, Item]:
        """Carry out one request; raise Fault for whatever the student's code did not fulfil."""
        try:
            return dict(getattr(self, f"_{operation}")(arrays=arrays, **args))
        except BaseException as exc:  # SystemExit and KeyboardInterrupt of student code are answers too
            raise fault_of(exc, self._is_student_file) from None

    def _open(self, kind: str, component: str, arrays: Mapping[str, Array]) -> dict[str, Item]:
        cls, where, remarks = self.dialect.find(kind, component)
        if not callable(cls):
            raise Fault(MISSING, f"{component} is a {type(cls).__name__[:60]}, not a class")
        self._classes[kind, component] = cls
        return {"where": where, **{f"remark{i}": text for i, text in enumerate(remarks)}}

    def _make(
        self, handle: int, kind: str, component: str, init: dict[str, Any], seed: int, arrays: Mapping[str, Array]
    ) -> dict[str, Item]:
        if (kind, component) not in self._classes:
            self._open(kind, component, arrays)
        if self._reseed is not None:
            self._reseed(seed)
        given = {key: tuple(value["tuple"]) if isinstance(value, dict) else value for key, value in init.items()}
        unit = self.dialect.unit(kind, component, self._classes[kind, component], given)
        self._units[handle] = (kind, unit)
        return {}

    def _call(
        self, handle: int, method: str, arrays: Mapping[str, Array], other: int | None = None, **args: Any
    ) -> dict[str, Item]:
        """Call a unit's method; `other` is the number of a second unit, which is handed to it."""
        kind, unit = self._units[handle]
        if other is not None:
            args["other"] = self._units[other][1]
        if method not in METHODS[kind]:
            raise Fault(MISSING, f"a {kind} has no method {method}")
        given = {name: np.array(array) for name, array in arrays.items()}
        answer = getattr(unit, method)(**given, **args)
        if answer is None:
            return {}
        if isinstance(answer, dict):
            return answer
        if isinstance(answer, np.ndarray):
            return {"": answer}
        raise Fault(ANSWER, f"{method} gave a {type(answer).__name__[:60]}")

    def _drop(self, handle: int, arrays: Mapping[str, Array]) -> dict[str, Item]:
        self._units.pop(handle, None)
        return {}
