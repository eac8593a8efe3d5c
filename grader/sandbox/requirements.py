"""Which packages an allowed package brings along: a package that cannot import what it is built on is of no use."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires

_STAND_ALONE = frozenset({"numpy", "pluggy", "scipy"})  # need nothing, or one another: nobody has to look it up
_OURS = frozenset({"framework", "grader"})  # a plugin is built on us; hand-ins must not get at that
_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def with_requirements(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return top-level packages and all that these need to be imported, as far as it is installed.

    What a project needs for its extras only is left out.
    """
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name not in found and name not in _OURS:
            found[name] = None
            waiting += [] if name in _STAND_ALONE else _needed(name)
    return tuple(found)


def library_folders(name: str) -> list[str]:
    """Return what the folder beside a package may be called in which its wheel keeps its shared libraries."""
    projects = [] if name in _STAND_ALONE else _installed()[1].get(name, [])
    names = [name, *(re.sub(r"[-.]+", "_", project) for project in projects)]
    return list(dict.fromkeys(f"{each}.libs" for word in names for each in (word, word.lower())))


def _needed(name: str) -> list[str]:
    imported, projects = _installed()
    needed = []
    for project in projects.get(name, ()):
        needed += imported.get(_normal(project), [])  # torch brings torchgen
        try:
            wanted = requires(project) or []
        except PackageNotFoundError:
            continue
        for text in wanted:
            match = _PROJECT.match(text)
            if match is not None and not re.search(r";.*\bextra\b", text):
                needed += imported.get(_normal(match.group()), [])
    return needed


@cache
def _installed() -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return (project -> the names that it is imported by, name -> the projects that it is in)."""
    projects = {name: list(found) for name, found in packages_distributions().items() if name.isidentifier()}
    imported: dict[str, list[str]] = {}
    for name, found in projects.items():
        for project in found:
            imported.setdefault(_normal(project), []).append(name)
    return imported, projects


def _normal(project: str) -> str:
    return re.sub(r"[-_.]+", "-", project).lower()
