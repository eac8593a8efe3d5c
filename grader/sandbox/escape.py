"""A hand-in of our own that tries to get out. The grader sends this file to a guest as text and never imports it.

`forward(x)` takes the bytes of a JSON object (see `probe.py`) and returns one number per attempt, in this order:
1.0 where it got through.
"""

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Escape:
    """Named like a layer, so that it travels like one."""

    def forward(self, x: NDArray[Any]) -> NDArray[Any]:
        """Try everything."""
        told = json.loads(bytes(x))
        attempts = (
            lambda: Path(told["canary"]).read_bytes(),
            lambda: os.listdir(os.path.dirname(told["canary"])).index(os.path.basename(told["canary"])),
            lambda: Path(told["scratch"]).write_text("x"),
            lambda: Path(f"/proc/{told['grader']}/environ").read_bytes(),
            lambda: os.kill(told["grader"], 0),
            lambda: socket.create_connection(("127.0.0.1", told["port"]), 1.0),
            lambda: socket.socket(socket.AF_UNIX),
            lambda: os.execv("/bin/true", ["true"]) if self._forked() else None,
        )
        return np.array([float(self._works(attempt)) for attempt in attempts])

    @staticmethod
    def _forked() -> bool:
        """Fork; True in the child. Raises where that is not possible."""
        pid = os.fork()
        if pid:
            os.waitpid(pid, 0)
        return not pid

    @staticmethod
    def _works(attempt: Callable[[], object]) -> bool:
        pid = os.getpid()
        try:
            attempt()
        except BaseException:
            return False
        finally:
            if os.getpid() != pid:
                os._exit(1)
        return True
