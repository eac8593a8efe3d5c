"""Reads a hand-in from a folder."""

from __future__ import annotations

import os
from pathlib import Path

from grader.intake.errors import IntakeError
from grader.intake.ignored import MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, holds_environment, is_wanted


def read_directory(folder: Path, name: str) -> dict[str, bytes]:
    """Return path (with `/`) -> bytes of every file that is wanted. Links are not followed.

    Raises IntakeError for what cannot be read or is far too much.
    """
    files: dict[str, bytes] = {}
    total = 0

    def unreadable(exc: OSError) -> None:
        raise IntakeError(f"{name}: cannot read {exc.filename}: {exc.strerror}") from exc

    for here, folders, names in os.walk(folder, onerror=unreadable, followlinks=False):
        if here != str(folder) and holds_environment(set(names)):
            folders.clear()
            continue
        relative = Path(here).relative_to(folder).as_posix()
        prefix = "" if relative == "." else relative + "/"
        folders[:] = sorted(f for f in folders if is_wanted(f"{prefix}{f}/x.py"))
        for base in sorted(names):
            path = Path(here, base)
            if not is_wanted(prefix + base) or path.is_symlink() or not path.is_file():
                continue
            try:
                size = path.stat().st_size
                total += size
                if size > MAX_FILE_BYTES or total > MAX_TOTAL_BYTES or len(files) >= MAX_FILES:
                    raise IntakeError(f"{name}: too much to be a hand-in ({prefix + base}, {size:,} bytes)")
                files[prefix + base] = path.read_bytes()
            except OSError as exc:
                raise IntakeError(f"{name}: cannot read {prefix + base}: {exc.strerror}") from exc
    return files
