"""What a dialect tells the grader about itself, before any guest is started: plain data, nothing of a hand-in.

A dialect is one file in `dialects/`; its `DECLARED` is all that the rest of the grader knows of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """How much of a task is asked for: the names of its cases (all, if none is named), and the checks left out."""

    cases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Declaration:
    """A dialect: how its hand-ins look, and what is asked of them.

    `sign`: how a hand-in is recognised, in words (for the message to those that are not). `traits`: what cases and
    checks may ask for (`grader/checks/__init__.py` has the list). `resembles`: the dialect whose mistakes can be made
    in this one, too.

    The look: `entry_points` (a `pyproject.toml` names the components), or `marks`, a pattern that matches the paths
    of tell-tale files with the group `root` for the folder that the hand-in starts in; if `holds` is given, such a file
    counts only where its text matches that pattern, too. `folders` are those of the layout, which modules are also
    looked up in; `flat` maps a file name (small letters, no `.py`) to the folder where it belongs, for a zip that was
    packed without folders. `helper` is the place of a module that the course provides, should the hand-in lack it.

    `asked`: what there is to grade, by the name of the task; None for every task that is not another dialect's own.
    """

    sign: str
    traits: frozenset[str] = frozenset()
    resembles: str = ""
    entry_points: bool = False
    marks: str = ""
    holds: str = ""
    folders: tuple[str, ...] = ()
    flat: Mapping[str, str] = field(default_factory=dict)
    helper: str = ""
    asked: Mapping[str, Asked] | None = None
