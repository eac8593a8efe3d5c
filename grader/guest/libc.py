"""The C library, for the system calls that Python has no function for. Loaded once: a guest is forked with it."""

from __future__ import annotations

import ctypes
import os
from functools import cache


@cache
def libc() -> ctypes.CDLL:
    """Return the C library; `syscall` returns a long."""
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = ctypes.c_long
    return library


def system_error(what: str) -> OSError:
    """Return the error that the last call ended with, for a message that begins with `what`."""
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {os.strerror(number)}")
