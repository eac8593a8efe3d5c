"""Where a report goes: standard output, or a file that is either whole or not there."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from pathlib import Path


def write_text(target: str, text: str) -> None:
    """Write `text` to the file `target`, or to standard output if that is `-`.

    The file appears under its name only when it is complete; a device or a pipe is written to as it is. Raises
    OSError.
    """
    if target == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    path = Path(os.path.realpath(target))
    if path.exists() and not path.is_file():
        with open(target, "w", encoding="utf-8") as stream:
            stream.write(text)
        return
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(name, 0o666 & ~mask)
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
