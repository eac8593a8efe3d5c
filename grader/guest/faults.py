"""What can go wrong on the student's side, as data: told apart, located, and safe to show."""

from __future__ import annotations

import os
from types import TracebackType

MISSING = "missing"  # the component, or something it must have, is not there
ANSWER = "answer"  # it answered with something that is not what was asked for
RAISED = "raised"  # its code raised an exception
KINDS = (MISSING, ANSWER, RAISED)
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
    try:
        return exc if isinstance(exc, Fault) else _described(exc, is_student_file)
    except BaseException:  # a class of exceptions may lie about itself in any way it likes
        return Fault(RAISED, "(its message cannot be shown)", error="an exception")


def _described(exc: BaseException, is_student_file: object) -> Fault:
    message, where = _message(exc), _innermost(exc.__traceback__, is_student_file)
    if isinstance(exc, SyntaxError) and isinstance(exc.filename, str) and exc.lineno is not None:
        named = _name(exc.filename, is_student_file)
        if named:  # else it comes from an `eval` or `exec` in the hand-in, whose line counts
            message, where = str(exc.msg)[:_MAX_MESSAGE], f"{named}:{exc.lineno}"
    return Fault(RAISED, message, error=type(exc).__name__[:80], where=where)


def _message(exc: BaseException) -> str:
    """Return the text of an exception as a plain string, cut to a reasonable length."""
    try:
        return str.__getitem__(str(exc), slice(_MAX_MESSAGE))
    except BaseException:
        return "(its message cannot be shown)"


def _innermost(trace: TracebackType | None, is_student_file: object) -> str:
    """Return file:line of the innermost frame that belongs to the hand-in."""
    found = ""
    while trace is not None:
        name = _name(trace.tb_frame.f_code.co_filename, is_student_file)
        found = f"{name}:{trace.tb_lineno}" if name else found
        trace = trace.tb_next
    return found


def _name(filename: str, is_student_file: object) -> str:
    """Return how to call a file of the hand-in; nothing for any other file."""
    if callable(is_student_file):
        return filename if is_student_file(filename) else ""
    inside = os.sep + os.path.join("grader", "") in filename
    return "" if inside else "/".join(filename.replace("\\", "/").split("/")[-2:])
