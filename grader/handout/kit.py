"""Writes a student kit: a folder in which the grader works and the reference is not."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from grader.cli import PROJECT
from grader.golden import Golden
from grader.handout.counted import Counted, counted
from grader.handout.record import PUBLIC_SEEDS, record
from grader.handout.visible import Hidden, without_hidden
from grader.plugins import Registry, load_registry
from grader.profile.apply import apply_profile
from grader.profile.model import Profile

_KINDS = (".py", ".j2", ".css", ".js", ".json", ".toml")
_LEFT_OUT = (  # what only instructors have, by the beginning of its path
    "framework/reference/",
    "framework/torch_lenet.py",
    "grader/misconceptions/",
    "grader/handout/",
    "grader/selftest/",
    "grader/network_desk.py",
)
_SINGLE_FILES = ("dispatch.py", "LICENSE", "data/digits.npz", "data/README.md")
_TEMPLATE = "submissions/template"


class KitError(ValueError):
    """A kit cannot be written there; the message is one line with the remedy."""


def hand_out(folder: Path, profile: Profile | None = None, seeds: Sequence[int] = PUBLIC_SEEDS) -> str:
    """Write a kit into `folder`, all of it or nothing; return the closing line.

    A course's `profile` says what is hidden. Raises KitError for a folder that is not empty or cannot be written, and
    ProfileError.
    """
    try:
        _refuse(folder)
    except OSError as exc:  # a name that is far too long, a folder that may not be entered
        raise KitError(f"cannot write the kit {folder}: {exc.strerror or exc}") from exc
    installed = apply_profile(load_registry(diagnosing=False), profile)
    known = _own(installed)
    if foreign := sorted(set(installed.tasks) - set(known.tasks)):
        print(f"not in the kit, as their packages are not part of it: {', '.join(foreign)}", file=sys.stderr)
    print("writing a kit: right answers are recorded for all tasks, which takes a minute", file=sys.stderr, flush=True)
    beside = folder.parent / f".{folder.resolve().name}-{secrets.token_hex(4)}"
    try:
        beside.mkdir()
        found = _fill(beside, known, seeds)
        if folder.exists():
            folder.rmdir()  # it is empty
        os.replace(beside, folder)
    except OSError as exc:
        raise KitError(f"cannot write the kit {folder}: {exc.strerror or exc}") from exc
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return f"{folder}: a kit for students. {found.sentence()}."


def _refuse(folder: Path) -> None:
    """Raise KitError unless `folder` is empty, or can be made."""
    if folder.is_dir():
        if any(folder.iterdir()):
            raise KitError(f"{folder} is not empty; --handout takes a new or empty folder")
    elif folder.exists():
        raise KitError(f"{folder} is a file; --handout takes a new or empty folder")
    if not folder.parent.is_dir() or not os.access(folder.parent, os.W_OK):
        raise KitError(f"cannot write the kit {folder}: no such folder as {folder.parent}, or not writable")


def _fill(top: Path, registry: Registry, seeds: Sequence[int]) -> Counted:
    """Write all files of a kit; return how much it can do."""
    tasks = list(registry.tasks.values())
    hidden = Hidden.of(check for task in tasks for check in registry.plan(task))
    for name, data in _files():
        if name.startswith("grader/") and name.endswith(".py"):
            data = without_hidden(name, data.decode("utf-8"), hidden).encode("utf-8")
        _write(top / name, data)
    _write(top / "README.md", (Path(__file__).parent / "student.md").read_bytes())
    _write(top / "requirements.txt", _requirements().encode())
    golden = top / "data" / "golden"
    record(registry, tasks, seeds, hidden).write(golden, seeds)
    return counted(registry, tasks, hidden, Golden(golden), seeds[0])


def _files() -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of what is copied."""
    for package in ("framework", "grader"):
        for path in sorted((PROJECT / package).rglob("*")):
            name = path.relative_to(PROJECT).as_posix()
            if path.suffix in _KINDS and not name.startswith(_LEFT_OUT) and "__pycache__" not in name:
                yield name, path.read_bytes()
    for path in sorted((PROJECT / _TEMPLATE).iterdir()):
        if path.is_file():
            yield path.relative_to(PROJECT).as_posix(), path.read_bytes()
    for name in _SINGLE_FILES:
        yield name, (PROJECT / name).read_bytes()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _requirements() -> str:
    """Return what a kit needs besides Python, a line each."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    return "".join(f"{line}\n" for line in project["dependencies"])


def _own(registry: Registry) -> Registry:
    """Return the registry without what comes from other packages."""
    tasks = {name: task for name, task in registry.tasks.items() if task.origin is None}
    return replace(registry, tasks=tasks, checks=tuple(check for check in registry.checks if check.origin is None))
