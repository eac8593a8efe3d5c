"""What can go wrong on the student's side, as data: told apart, located, and safe to show."""

from __future__ import annotations

import os
import traceback
from types import TracebackType

MISSING = "missing"  # the component, or something it must have, is not there
ANSWER = "answer"  # it answered with something that is not what was asked for
RAISED = "raised"  # its code raised an exception
_MAX_MESSAGE = 400


class Fault(Exception):
    """A request that the student's code did not fulfil.

    `kind` is one of MISSING, ANSWER, RAISED; `error` the exception's type name; `where` is `file:line` in the
    hand-in, empty when no frame of it was involved.
    """

    def __init__(self, kind: str, message: str, *, error: str = "", where: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.error = error
        self.where = where


def fault_of(exc: BaseException, is_student_file: object = None) -> Fault:
    """Describe an exception of the student's code; never raises, whatever the exception's own methods do."""
    if isinstance(exc, Fault):
        return exc
    try:
        message = str(exc)
    except BaseException:
        message = "(its message cannot be shown)"
    where = ""
    if isinstance(exc, SyntaxError) and isinstance(exc.filename, str) and exc.lineno is not None:
        where = f"{_short(exc.filename)}:{exc.lineno}"
        message = str(exc.msg)
    else:
        where = _where(exc.__traceback__, is_student_file)
    return Fault(RAISED, message[:_MAX_MESSAGE], error=type(exc).__name__[:80], where=where)


def _where(trace: TracebackType | None, is_student_file: object) -> str:
    """Return file:line of the innermost frame that belongs to the hand-in."""
    found = ""
    for frame, line in traceback.walk_tb(trace):
        name = frame.f_code.co_filename
        if callable(is_student_file):
            if is_student_file(name):
                found = f"{name}:{line}"
        elif os.sep + os.path.join("grader", "") not in name:
            found = f"{_short(name)}:{line}"
    return found


def _short(name: str) -> str:
    return "/".join(name.replace("\\", "/").split("/")[-2:])
