"""Tells a single hand-in from the folder of a class."""

from __future__ import annotations

from pathlib import Path

from grader.dialects import declared, names
from grader.intake.errors import IntakeError
from grader.intake.ignored import MAX_FILE_BYTES
from grader.intake.layout import build_submission


def is_single(folder: Path) -> bool:
    """Tell whether a folder is itself a hand-in: it has the entry points, or a dialect's own folders lie in it.

    Nothing deeper is looked at, as that would be the hand-ins of a class; loose Python files alone say nothing. Raises
    OSError for what cannot be read.
    """
    project = folder / "pyproject.toml"
    found = [project, *folder.glob("*.py")] if project.is_file() else []
    for inner in {inner for name in names() for inner in declared(name).folders}:
        if (folder / inner).is_dir():
            found += (folder / inner).glob("*.py")
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in found
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= MAX_FILE_BYTES
    }
    try:
        build_submission(folder.name, files)
    except IntakeError:
        return False
    return True
