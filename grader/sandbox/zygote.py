"""The grader's end of a zygote: starts it at a level, has it fork guests, and ends them."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import socket
import stat
import subprocess
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from grader.model import Limits
from grader.sandbox import bubblewrap, levels
from grader.sandbox.interface import interface_sources
from grader.sandbox.interpreter import command, environment
from grader.sandbox.lost import NoGuest
from grader.sandbox.visible import DEVICES, USUAL, visible

_START_SECONDS = 60.0
_UNPRIVILEGED = "nobody"
_PIPE = 1 << 20  # bytes that a pipe holds: most arrays in one piece, instead of waiting for the reader at each 64 KB


class Forked:
    """A guest that a zygote has forked."""

    knows_interface = True

    def __init__(self, zygote: Zygote, number: int, pipes: Sequence[int]) -> None:
        self.isolation = zygote.isolation
        self._zygote, self._number = zygote, number
        self.requests, self.replies, self.log = pipes

    def end(self, grace: float) -> int | None:
        """Have the zygote kill it with its process group, and reap it."""
        with contextlib.suppress(OSError, ValueError):
            answer = self._zygote.order({"do": "end", "guest": self._number, "grace": grace})
            code = answer.get("code")
            return code if isinstance(code, int) else None
        return None

    def release(self) -> None:
        """Close the pipes."""
        for descriptor in (self.requests, self.replies, self.log):
            os.close(descriptor)


class Zygote:
    """An interpreter with numpy that forks a fresh guest for every `launch`; `allowed` packages are seen. Linux only.

    It gets ready on its own while its maker goes on. One thread at a time gives it orders. Everything it has forked
    dies with it, and it dies with this process, however that ends.
    """

    def __init__(self, isolation: str, allowed: tuple[str, ...] = USUAL) -> None:
        self.isolation = isolation
        self._turn = threading.Lock()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._control = ours
        ours.settimeout(_START_SECONDS)
        self._over = threading.Event()
        with theirs:
            self._process = _started_for_good(_command(isolation, allowed), theirs, self._over)

    def launch(self, limits: Limits) -> Forked:
        """Return a guest that has read nothing yet. Raises NoGuest if there is none to be had."""
        import fcntl  # not on Windows, where this file is imported all the same

        pairs = [os.pipe(), os.pipe(), os.pipe()]
        for _, end in pairs[:2]:
            with contextlib.suppress(OSError):  # a user may have only so much of it
                fcntl.fcntl(end, fcntl.F_SETPIPE_SZ, _PIPE)
        (theirs_in, requests), (replies, theirs_out), (log, theirs_log) = pairs
        try:
            numbers = _as_numbers(limits, self.isolation)
            answer = self.order({"do": "fork", "limits": numbers}, [theirs_in, theirs_out, theirs_log])
            return Forked(self, int(answer["guest"]), (requests, replies, log))
        except (OSError, ValueError, KeyError) as exc:
            for descriptor in (requests, replies, log):
                os.close(descriptor)
            raise NoGuest(f"no guest could be forked: {self._last_words() or exc}") from exc
        finally:
            for descriptor in (theirs_in, theirs_out, theirs_log):
                os.close(descriptor)

    def order(self, order: Mapping[str, Any], descriptors: Sequence[int] = ()) -> dict[str, Any]:
        """Give one order and return its answer. Raises OSError or ValueError when there is none."""
        with self._turn:
            socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)
            answer: dict[str, Any] = json.loads(self._control.recv(4096))
            return answer

    def close(self) -> None:
        """End the zygote and everything it has forked."""
        self._control.close()
        try:
            self._process.wait(2.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._over.set()
        if self._process.stderr is not None:
            self._process.stderr.close()

    def _last_words(self) -> str:
        """Return what the zygote complained about, if it has ended."""
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            return ""
        assert self._process.stderr is not None
        lines = self._process.stderr.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1][:500] if lines else f"its maker ended with code {self._process.returncode}"


def _started_for_good(words: list[str], control: socket.socket, over: threading.Event) -> subprocess.Popen[bytes]:
    """Start a process from a thread that lives until it is `over`.

    bubblewrap has itself killed when its parent dies, and to the kernel the parent is a thread: were it the caller's,
    that of some pool, a guest could be killed in the middle of a hand-in that has done nothing wrong.
    """
    started: queue.SimpleQueue[subprocess.Popen[bytes] | OSError] = queue.SimpleQueue()

    def keep() -> None:
        try:
            started.put(_start(words, control))
        except OSError as exc:
            started.put(exc)
        over.wait()

    threading.Thread(target=keep, daemon=True, name="backcheck-zygote").start()
    process = started.get()
    if isinstance(process, OSError):
        over.set()
        raise NoGuest(f"no zygote could be started: {process}") from process
    return process


def _start(words: list[str], control: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        words,
        stdin=control.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=environment(),
        cwd="/",
        start_new_session=True,
    )


def _command(isolation: str, allowed: tuple[str, ...]) -> list[str]:
    import pwd  # not on Windows

    shown = visible(allowed)
    root = os.geteuid() == 0
    user = pwd.getpwnam(_UNPRIVILEGED) if root else None
    locked = levels.locks(isolation)
    wrapped = levels.wraps(isolation)
    settings = {
        "lock": locked,
        "user": [user.pw_uid, user.pw_gid] if user is not None else None,
        "reveal": _closed_folders(shown.whole()) if root and not wrapped else {},
        "readable": shown.entries(hidden=wrapped) if locked else [],
        "listable": list(shown.standard),
        "devices": list(DEVICES),
        "interface": {name: source.decode() for name, source in interface_sources().items()},
    }
    words = command("zygote", settings, allowed=allowed)
    return bubblewrap.wrapped(words, shown, root=root) if wrapped else words


def _closed_folders(paths: Sequence[str]) -> dict[str, list[str]]:
    """Return folders that nobody but their owner may enter -> the paths below them."""
    closed: dict[str, list[str]] = {}
    for path in paths:
        parts = path.split("/")
        for end in range(2, len(parts)):
            folder = "/".join(parts[:end])
            if not os.stat(folder).st_mode & stat.S_IXOTH:
                closed.setdefault(folder, []).append(path)
                break
    return closed


def _as_numbers(limits: Limits, isolation: str) -> dict[str, int]:
    """Return the limits that the kernel keeps.

    The number of processes is counted per user: it can be limited only where that user is not the one who grades. All
    guests of root's graders are one user's.
    """
    shared = 16 if os.geteuid() == 0 else 1 if levels.wraps(isolation) else 0
    return {
        "memory": limits.memory_bytes,
        "cpu": limits.cpu_seconds,
        "descriptors": limits.descriptors,
        "processes": shared * limits.processes,
    }
