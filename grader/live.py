"""`check(RNN)`: the checks on a class that is there already, in a notebook's cell or a script, in this very process.

For code that you wrote yourself: nothing isolates it, and no time limit holds (interrupt it as you would anything).
"""

from __future__ import annotations

import contextlib
import difflib
import importlib
import inspect
import io
import os
import sys
import sysconfig
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from grader.bench import Findings
from grader.dialects import UnknownDialect, known, names
from grader.fingerprint import suite_fingerprint
from grader.grading import DIALECT_TRAITS, grade
from grader.guest.desk import Desk
from grader.guest.faults import MISSING, Fault
from grader.guest.importer import MemoryFinder
from grader.model import Job, Report, Submission, Task
from grader.own_code import OwnDesk, Stopped, repeatable
from grader.plugins import Registry, UnknownTask, load_registry
from grader.replay import Imitation
from grader.seeds import drawn_seed

_WITH_CLASSES = ("fau", "native")
_MAX_OUTPUT = 1 << 20
_CELL = "notebook cell"
_OURS = tuple(str(Path(__file__).parent.parent / name) + os.sep for name in ("grader", "framework"))
_PYTHON = tuple({path + os.sep for name, path in sysconfig.get_paths().items() if name in ("stdlib", "purelib")})


@dataclass(frozen=True)
class Checked:
    """What the checks found: shown as the terminal's report, in a notebook as the HTML report's section of the task."""

    report: Report
    again: str

    @property
    def passed(self) -> bool:
        """True if every core check passed."""
        return self.report.passed

    @property
    def score(self) -> float:
        """Points earned."""
        return self.report.score

    @property
    def max_score(self) -> float:
        """Points to be had."""
        return self.report.max_score

    def __repr__(self) -> str:
        """Return the report as the terminal shows it, without colours."""
        from grader.dispatching import terminal
        from grader.reporters.terminal import Style, render

        width, _, ascii_only = terminal(sys.stdout)
        style = Style(width, ascii=ascii_only)
        text = render(self.report, style, self.again).replace("(-v shows them)", "(prints=True shows them)")
        return text + style.write(self._closing)

    def _repr_html_(self) -> str:
        """Return the report for a notebook."""
        from grader.reporters.html.fragment import fragment

        return fragment(self.report, f"{self._closing}; again: {self.again}")

    @property
    def _closing(self) -> str:
        return f"seed {self.report.seed}, in this process (self-check, not for the record)"


def check(
    cls: type, task: str | None = None, *, seed: int | None = None, dialect: str | None = None, prints: bool = False
) -> Checked:
    """Grade a class; see `grader.check`."""
    _refuse_what_is_no_class(cls)
    registry = load_registry()
    chosen = _task(registry, cls, task)
    spoken = _dialect(chosen, cls, dialect)
    if not chosen.asked_of(spoken):
        raise ValueError(f"{chosen.name} is not asked of classes of the dialect {spoken}: {', '.join(chosen.dialects)}")
    if seed is None:
        seed = drawn_seed()
    elif not isinstance(seed, int | np.integer) or isinstance(seed, bool) or not 0 <= seed < 2**63:
        raise ValueError(f"a seed is a whole number from 0 to 2**63 - 1, not {seed!r}")
    seed = int(seed)
    submission = Submission(f"class {cls.__name__}", "", {}, {}, spoken)
    job = Job(submission, chosen.name, seed, suite_fingerprint(), None, tuple(chosen.points))
    printed = _Printed()
    try:
        with repeatable() as reseed, contextlib.nullcontext() if prints else _captured(printed):
            desk = OwnDesk(Desk(_live(cls, chosen, spoken), is_student_file=_is_own, reseed=reseed), _shown)
            plan = registry.plan(chosen, DIALECT_TRAITS[spoken])
            report = grade(job, chosen, plan, desk, None, registry.misconceptions)
    except Stopped as stopped:
        raise stopped.cause from None
    named = [cls.__name__]
    named += [f"task={chosen.name!r}"] if task is not None else []
    named += [f"dialect={spoken!r}"] if dialect is not None else []
    report = replace(report, output=printed.text)
    return Checked(report, f"check({', '.join([*named, f'seed={seed}'])})")


def _refuse_what_is_no_class(given: object) -> None:
    if isinstance(given, type):
        return
    if isinstance(given, str):
        raise TypeError(f"check takes the class itself, not its name: check({given})")
    if inspect.isroutine(given):
        raise TypeError(f"check takes a class; {getattr(given, '__name__', 'this')} is a function")
    if inspect.ismodule(given):
        raise TypeError(f"check takes a class; {given.__name__} is a module: check({given.__name__}.RNN)")
    name = type(given).__name__
    if type(given).__module__ == "builtins":
        raise TypeError(f"check takes a class, such as check(RNN); this is of type {name}")
    raise TypeError(f"check takes the class itself, not an object of it: check({name})")


