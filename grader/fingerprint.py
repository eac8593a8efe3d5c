"""A digest of everything that decides about a mark: the grader's own source, the reference, plugins, the profile."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from dataclasses import asdict
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from grader.model import Limits, Task
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
    settings = [
        suite_fingerprint(),
        _plugins(),
        sorted(task.points.items()),
        [(check.name, check.tier, check.points, check.share, check.groups) for check in registry.plan(task)],
        [(case.name, case.tier) for case in task.cases],
        asdict(limits or task.limits),
        sorted(allowed),
    ]
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]


@cache
def _plugins() -> str:
    """Return a digest of the installed plugins: their names, versions, and the files that they name."""
    digest = hashlib.sha256()
    for entry in sorted(entry_points(group=_GROUP)):
        digest.update(f"{entry.name}={entry.value} {entry.dist.version if entry.dist else ''}\0".encode())
        try:
            spec = importlib.util.find_spec(entry.module)
        except (ImportError, ValueError, AttributeError):  # the registry has a line about it
            continue
        if spec is not None and spec.origin and Path(spec.origin).is_file():
            file = Path(spec.origin)
            package = sorted(file.parent.rglob("*.py")) if file.name == "__init__.py" else [file]
            for path in package:
                digest.update(path.relative_to(file.parent).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
