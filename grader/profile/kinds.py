"""What the values in a profile may be. Each `parse` returns the value, or raises ValueError saying what it takes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

_OURS = frozenset({"backcheck_guest", "dispatch", "framework", "grader", "submissions", "tests"})


@dataclass(frozen=True)
class Kind:
    """A kind of value: what it is called in the documentation, and what reads it."""

    name: str
    parse: Callable[[Any], Any]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"it takes a text in quotes, not {_shown(value)}")
    return value.strip()


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) and name.strip() for name in value):
        raise ValueError(f'it takes a list of names, such as ["a", "b"], not {_shown(value)}')
    return tuple(dict.fromkeys(name.strip() for name in value))


def _packages(value: Any) -> tuple[str, ...]:
    names = _names(value)
    for name in names:
        if not name.isidentifier():
            raise Unfit(name, f"{name!r} is no name that one imports; scikit-learn, for one, is imported as sklearn")
        if name in _OURS:
            raise Unfit(name, f"{name} is the grader's own: it must stay out of reach of hand-ins")
        if name in sys.stdlib_module_names:
            raise Unfit(name, f"{name} belongs to Python itself, and is always there; leave it out")
    return names


class Unfit(ValueError):
    """One item of a list will not do."""

    def __init__(self, item: str, message: str) -> None:
        super().__init__(message)
        self.item = item


def between(least: float, most: float, unit: str = "", *, whole: bool = False) -> Kind:
    """Return numbers of a unit from `least` to `most`, both included."""

    of_unit = f" of {unit}" if unit else ""

    def parse(value: Any) -> float | int:
        fine = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
        if not fine or not least <= value <= most:  # which not-a-number never is
            kind = "whole number" if whole else "number"
            raise ValueError(f"it takes a {kind}{of_unit} from {least:,g} to {most:,g}, not {_shown(value)}")
        return int(value) if whole else float(value)

    return Kind(f"{'whole number' if whole else 'number'}{of_unit}", parse)


def one_of(*words: str) -> Kind:
    """Return a choice of words."""
    quoted = ", ".join(f'"{word}"' for word in words)

    def parse(value: Any) -> str:
        if value not in words:
            raise ValueError(f"it takes one of {quoted}, not {_shown(value)}")
        return str(value)

    return Kind(f"one of {quoted}", parse)


def member(enum: type[StrEnum]) -> Kind:
    """Return a choice of the values of an enumeration."""
    words = one_of(*enum)
    return Kind(words.name, lambda value: enum(words.parse(value)))


def _shown(value: Any) -> str:
    """Return a value as a message quotes it, cut short."""
    text = "true" if value is True else "false" if value is False else repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


TEXT = Kind("text", _text)
NAMES = Kind("list of names", _names)
PACKAGES = Kind("list of names to import", _packages)
POINTS = between(0, 1_000_000, "points")
WEIGHT = between(0, 1_000_000)
