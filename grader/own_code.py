"""Your own code in this process, for debuggers and notebooks: behind the guest's desk, and behind no wall at all.

Nothing here protects the process from what the code does, and no time limit holds. Hand-ins of others belong into a
guest (`sandbox/`).
"""

from __future__ import annotations

import bdb
import importlib
import random
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

import numpy as np

from grader.dialects import declared
from grader.guest.compat import MovedFinder
from grader.guest.desk import Desk
from grader.guest.faults import Fault
from grader.guest.importer import MemoryFinder, decode_source
from grader.guest.serve import course_helper_source, seeding
from grader.guest.wire import Item
from grader.model import Submission
from grader.remote import Array, InProcess

_NOT_THEIRS = frozenset({"framework", "grader", "numpy", "scipy", "pluggy", *sys.stdlib_module_names})


class Stopped(BaseException):
    """The person at the keyboard wants to stop; `cause` is how that arrived: Ctrl-C, or leaving the debugger.

    No `Exception`, so that no check takes it for the student's mistake.
    """

    def __init__(self, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.cause = cause


class OwnDesk(InProcess):
    """The desk in this process for code that somebody debugs.

    `show(file)` says how to call a file in messages. `raised` is the exception behind the latest fault, with its
    traceback. What is of a class in `stops` does not become a fault: `Stopped` is raised.
    """

    def __init__(
        self, desk: Desk, show: Callable[[str], str] = str, stops: tuple[type[BaseException], ...] = ()
    ) -> None:
        super().__init__(desk)
        self.raised: BaseException | None = None
        self._show = show
        self._stops: tuple[type[BaseException], ...] = (KeyboardInterrupt, bdb.BdbQuit, *stops)

    def ask(
        self,
        operation: str,
        args: Mapping[str, Any] | None = None,
        arrays: Mapping[str, Array] | None = None,
        *,
        seconds: float | None = None,
    ) -> dict[str, Item]:
        """Carry out one request. Raises Fault, or Stopped."""
        try:
            return super().ask(operation, args, arrays, seconds=seconds)
        except Fault as fault:
            self.raised = fault.__context__
            if self.raised is not None and isinstance(self.raised, self._stops):
                raise Stopped(self.raised) from None
            file, sign, line = fault.where.rpartition(":")
            fault.where = f"{self._show(file)}:{line}" if sign else ""
            raise


@contextmanager
def repeatable() -> Iterator[Callable[[int], None]]:
    """Give a function that seeds every source of randomness, as in a guest; in the end all is as it was before.

    Warnings are shown, and never raised: they cost no points.
    """
    default_rng, numpy_state, python_state = np.random.default_rng, np.random.get_state(), random.getstate()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("default")
            yield seeding()
    finally:
        np.random.default_rng = default_rng
        np.random.set_state(numpy_state)
        random.setstate(python_state)


class OwnHandin:
    """A hand-in that is loaded into this process, from its files in `folder` so that breakpoints in them hold.

    Its modules are there while the code is `active`, and do not get into the way of others of the same names.
    """

    def __init__(self, submission: Submission, folder: Path, stops: tuple[type[BaseException], ...] = ()) -> None:
        texts = {name: decode_source(raw) for name, raw in submission.files.items()}
        helper = declared(submission.dialect).helper
        if helper and not any(f"/{name}".endswith(f"/{helper.rpartition('/')[2]}") for name in texts):
            texts[f"{submission.roots[0]}{helper}"] = course_helper_source()
        self._folder = folder.resolve()
        self._finder = _Finder(texts, submission.roots, self._folder)
        self._modules: dict[str, Any] = {}
        dialect = importlib.import_module(f"grader.guest.dialects.{submission.dialect}")
        desk = Desk(
            dialect.Dialect(self._finder, submission.entry_points),
            is_student_file=lambda name: self._shown(name) in texts,
            reseed=lambda seed: self._reseed(seed),
        )
        self.desk = OwnDesk(desk, self._shown, stops)
        self._reseed: Callable[[int], None] = random.seed

    def theirs(self, trace: TracebackType | None) -> TracebackType | None:
        """Return the part of a traceback between the first and the last frame of the hand-in; None if it has none."""
        frames = []
        while trace is not None:
            frames.append(trace)
            trace = trace.tb_next
        while frames and not self._is_theirs(frames[-1]):
            frames.pop()
        while frames and not self._is_theirs(frames[0]):
            frames.pop(0)
        rebuilt = None
        for tb in reversed(frames):
            rebuilt = TracebackType(rebuilt, tb.tb_frame, tb.tb_lasti, tb.tb_lineno)
        return rebuilt

    @contextmanager
    def active(self) -> Iterator[OwnDesk]:
        """Make the hand-in importable and random numbers repeatable for a while; give its desk."""
        finders = list(sys.meta_path)
        outside = self._taken_out()
        sys.modules.update(self._modules)
        sys.meta_path.insert(0, self._finder)
        sys.meta_path += [MovedFinder(), self._finder.placeholders]
        try:
            with repeatable() as self._reseed:
                yield self.desk
        finally:
            sys.meta_path[:] = finders
            self._modules = self._taken_out()
            sys.modules.update(outside)

    def _taken_out(self) -> dict[str, Any]:
        """Take the modules out that have names of the hand-in's."""
        names = [name for name in sys.modules if self._finder.locate(name) is not None]
        return {name: sys.modules.pop(name) for name in names}

    def _is_theirs(self, trace: TracebackType) -> bool:
        return self._shown(trace.tb_frame.f_code.co_filename) in self._finder.files

    def _shown(self, file: str) -> str:
        path = Path(file)
        return path.relative_to(self._folder).as_posix() if path.is_relative_to(self._folder) else file


class _Finder(MemoryFinder):
    """Serves the hand-in's files; code carries the real path of its file, where there is one."""

    def __init__(self, files: Mapping[str, str], roots: tuple[str, ...], folder: Path) -> None:
        super().__init__(files, roots, _NOT_THEIRS)
        self._folder = folder

    def get_code(self, fullname: str) -> CodeType:
        """Compile a module."""
        code = super().get_code(fullname)
        path = self._folder / code.co_filename
        return _renamed(code, str(path)) if path.is_file() else code


def _renamed(code: CodeType, name: str) -> CodeType:
    """Return the code, with all that is defined in it, under another file name."""
    inner = (_renamed(item, name) if isinstance(item, CodeType) else item for item in code.co_consts)
    return code.replace(co_filename=name, co_consts=tuple(inner))
