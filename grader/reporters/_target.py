"""Where a report goes: standard output, or a file that is either whole or not there."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_text(target: str, text: str) -> None:
    """Write `text` to the file `target`, or to standard output if that is `-`. See `write_pieces`."""
    write_pieces(target, (text,))


def write_pieces(target: str, pieces: Iterable[str]) -> None:
    """Write a text that is made piece by piece to the file `target`, or to standard output if that is `-`.

    The file appears under its name only when it is complete; a device or a pipe is written to as it is. Raises
    OSError.
    """
    if target == "-":
        sys.stdout.writelines(pieces)
        sys.stdout.flush()
        return
    path = Path(os.path.realpath(target))
    if path.exists() and not path.is_file():
        with open(target, "w", encoding="utf-8", newline="") as stream:
            stream.writelines(pieces)
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.writelines(pieces)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
