"""What a Session needs of a guest, whoever started it: three pipes, and an end."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Protocol

from grader.model import Limits


class Guest(Protocol):
    """A running guest. `requests`, `replies`, `log` are this side's descriptors of its pipes.

    `isolation` is the level that it was started at. One that `knows_interface` need not be sent those modules.
    """

    isolation: str
    knows_interface: bool
    requests: int
    replies: int
    log: int

    def end(self, grace: float) -> int | None:
        """Kill it with everything that it has started; return its exit code (negative: the signal).

        With `grace` a guest that is already on its way out gets that many seconds to be seen ending by itself. None
        for one that had to be killed.
        """

    def release(self) -> None:
        """Close the pipes."""


Launch = Callable[[Limits], Guest]


class OwnProcess:
    """A guest that is a child of this very process. It must lead a process group of its own."""

    isolation = "process"
    knows_interface = False

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self.process = process
        self._streams = (process.stdin, process.stdout, process.stderr)
        self.requests, self.replies, self.log = (stream.fileno() for stream in self._streams)

    def end(self, grace: float) -> int | None:
        """Kill the process group and reap the process."""
        code = _ending(self.process, grace)
        kill_tree(self.process)
        return code

    def release(self) -> None:
        """Close the pipes."""
        for stream in self._streams:
            with contextlib.suppress(OSError):
                stream.close()


def _ending(process: subprocess.Popen[bytes], grace: float) -> int | None:
    """Return how a process has ended, waiting for that up to `grace` seconds; None if it goes on.

    It is looked at, not reaped, where the system can do that: its number must stay taken until its group is killed.
    """
    if not hasattr(os, "waitid"):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
        return process.poll()
    until = time.monotonic() + grace
    while process.returncode is None:
        seen = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        if seen is not None:
            return seen.si_status if seen.si_code == os.CLD_EXITED else -seen.si_status
        if time.monotonic() >= until:
            return None
        time.sleep(0.002)
    return process.returncode


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """Kill a guest's whole process group and reap it."""
    if sys.platform == "win32":  # there are no groups to kill; `taskkill` walks the tree
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.wait()
