"""How an interpreter for guests is started: its command line and environment; and a guest of level `process`."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any

from grader.model import Limits
from grader.sandbox.guests import OwnProcess
from grader.sandbox.visible import GUEST, USUAL, packages

_KEPT = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_FIXED = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "Agg",
    "PATH": os.defpath,
    "MALLOC_ARENA_MAX": "2",  # else each thread reserves 64 MB of the address space that is limited
}


def environment() -> dict[str, str]:
    """Return a guest's environment, built from nothing: no secret of this process is in it."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | _FIXED


def command(role: str, settings: Mapping[str, Any] | None = None, *, allowed: tuple[str, ...] = USUAL) -> list[str]:
    """Return the command line of a guest (`serve`) or of what forks guests (`zygote`); `allowed` are packages."""
    compile_guest()
    executable = sys.executable if sys.platform == "win32" else os.path.realpath(sys.executable)
    given = json.dumps({"packages": dict(packages(allowed)), **(settings or {})})
    return [executable, "-s", "-S", "-P", "-B", "-X", "utf8", str(GUEST / "__main__.py"), role, given]


@cache
def compile_guest() -> None:
    """Write the bytecode of the guest's code, which guests may not do; without it each start costs 10 ms more."""
    for source in (*GUEST.glob("*.py"), *GUEST.glob("*/*.py")):
        with contextlib.suppress(OSError, NotImplementedError):
            compiled = importlib.util.cache_from_source(str(source))
            if not os.path.exists(compiled) or os.stat(compiled).st_mtime < source.stat().st_mtime:
                import py_compile

                py_compile.compile(str(source), quiet=2)


def launch(limits: Limits | None = None, allowed: tuple[str, ...] = USUAL) -> OwnProcess:
    """Start an interpreter that will become a guest; it imports numpy and waits for its first request.

    Level `process`, on any system. Memory and the like are not limited.
    """
    return OwnProcess(
        subprocess.Popen(
            command("serve", allowed=allowed),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
            cwd=os.path.abspath(os.sep),
            start_new_session=True,
            bufsize=0,
        )
    )