def _task(registry: Registry, cls: type, name: str | None) -> Task:
    """Return the task that is named or, by the class or one that it inherits from, meant. Raises ValueError."""
    if name is not None:
        by_name = {one.lower(): task for one, task in registry.tasks.items()}
        if str(name).strip().lower() in by_name:
            return by_name[str(name).strip().lower()]
        close = difflib.get_close_matches(str(name).lower(), by_name, 1, 0.5)
        tip = f"did you mean {by_name[close[0]].name}?" if close else f"known tasks: {', '.join(registry.tasks)}"
        raise UnknownTask(f"no task is called {name!r}; {tip}")
    folded = {_folded(one): task for one, task in registry.tasks.items()}
    for base in cls.__mro__:
        if _folded(base.__name__) in folded:
            return folded[_folded(base.__name__)]
    own = _folded(cls.__name__)
    close = [one for one in sorted(folded, key=len, reverse=True) if one in own]
    close = close or difflib.get_close_matches(own, folded, 1, 0.5)
    if close:
        like = folded[close[0]].name
        raise UnknownTask(f"no task is called {cls.__name__}; did you mean check({cls.__name__}, task={like!r})?")
    listed = ", ".join(registry.tasks)
    raise UnknownTask(f"no task is called {cls.__name__}; name it: check({cls.__name__}, task=…), one of {listed}")


def _dialect(task: Task, cls: type, name: str | None) -> str:
    """Return the dialect given, or the one that the class's methods and ancestors speak. Raises ValueError."""
    if name is not None:
        spoken = known(str(name))
        if spoken not in _WITH_CLASSES:
            others = " or ".join(_WITH_CLASSES)
            raise UnknownDialect(f"{spoken} is written in functions; check takes classes, of {others}")
        return spoken
    inherits = any(base.__module__.partition(".")[0] == "framework" for base in cls.__mro__)
    signs = {"layer": ("zero_grad", "eval"), "optimizer": ("step",), "network": ("save",)}.get(task.kind, ())
    native = inherits or any(hasattr(cls, sign) for sign in signs) or not task.asked_of("fau")
    if task.kind == "optimizer" and hasattr(cls, "calculate_update"):
        native = False
    return "native" if native and "native" in names() else "fau"


def _live(cls: type, task: Task, dialect: str) -> Any:
    """Return a dialect of the guest's desk in which the class is what a hand-in has for the task."""
    module = importlib.import_module(f"grader.guest.dialects.{dialect}")
    files = _container_source(cls) if dialect == "fau" else {}
    made = type("Live", (_Live, module.Dialect), {})(MemoryFinder(files), {})
    made.cls, made.task = cls, task
    made.others = Imitation(task, None, task.cases[0], Findings(dialect))
    return made


class _Live:
    """Finds the class, and beside it others of its module; what is not there is the reference's."""

    cls: type
    task: Task
    others: Imitation

    def find(self, kind: str, component: str) -> tuple[Any, str, list[str]]:
        """Return the class of a component; raise Fault if there is none."""
        if component == self.task.name:
            return self.cls, "", []
        own = _beside(self.cls, component)
        if own is not None:
            return own, "", []
        try:
            return self.others.find(kind, component)
        except (LookupError, ImportError):
            raise Fault(MISSING, f"there is no class {component} beside {self.cls.__name__}") from None

    def unit(self, kind: str, component: str, cls: Any, init: Mapping[str, Any]) -> Any:
        """Construct and wrap it."""
        if getattr(cls, "__module__", "").startswith("framework.reference"):
            return self.others.unit(kind, component, cls, init)
        return super().unit(kind, component, cls, init)  # type: ignore[misc]  # the dialect's, which it is mixed into


def _beside(cls: type, component: str) -> type | None:
    """Return a class of the same module (or notebook) by its name, regardless of case and underscores."""
    space = vars(sys.modules.get(cls.__module__, object()) if cls.__module__ in sys.modules else object)
    for name, value in space.items():
        if isinstance(value, type) and _folded(name) == _folded(component):
            return value
    return None


def _container_source(cls: type) -> dict[str, str]:
    """Return the text of the NeuralNetwork that is there, which shows how layers are handed their optimizers."""
    container = _beside(cls, "NeuralNetwork")
    try:
        return {"NeuralNetwork.py": textwrap.dedent(inspect.getsource(container))} if container is not None else {}
    except (OSError, TypeError):  # typed into an interpreter
        return {}


def _folded(name: str) -> str:
    return name.replace("_", "").lower()


def _is_own(file: str) -> bool:
    """Tell whether a file is neither the grader's nor Python's."""
    if file.startswith("<"):
        return not file.startswith(("<frozen", "<string>"))
    return not file.startswith((*_OURS, *_PYTHON))


def _shown(file: str) -> str:
    """Return how to call a file: cells by what they are, others by their path from here."""
    if "ipykernel" in file or file.startswith("<ipython-input"):
        return _CELL
    try:
        return Path(file).relative_to(_here()).as_posix()
    except ValueError:
        return "/".join(file.replace("\\", "/").split("/")[-2:])


@cache
def _here() -> Path:
    return Path.cwd()


class _Printed(io.TextIOBase):
    """Keeps what is printed, up to a limit."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._left = _MAX_OUTPUT

    def write(self, text: str) -> int:
        """Keep as much as there is room for."""
        if self._left > 0:
            self._parts.append(text[: self._left])
            self._left -= len(text)
        return len(text)

    @property
    def text(self) -> str:
        """Return it."""
        return "".join(self._parts)


@contextlib.contextmanager
def _captured(printed: _Printed) -> Iterator[None]:
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield
