"""A digest of everything that decides about a mark: the grader's own source, the reference, plugins, the profile."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from grader.model import Limits, Origin, Task
from grader.sandbox.visible import USUAL

if TYPE_CHECKING:
    from grader.plugins import Registry

_GROUP = "backcheck.plugins"
_NO_SAY = (  # what shows, stores or hands out results, and cannot change one
    *("grader/reporters/", "grader/batch/", "grader/store.py", "grader/store_file.py", "grader/results.py"),
    *(
        "grader/cli.py",
        "grader/options/",
        "grader/dispatching.py",
        "grader/listing.py",
        "grader/from_packages.py",
        "grader/focus/",
        "grader/intake/arrivals.py",
    ),
    *("grader/selftest/", "grader/selftesting.py"),
    *("grader/testing/", "grader/own_code.py", "grader/live.py", "grader/__init__.py"),
    *("grader/intake/lms.py", "grader/intake/metadata.py", "grader/intake/roster.py"),
    *(
        "grader/executors/processes.py",
        "grader/executors/dask.py",
        "grader/executors/worker.py",
        "grader/executors/frames.py",
    ),
)


@cache
def suite_fingerprint() -> str:
    """Return 16 hex digits that change whenever a file of `grader/` or `framework/` that has a say in marks does."""
    top = Path(__file__).parent.parent
    digest = hashlib.sha256()
    for package in ("framework", "grader"):
        for path in sorted((top / package).rglob("*.py")):
            name = path.relative_to(top).as_posix()
            if not name.startswith(_NO_SAY):
                digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def task_fingerprint(registry: Registry, task: Task, limits: Limits | None, allowed: tuple[str, ...] = USUAL) -> str:
    """Return 16 hex digits for a task as it is graded: the suite, plugins, and all that a profile may have changed.

    That is the points, tiers and weights of the task, its checks and cases, the limits, and the `allowed` packages; not
    what is shown of a result (texts, visibility).
    """
    parts = task_parts(registry, task, limits, allowed)
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def task_parts(
    registry: Registry, task: Task, limits: Limits | None, allowed: tuple[str, ...] = USUAL
) -> dict[str, str]:
    """Return what a task's fingerprint is made of: 16 hex digits for each part, by a name that people understand.

    A plugin from outside is a part of a task that it contributes to: the task itself, a check, a misconception.
    """
    plan = registry.plan(task)
    mistakes = [one for one in registry.misconceptions if task.name in one.tasks]
    found = [task.origin, *(check.origin for check in plan), *(one.origin for one in mistakes)]
    origins = {origin for origin in found if origin is not None}
    settings: dict[str, object] = {
        "points": sorted(task.points.items()),
        "checks": [(check.name, check.tier, check.points, check.share, check.groups) for check in plan],
        "cases": [(case.name, case.tier) for case in task.cases],
        "limits": asdict(limits or task.limits),
        "allowed packages": sorted(allowed),
    }
    parts = {name: hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16] for name, value in settings.items()}
    plugins = {f"plugin {origin.plugin}": _plugin(origin) for origin in origins}
    return {"the grader's source": suite_fingerprint(), **parts, **plugins}


@cache
def _plugin(origin: Origin) -> str:
    """Return a digest of a plugin: its name, its version if it is installed, and the files that it is written in."""
    digest = hashlib.sha256()
    for entry in sorted(entry_points(group=_GROUP, name=origin.plugin)):
        digest.update(f"{entry.name}={entry.value} {entry.dist.version if entry.dist else ''}\0".encode())
    place = Path(origin.path)
    for path in sorted(place.rglob("*.py")) if origin.path and place.is_dir() else [place]:
        if path.is_file():
            digest.update(path.relative_to(place.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
