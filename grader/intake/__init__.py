"""How a hand-in arrives: a folder or a zip, read into memory, never run, never extracted."""

from __future__ import annotations

from pathlib import Path

from grader.intake.archive import read_zip
from grader.intake.directory import read_directory
from grader.intake.errors import IntakeError
from grader.intake.layout import build_submission
from grader.model import Submission

__all__ = ["IntakeError", "open_submission"]


def open_submission(path: Path, name: str, dialect: str = "") -> Submission:
    """Read the hand-in at `path` (a folder or a zip file), in the dialect given or the one that it looks like.

    Raises IntakeError with a sentence for the user.
    """
    if path.is_dir():
        files = read_directory(path, name)
    elif path.is_file():
        files = read_zip(path, name)
    else:
        raise IntakeError(f"{name}: no such folder or zip file")
    return build_submission(name, files, dialect)
