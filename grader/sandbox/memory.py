"""What the probe found, remembered until the next boot: one small file in the user's cache folder.

It counts only if it is ours, and written on this boot, by this interpreter and this version of the sandbox.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

from grader.sandbox import bubblewrap

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_CODE = Path(__file__).parent.parent


def place() -> Path:
    """Return the file."""
    folder = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(folder) / "backcheck" / "isolation.json"


def recall() -> dict[str, Any] | None:
    """Return what was remembered, if it still counts: `level`, and `problems` (level -> sentences)."""
    with contextlib.suppress(OSError, ValueError, AttributeError, TypeError, KeyError):
        file = place()
        if sys.platform != "win32":
            for path in (file, file.parent):
                status = path.lstat()
                if status.st_uid != os.geteuid() or status.st_mode & 0o022:
                    return None
        found = json.loads(file.read_text(encoding="utf-8"))
        if found["for"] == _circumstances():
            problems = {str(level): [str(why) for why in reasons] for level, reasons in found["problems"].items()}
            return {"level": found["level"], "problems": problems}
    return None


def remember(found: dict[str, Any]) -> None:
    """Write it down; a cache folder that cannot be written costs time and nothing else."""
    with contextlib.suppress(OSError):
        file = place()
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = file.with_name(f".{file.name}.{os.getpid()}")
        draft.write_text(json.dumps({"for": _circumstances(), **found}), encoding="utf-8")
        draft.chmod(0o600)
        draft.replace(file)


def _circumstances() -> list[str]:
    """Return everything that the findings depend on."""
    boot = _BOOT.read_text().strip() if _BOOT.exists() else ""
    wrap = bubblewrap.found() or ""
    changed = os.stat(wrap).st_mtime_ns if wrap else 0
    sources = [path for part in ("sandbox", "guest") for path in (_CODE / part).glob("*.py")]
    code = max(path.stat().st_mtime_ns for path in sources)
    user = str(os.geteuid()) if sys.platform != "win32" else ""
    return [boot, sys.platform, os.path.realpath(sys.executable), sys.version, f"{wrap} {changed}", str(code), user]
