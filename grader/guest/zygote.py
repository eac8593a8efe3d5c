"""The process that guests are forked from: an interpreter with numpy and the guest's code, and nothing secret. POSIX.

It takes orders from the grader on descriptor 0, a socket that keeps messages whole; each is a JSON object:

    {"do": "fork", "limits": {…}} with three descriptors (requests, replies, log)   -> {"guest": number}
    {"do": "end", "guest": number, "grace": seconds}                              -> {"code": exit code or null}

It never reads a byte of a hand-in: the child is locked down first, and only then reads its source from its own pipe.
When the grader is gone, however that came about, the socket ends, and the zygote kills what it has forked.
"""

from __future__ import annotations

import _socket  # `socket` brings selectors and a dozen enumerations: 2 ms before the first guest
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import struct
import sys
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

_LOADED = ("serve", "importer", "desk", "privileges", "landlock", "seccomp")
_LATER = ("pluggy", "numpy.fft")  # what every guest but the first finds loaded: nobody has to wait for them
_MOST_DESCRIPTORS = 4096
_DESCRIPTORS = struct.Struct("3i")


class _Ready(NamedTuple):
    """What is made once for all guests: the interface, and to be locked Landlock's rules and the filter for seccomp."""

    interface: Any
    rules: int | None = None  # a descriptor
    filter: Any = None


def main(settings: Mapping[str, Any]) -> None:
    """Serve orders until the grader hangs up.

    `settings`: `lock` (put guests behind Landlock and seccomp), `user` ([uid, gid] to become, or null), `reveal`
    ({closed folder: paths below it to keep reachable}), `readable`, `listable`, `devices` (see `landlock.ruleset`),
    `interface` ({file name: text} of the modules that the grader serves).
    """
    locked = bool(settings["lock"])
    if sys.platform == "linux":
        from . import privileges

        os.umask(0o022)
        if settings["user"] is not None:
            for blocked, paths in settings["reveal"].items():
                privileges.reveal(paths, blocked)
            privileges.become(*settings["user"])
        privileges.no_new_privileges()
        privileges.undumpable()
    for name in _LOADED:
        importlib.import_module(f"{__package__}.{name}")
    dialects = importlib.import_module(f"{__package__}.dialects")
    for info in pkgutil.iter_modules(dialects.__path__, f"{dialects.__name__}."):
        importlib.import_module(info.name)
    importlib.import_module("numpy.random")
    importlib.import_module(f"{__package__}.serve").course_helper_source()
    interface = importlib.import_module(f"{__package__}.importer").Interface(settings["interface"])
    ready = _Ready(interface)
    if locked:
        from . import landlock, seccomp

        rules = landlock.ruleset(settings["readable"], settings["listable"], settings["devices"])
        ready = _Ready(interface, rules, seccomp.program(os.uname().machine))
    control = _socket.socket(fileno=0)
    gc.freeze()
    gc.enable()
    guests: set[int] = set()
    later: tuple[str, ...] = ()
    while True:
        try:
            message, descriptors = _received(control)
        except ConnectionResetError:
            message, descriptors = b"", []
        if not message:
            for pid in guests:
                _kill(pid)
            os._exit(0)
        order = json.loads(message)
        if order["do"] == "fork":
            pid = _fork(descriptors, order["limits"], ready)
            guests.add(pid)
            answer: dict[str, Any] = {"guest": pid}
            later = _LATER
        else:
            guests.discard(order["guest"])
            answer = {"code": _end(order["guest"], order["grace"])}
        for descriptor in descriptors:
            os.close(descriptor)
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            control.send(json.dumps(answer).encode())
        for name in later:
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
        later = ()


def _received(control: _socket.socket) -> tuple[bytes, list[int]]:
    """Return the next message and the descriptors, three at most, that came with it."""
    message, extras, _, _ = control.recvmsg(4096, _socket.CMSG_SPACE(_DESCRIPTORS.size))
    rights = [data for level, kind, data in extras if (level, kind) == (_socket.SOL_SOCKET, _socket.SCM_RIGHTS)]
    return message, [number for data in rights for number in _DESCRIPTORS.unpack(data)]


def _fork(descriptors: list[int], limits: Mapping[str, int], ready: _Ready) -> int:
    """Fork a guest on three descriptors; return its number."""
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    try:
        _become_guest(parent, descriptors, limits, ready)
    except BaseException as exc:  # nothing may get back into the zygote's loop
        with contextlib.suppress(BaseException):
            os.write(2, f"the guest could not be locked down: {type(exc).__name__}: {exc}\n".encode())
    finally:
        os._exit(70)


def _become_guest(parent: int, descriptors: list[int], limits: Mapping[str, int], ready: _Ready) -> None:
    os.setsid()
    for target, descriptor in enumerate(descriptors):
        os.dup2(descriptor, target)
    if ready.rules is not None:
        os.dup2(ready.rules, 3)
    os.closerange(4 if ready.rules is not None else 3, _MOST_DESCRIPTORS)
    if sys.platform == "linux":
        from . import landlock, privileges, seccomp

        privileges.die_with(parent)
        privileges.undumpable()
        privileges.limit(limits, writes=ready.rules is None)
        if ready.rules is not None:
            landlock.restrict(3)
            os.close(3)
            seccomp.install(ready.filter)
    importlib.import_module(f"{__package__}.serve").main(ready.interface)


def _end(pid: int, grace: float) -> int | None:
    """Kill a guest with its whole process group, and reap it; return how it had ended by itself, if it had.

    A guest that is already on its way out gets `grace` seconds for that. It is looked at, not reaped, before its group
    is killed: until then its number stays taken.
    """
    until = time.monotonic() + grace
    while (seen := os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)) is None:
        if time.monotonic() >= until:
            break
        time.sleep(0.001)
    _kill(pid)
    os.waitpid(pid, 0)
    if seen is None:
        return None
    return seen.si_status if seen.si_code == os.CLD_EXITED else -seen.si_status


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
