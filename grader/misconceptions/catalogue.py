"""Reads the catalogue of known mistakes: the component, which tier of checks must notice the mistake, and why."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files

GRADED = ("core", "robust", "style")
TIERS = (*GRADED, "accepted", "not-gradable")


@dataclass(frozen=True)
class Row:
    """One known mistake. `component` is the task it belongs to, or what it is about where there is no such task.

    `tier` is that of the checks which must notice it; `accepted` is no mistake in the end, `not-gradable` one that no
    check could see. `reason` says in a clause why.
    """

    id: str
    component: str
    tier: str
    reason: str

    @property
    def graded(self) -> bool:
        """Tell whether some check must notice it."""
        return self.tier in GRADED


def rows() -> list[Row]:
    """Return all rows, in the catalogue's order. Raises ValueError for a row that is not one."""
    text = files("grader.misconceptions").joinpath("catalogue.csv").read_text(encoding="utf-8")
    head, *lines = csv.reader(text.splitlines())
    if head != ["id", "component", "tier", "reason"]:
        raise ValueError(f"catalogue.csv: unexpected columns {head}")
    found = []
    for number, line in enumerate(lines, 2):
        if len(line) != len(head) or not all(line):
            raise ValueError(f"catalogue.csv, line {number}: id, component, tier and reason were expected, not {line}")
        found.append(Row(*line))
    return found
