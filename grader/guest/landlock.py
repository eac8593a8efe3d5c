"""Closes the file system for this process but for a list of readable places (Landlock), through ctypes. Linux only.

Nothing may be written anywhere but to the harmless devices. Landlock judges opening, not looking: whether a file
exists can still be found out.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
from collections.abc import Sequence

from .libc import libc, system_error

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on all architectures
_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_NET = 0b11  # bind and connect TCP: both handled, none allowed
_SCOPES = 0b11  # abstract unix sockets and signals stay inside
_FS_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights each version of the interface knows


def version() -> int:
    """Return the version of the kernel's interface; 0 if there is none, or it is switched off."""
    return max(_call(_CREATE, None, 0, 1), 0)


def ruleset(readable: Sequence[str], listable: Sequence[str], devices: Sequence[str]) -> int:
    """Return a descriptor of rules: trees and files to read, folders whose names may be listed, devices to use.

    Places that do not exist are left out. Raises OSError where the kernel has no Landlock.
    """
    known = version()
    if known < 1:
        raise OSError("this kernel offers no Landlock")
    rights = (1 << _FS_BITS.get(known, 16)) - 1
    attribute = struct.pack("<QQQ", rights, _NET if known >= 4 else 0, _SCOPES if known >= 6 else 0)
    rules = _call(_CREATE, attribute, 24 if known >= 6 else 16 if known >= 4 else 8, 0)
    if rules < 0:
        raise system_error("Landlock")
    for paths, allowed in (
        (readable, _READ_FILE | _READ_DIR),
        (listable, _READ_DIR),
        (devices, _READ_FILE | _WRITE_FILE),
    ):
        for path in paths:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
                _allow(rules, path, allowed)
    return rules


def restrict(rules: int) -> None:
    """Put the calling process behind the rules, for good. Needs no_new_privs. Raises OSError if refused."""
    if _call(_RESTRICT, rules, 0) != 0:
        raise system_error("Landlock")


def _allow(rules: int, path: str, allowed: int) -> None:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not os.path.isdir(path):
            allowed &= ~_READ_DIR
        if _call(_ADD, rules, 1, struct.pack("<Qi", allowed, place), 0) != 0:
            raise system_error(f"Landlock, {path}")
    finally:
        os.close(place)


def _call(number: int, *arguments: int | bytes | None) -> int:
    given = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return int(libc().syscall(ctypes.c_long(number), *given))
