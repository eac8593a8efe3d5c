"""What the grader knows of the dialects: the `DECLARED` of every file in `guest/dialects/`."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from grader.guest.declaration import Asked, Declaration

if TYPE_CHECKING:
    from grader.model import Task

_PLACE = Path(__file__).parent / "guest" / "dialects"


class UnknownDialect(ValueError):
    """A dialect that there is no file for; the message suggests one that there is."""


@cache
def names() -> tuple[str, ...]:
    """Return the names of all dialects, in alphabetical order; imports none of them."""
    return tuple(sorted(info.name for info in pkgutil.iter_modules([str(_PLACE)])))


def known(name: str) -> str:
    """Return the dialect meant, whatever the case of the name. Raises UnknownDialect with a suggestion."""
    folded = name.strip().lower()
    if folded in names():
        return folded
    close = difflib.get_close_matches(folded, names(), 1, 0.5)
    tip = f"did you mean {close[0]}?" if close else "known: " + ", ".join(names())
    raise UnknownDialect(f"no dialect is called {name!r}; {tip}")


@cache
def declared(name: str) -> Declaration:
    """Return what a dialect declares. Raises UnknownDialect if there is none of that name."""
    if name not in names():
        known(name)
    module = importlib.import_module(f"grader.guest.dialects.{name}")
    declaration = module.DECLARED
    assert isinstance(declaration, Declaration)
    return declaration


def form(name: str) -> str:
    """Return the dialect whose mistakes can be made in this one: its own name, unless it resembles another."""
    return declared(name).resembles or name


def asked(task: Task, name: str) -> Asked | None:
    """Return how much of a task is asked of hand-ins in a dialect; None for nothing at all."""
    table = declared(name).asked
    if table is not None:
        return table.get(task.name)
    return Asked() if not task.dialects or name in task.dialects else None


def narrowed(task: Task, name: str) -> Task:
    """Return the task with those of its cases that a dialect can express."""
    wanted = asked(task, name) or Asked()
    traits = declared(name).traits
    cases = [case for case in task.cases if case.traits <= traits and case.name in (wanted.cases or [case.name])]
    return replace(task, cases=tuple(cases))


def traits() -> dict[str, frozenset[str]]:
    """Return the traits of every dialect, by its name."""
    return {name: declared(name).traits for name in names()}
