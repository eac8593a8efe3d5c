"""How a hand-in arrives: a folder or a zip, read into memory, never run, never extracted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from grader.intake.archive import read_zip
from grader.intake.directory import read_directory
from grader.intake.errors import IntakeError
from grader.intake.layout import build_submission
from grader.model import Submission
from grader.sandbox.visible import USUAL

if TYPE_CHECKING:
    from grader.profile.model import Profile

__all__ = ["IntakeError", "open_submission"]


def open_submission(path: Path, name: str, dialect: str = "", profile: Profile | None = None) -> Submission:
    """Read the hand-in at `path` (a folder or a zip file), in the dialect given or the one that it looks like.

    Raises IntakeError with a sentence for the user, also if a course with this profile does not take such a hand-in.
    """
    if path.is_dir():
        files = read_directory(path, name)
    elif path.is_file():
        files = read_zip(path, name)
    else:
        raise IntakeError(f"{name}: no such folder or zip file")
    allowed = profile.packages if profile is not None and profile.packages is not None else USUAL
    submission = build_submission(name, files, dialect, allowed)
    taken = profile.dialects if profile is not None else None
    if taken is not None and submission.dialect not in taken:
        raise IntakeError(f"{name}: a hand-in of the kind {submission.dialect}; this course takes {', '.join(taken)}")
    return submission
