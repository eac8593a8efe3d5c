"""What a guest gives up before it is handed a hand-in's source: privileges, resources, its parent's protection. Linux.

All of it is one way; nothing here can be undone by the code that runs afterwards.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Mapping, Sequence

from .libc import libc, system_error

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CLONE_NEWNS, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x00020000, 4096, 16384, 1 << 18


def no_new_privileges() -> None:
    """Give up what set-uid programs would give; seccomp and Landlock ask for it."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def undumpable() -> None:
    """Close this process's memory and `/proc` entries to others of the same user."""
    _prctl(_PR_SET_DUMPABLE, 0)


def die_with(parent: int) -> None:
    """Be killed when the thread that forked this process ends. Ends at once if that has happened already."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def become(uid: int, gid: int) -> None:
    """Change from root to another user, for good, without any group or capability of root."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def limit(limits: Mapping[str, int], *, writes: bool) -> None:
    """Set hard limits: `memory` (bytes of address space), `cpu` (seconds), `descriptors`, `processes` (0: leave it).

    Without `writes` no file can grow, not even one that is open. No core dumps.
    """
    most = {
        resource.RLIMIT_AS: limits["memory"],
        resource.RLIMIT_CPU: limits["cpu"],
        resource.RLIMIT_NOFILE: limits["descriptors"],
        resource.RLIMIT_CORE: 0,
    }
    if limits["processes"]:
        most[resource.RLIMIT_NPROC] = limits["processes"]
    if not writes:
        most[resource.RLIMIT_FSIZE] = 0
    for what, value in most.items():
        _, hard = resource.getrlimit(what)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # at the soft limit of processor time comes SIGXCPU, which names the cause; at the hard one SIGKILL
        more = 2 if what == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
        resource.setrlimit(what, (value, value + more))


def reveal(paths: Sequence[str], blocked: str) -> None:
    """Make `paths` reachable for any user although the folder `blocked` above them is closed to all but its owner.

    In this process's own view of the mounts, an empty open folder takes the place of `blocked`, and holds the paths.
    Needs root's right to mount. Raises OSError without it.
    """

    def checked(result: int) -> None:
        if result != 0:
            raise system_error(f"{blocked} is closed to other users")

    mount = libc().mount
    checked(libc().unshare(_CLONE_NEWNS))
    checked(mount(b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None))
    places = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in paths if os.path.exists(path)}
    checked(mount(b"tmpfs", blocked.encode(), b"tmpfs", ctypes.c_ulong(0), b"mode=755,size=64k"))
    for path, place in places.items():
        source = f"/proc/self/fd/{place}".encode()
        if os.path.isdir(source):
            os.makedirs(path, exist_ok=True)
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
        checked(mount(source, path.encode(), None, ctypes.c_ulong(_MS_BIND), None))
        os.close(place)


def _prctl(option: int, value: int) -> None:
    if libc().prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        raise system_error(f"prctl {option}")
