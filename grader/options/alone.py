"""Options that do something else than grade, and what goes with them; the rest would be ignored, and is refused."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping

_ALONE: Mapping[str, Collection[str]] = {
    "doctor": (),
    "selftest": ("task", "skip", "seed", "jobs", "verbose"),
    "handout": ("profile",),
    "profile_template": (),
    "list": ("task", "skip", "profile", "verbose"),
}


def stray(options: argparse.Namespace, parser: argparse.ArgumentParser) -> str:
    """Return a sentence about the first option given that does not go with one that stands alone, else nothing."""
    usual = vars(parser.parse_args([]))
    given = [name for name, value in vars(options).items() if value != usual[name]]
    for alone, companions in _ALONE.items():
        if alone in given:
            others = [name for name in given if name != alone and name not in companions]
            return f"{_shown(others[0])} does not go with {_shown(alone)}" if others else ""
    return ""


def _shown(name: str) -> str:
    return f"--{name.replace('_', '-')}"
