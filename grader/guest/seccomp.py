"""Puts this process behind a list of allowed system calls (seccomp-bpf), through ctypes. Linux only.

Refused calls fail with EPERM, so that Python raises PermissionError at the student's own line; `clone3` fails with
ENOSYS, because the C library then falls back to `clone`, whose flags a filter can read.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Sequence
from typing import NamedTuple

from .libc import libc, system_error
from .syscalls import ALLOWED, AUDIT_ARCHITECTURES, JUDGED, SECCOMP, column

_LOAD, _AND, _EQUAL, _RETURN = 0x20, 0x54, 0x15, 0x06  # BPF: load a word, mask it, compare it, end
_AT_LEAST = 0x35
_KILL, _ERRNO, _ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
_REFUSE = _ERRNO | errno.EPERM
_X32 = 0x40000000  # calls of the x32 interface: other numbers for the same deeds
_THREAD = 0x00010900  # CLONE_VM | CLONE_SIGHAND | CLONE_THREAD: what makes a thread
_NAMESPACES = 0x7E020000 | 0x00002000  # every CLONE_NEW…, and CLONE_PTRACE
_IOCTLS = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451)  # TCGETS, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
_FCNTLS = (0, 1, 2, 3, 4, 1030)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
_PRCTLS = (15, 16)  # PR_SET_NAME, PR_GET_NAME
_MODE_FILTER, _ALL_THREADS = 1, 1

_SELF = 0xFFFFFFFF  # stands for the number of the process, which is known when it is there

_Instruction = tuple[int, int, int, int]
_LINE = struct.Struct("<HBBI")


class Program(NamedTuple):
    """A filter for any process: its instructions, and which of them compare with the number of the process itself."""

    code: bytes
    own: tuple[int, ...]


class _Filter(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("lines", ctypes.c_void_p))


def program(machine: str) -> Program:
    """Return the filter: signals may go to oneself alone. Raises OSError for machines that are not known."""
    at = column(machine)
    lines: list[_Instruction] = [
        (_LOAD, 0, 0, 4),  # the architecture
        *_unless_equal(AUDIT_ARCHITECTURES[machine], [(_RETURN, 0, 0, _KILL)]),
        (_LOAD, 0, 0, 0),  # the call's number
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _REFUSE),
    ]
    judged = {
        "clone": [*_argument(0), (_AND, 0, 0, _THREAD | _NAMESPACES), *_among([_THREAD])],
        "clone3": [(_RETURN, 0, 0, _ERRNO | errno.ENOSYS)],
        "kill": [*_argument(0), *_among([_SELF])],
        "tgkill": [*_argument(0), *_among([_SELF])],
        "ioctl": [*_argument(1), *_among(_IOCTLS)],
        "fcntl": [*_argument(1), *_among(_FCNTLS)],
        "prctl": [*_argument(0), *_among(_PRCTLS)],
        # only to ask for one's own limits: who = 0, no new value
        "prlimit64": [
            *_argument(2),
            *_unless_equal(0, [(_RETURN, 0, 0, _REFUSE)]),
            *_argument(2, high=True),
            *_unless_equal(0, [(_RETURN, 0, 0, _REFUSE)]),
            *_argument(0),
            *_among([0]),
        ],
    }
    for name, numbers in ALLOWED.items():
        lines += _when(numbers[at], [(_RETURN, 0, 0, _ALLOW)]) if name not in judged else []
    for name, body in judged.items():
        lines += _when(JUDGED[name][at], body)
    lines.append((_RETURN, 0, 0, _REFUSE))
    own = tuple(place for place, line in enumerate(lines) if line[0] == _EQUAL and line[3] == _SELF)
    return Program(b"".join(_LINE.pack(*line) for line in lines), own)


def install(program: Program) -> None:
    """Put the calling process, all its threads, behind a program. Needs no_new_privs. Raises OSError if refused."""
    code = ctypes.create_string_buffer(program.code, len(program.code))
    for place in program.own:
        at = place * _LINE.size
        _LINE.pack_into(code, at, *_LINE.unpack_from(code, at)[:3], os.getpid())
    filled = _Filter(len(program.code) // _LINE.size, ctypes.addressof(code))
    number = SECCOMP[column(os.uname().machine)]
    if libc().syscall(ctypes.c_long(number), _MODE_FILTER, _ALL_THREADS, ctypes.byref(filled)) != 0:
        raise system_error("seccomp")


def _when(number: int | None, body: Sequence[_Instruction]) -> list[_Instruction]:
    """Run `body`, which ends by returning, for one call; nothing where the architecture does not have it."""
    return [] if number is None else [(_EQUAL, 0, len(body), number), *body]


def _unless_equal(value: int, body: Sequence[_Instruction]) -> list[_Instruction]:
    return [(_EQUAL, len(body), 0, value), *body]


def _argument(place: int, *, high: bool = False) -> list[_Instruction]:
    """Load half of an argument (both architectures are little endian)."""
    return [(_LOAD, 0, 0, 16 + 8 * place + (4 if high else 0))]


def _among(values: Sequence[int]) -> list[_Instruction]:
    """Allow if the loaded word is one of these, else refuse."""
    jumps: list[_Instruction] = [(_EQUAL, len(values) - place, 0, value) for place, value in enumerate(values)]
    return [*jumps, (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
