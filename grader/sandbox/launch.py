"""Starts guests at level `process`: a separate interpreter, its own session, a cleared environment.

Stronger launchers (namespaces, system call filters) will stand beside this one; a Session only needs the function.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

ISOLATION = "process"
PACKAGES = ("numpy", "pluggy", "scipy")
_GUEST = Path(__file__).parent.parent / "guest" / "__main__.py"
_KEPT = ("SYSTEMROOT", "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


def launch() -> subprocess.Popen[bytes]:
    """Start an interpreter that will become a guest; it imports numpy and waits for its first request."""
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    environment |= {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MPLBACKEND": "Agg"}
    return subprocess.Popen(
        [sys.executable, "-s", "-S", "-P", "-X", "utf8", str(_GUEST), *_packages()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=os.path.abspath(os.sep),
        start_new_session=True,
        bufsize=0,
    )


@cache
def _packages() -> tuple[str, ...]:
    """Return `name=folder` for each allowed package that is installed, without importing any."""
    found = []
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.origin:
            found.append(f"{name}={Path(spec.origin).parent.parent}")
    return tuple(found)
