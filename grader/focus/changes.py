"""Notices that a hand-in's files were saved, by asking for their times and sizes.

A hand-in has a dozen files: a look at all of them takes a fraction of a millisecond, so looking 20 times a second
costs nothing, needs no library and works alike on every system, on network drives and inside containers, where
notifications of the kernel do not. What counts are names, times, sizes and inodes, so that a file that an editor has
written anew and renamed into place has changed, whatever it did to the one before.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from grader.intake.ignored import holds_environment, is_wanted

EVERY = 0.05  # seconds between two looks
_QUIET = 0.02  # nothing has changed for so long: the editor is done (a new file, then a rename)
_PATIENCE = 10  # times

Stamp = tuple[int, int, int]


def stamps(path: Path) -> dict[str, Stamp]:
    """Return file -> (time in ns, bytes, inode) of everything that is read of a hand-in: a folder or a zip file.

    What is not there, or cannot be read at the moment, is left out.
    """
    found: dict[str, Stamp] = {}
    if not path.is_dir():
        _note(found, "", path)
        return found
    for here, folders, names in os.walk(path):
        if here != str(path) and holds_environment(set(names)):
            folders.clear()
            continue
        relative = Path(here).relative_to(path).as_posix()
        prefix = "" if relative == "." else relative + "/"
        folders[:] = [folder for folder in folders if is_wanted(f"{prefix}{folder}/x.py")]
        for name in names:
            if is_wanted(prefix + name):
                _note(found, prefix + name, Path(here, name))
    return found


def _note(found: dict[str, Stamp], name: str, path: Path) -> None:
    try:
        at = path.stat()
    except (OSError, ValueError):
        return
    found[name] = at.st_mtime_ns, at.st_size, at.st_ino


def changed(before: dict[str, Stamp], after: dict[str, Stamp]) -> list[str]:
    """Return the files that are new, different or gone."""
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def wait_for_change(
    path: Path, before: dict[str, Stamp], sleep: Callable[[float], None] = time.sleep
) -> tuple[dict[str, Stamp], list[str]]:
    """Return, when some files are others than `before` and none changes any more, the new stamps and those files."""
    while not changed(before, now := stamps(path)):
        sleep(EVERY)
    for _ in range(_PATIENCE):
        sleep(_QUIET)
        later = stamps(path)
        if later == now:
            break
        now = later
    return now, changed(before, now)
