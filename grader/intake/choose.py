"""Finds the hand-in that is meant: by name, by path, or the only one there is."""

from __future__ import annotations

import difflib
import shlex
from pathlib import Path

from grader.intake.errors import IntakeError

BUNDLED = ("template", "example_native", "example_fau", "example_cs231n")


def choose(given: list[str], folder: Path) -> tuple[list[tuple[str, Path]], str]:
    """Return (name shown, path) of each hand-in to grade, and a remark for the first line (or nothing).

    `given` are names in `folder` (the project's `submissions/`), folders or zip files. Without any: the only hand-in
    in `folder` besides the bundled ones, else the bundled example. One named twice is graded once. Raises
    IntakeError, with the command to type.
    """
    if given:
        found = {path.resolve(): (name, path) for name, path in (_named(text, folder) for text in given)}
        return list(found.values()), ""
    own = sorted(path for path in _candidates(folder) if path.name not in BUNDLED)
    if len(own) == 1:
        return [(_shown(own[0]), own[0])], ""
    if not own:
        example = folder / "example_native"
        if not example.is_dir():
            raise IntakeError(f"no hand-in in {folder}; name one: --submission PATH")
        return [(_shown(example), example)], "No hand-in of yours found: grading the bundled example"
    names = ", ".join(path.name for path in own)
    command = f"python dispatch.py --submission {shlex.quote(own[0].name)}"
    raise IntakeError(f"several hand-ins in {folder.name}/: {names}; choose, for example: {command}")


def _named(text: str, folder: Path) -> tuple[str, Path]:
    places = (Path(text), folder / text, folder / f"{text}.zip") if text.strip() else ()
    for path in places:
        if _exists(path):
            return _shown(path), path
    names = [path.name for path in _candidates(folder)]
    close = difflib.get_close_matches(text, names, 1, 0.6)
    tip = f"did you mean {close[0]}?" if close else f"in {folder.name}/ there are: {', '.join(sorted(names)) or 'none'}"
    raise IntakeError(f"no submission {text!r}: no such folder or zip file; {tip}")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that is far too long, a folder that may not be entered
        return False


def _candidates(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = [path for path in folder.iterdir() if not path.name.startswith((".", "__"))]
    return [path for path in found if path.is_dir() or path.suffix.lower() == ".zip"]


def _shown(path: Path) -> str:
    """Return a short name: relative to the current directory where that is shorter."""
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return path.as_posix()
