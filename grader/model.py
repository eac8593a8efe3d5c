"""The records that everything else is made of. Plain, frozen, and (for Report) nothing but text and numbers."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any

from grader.reproduction import Reproduction

SCHEMA = 1


class Verdict(StrEnum):
    """How one check on one case ended."""

    PASSED = "passed"
    FAILED = "failed"  # an answer, and a wrong one
    CRASHED = "crashed"  # an exception, or the process died
    TIMEOUT = "timeout"
    OUTPUT_LIMIT = "output_limit"
    PROTOCOL_VIOLATION = "protocol_violation"
    SKIPPED = "skipped"  # a check that it needs did not pass, or there is no oracle here
    BROKEN = "broken"  # our fault: costs no points


class Tier(StrEnum):
    """What a failure costs: points, a remark, or a remark on style."""

    CORE = "core"
    ROBUST = "robust"
    STYLE = "style"


class Visibility(StrEnum):
    """Whether students see a check's numbers."""

    VISIBLE = "visible"
    HIDDEN = "hidden"
    AFTER_DUE_DATE = "after_due_date"


@dataclass(frozen=True)
class Limits:
    """What a hand-in may use.

    Wall clock: one deadline per reply (`import_seconds`, `reply_seconds`), and budgets for one task and for all tasks
    of a run, after which nothing more is tried. After `lost_guests` lost guests the rest of a task is not tried either.
    The others hold for one guest: seconds of processor time, bytes of address space (numpy itself takes 130 MB of
    them, scipy 150 MB more), threads and processes, open descriptors, and bytes printed.
    """

    import_seconds: float = 20.0
    reply_seconds: float = 10.0
    task_seconds: float = 600.0
    run_seconds: float = 3600.0
    lost_guests: int = 3
    cpu_seconds: int = 1200
    memory_bytes: int = 1 << 30
    processes: int = 64
    descriptors: int = 64
    output_bytes: int = 1 << 20


@dataclass(frozen=True)
class Case:
    """One setting in which checks run: constructor arguments (in order), input and output shape, the kind of data.

    `shapes` holds further input shapes that some checks need, by name (`other`: another batch or length). `axes` says
    what the axes of `input`, `output` and of each parameter are called, for messages. `traits` are what the hand-in's
    dialect must have for the case to apply; in a case whose `tier` is not core a failure is a remark, for the `reason`.
    `errors` is the size of what is sent to backward.
    """

    name: str
    init: Mapping[str, Any]
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...] = ()
    data: str = "normal"
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    axes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    traits: frozenset[str] = frozenset()
    tier: Tier = Tier.CORE
    reason: str = ""
    errors: float = 1.0


@dataclass(frozen=True)
class Conventions:
    """The choices that the specification leaves open, as found in one hand-in by how it behaves.

    The oracle, and every deliberately wrong variant, are built from the same conventions, so that like is compared
    with like. `bias`: where the bias sits in an affine layer's matrix (`last` row, `first` row, `separate` array).
    `orientation`: `in-out` stores (D, M), `out-in` its transpose. `order`: the blocks of the RNN's concatenated
    input. `output_activation`: what the RNN puts behind its output layer. `extra_in_front`: a convolution's even
    kernel gets the extra zero in front; `centred_stride`: its strided windows are centred, as in TensorFlow. `decay`
    of the moving averages of batch normalization, `ddof` of the variance in them, and whether they start from the first
    batch (else at mean 0 and variance 1). `fitted` is False when nothing that is admissible reproduced the hand-in's
    outputs.
    """

    bias: str = "separate"
    orientation: str = "in-out"
    order: tuple[str, ...] = ("x", "h", "1")
    output_activation: str = "sigmoid"
    extra_in_front: bool = True
    centred_stride: bool = False
    decay: float = 0.8
    ddof: int = 0
    start_from_first_batch: bool = True
    fitted: bool = True


Table = dict[str, Any]


@dataclass(frozen=True)
class Layout:
    """How a hand-in stores a layer's parameters: `pack` turns the reference's arrays into its own, `unpack` back."""

    pack: Callable[[Table], Table]
    unpack: Callable[[Table], Table]


@dataclass(frozen=True)
class Origin:
    """The plugin from outside that a record comes from: its name, and the file or folder that it is written in."""

    plugin: str
    path: str = ""


@dataclass(frozen=True)
class Misconception:
    """A mistake that students make, as components that have it: the reference with that one bug.

    `id` is the mistake's name in the catalogue (several records of one id are variants of the same mistake). `classes`
    maps the name of a component to the wrong class; `tasks` are those that must notice. `title` says what goes wrong,
    `hint` is a nudge in a good teacher's words, never the solution. `dialects` are those in which it can be made: all,
    if none is named. A check of `tier` must notice it (that of the built-in ones is in `misconceptions/catalogue.csv`).
    """

    id: str
    tasks: tuple[str, ...]
    classes: Mapping[str, Callable[..., Any]]
    title: str
    hint: str
    dialects: tuple[str, ...] = ()
    tier: Tier = Tier.CORE
    origin: Origin | None = None

    @property
    def name(self) -> str:
        """Name the variant: the id and the classes."""
        return f"{self.id} ({', '.join(getattr(cls, '__name__', '?') for cls in self.classes.values())})"


@dataclass(frozen=True)
class FairVariant:
    """A component that is right in an unusual way, and must keep its points; `title` says what is unusual.

    `classes` maps the name of a component to the class; `tasks` are those that it is graded in.
    """

    title: str
    tasks: tuple[str, ...]
    classes: Mapping[str, Callable[..., Any]]
    dialects: tuple[str, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True)
class Check:
    """A test that can be run on any layer, wherever that lives; made by the decorator `checks.check`.

    `traits` are what a task (or the hand-in's dialect) must have for the check to apply; `needs` names the checks
    that must have passed on the same case; `points` is its weight among the task's core checks. `groups` are the
    exercises that ask for it, and whose points depend on it: all of the task's, if none is named. `reason` says why it
    has its tier. `share` is the part of the task's points (0 to 1) that is set aside for it, whatever the weights are.
    `formula` is what it asks beside the task's own, `source` where that stands, `reproduction` how to do it by hand.
    """

    name: str
    title: str
    hint: str
    run: Callable[..., None]
    points: float = 1.0
    traits: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    visibility: Visibility = Visibility.VISIBLE
    tier: Tier = Tier.CORE
    arguments: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    reason: str = ""
    origin: Origin | None = None
    share: float | None = None
    formula: str = ""
    source: str = ""
    reproduction: Reproduction | None = None


@dataclass(frozen=True)
class Task:
    """One graded component: what it is called, in which settings it is tried, and what is known about it.

    `reference` is a class of the native contract (`framework/`) that is right. From it follow `oracle`, `layout` and
    `prepare` where they are left out (`standard.py`); a task whose hand-ins have choices of their own gives them.
    `oracle(unit, case, conventions)` returns the reference with the unit's own parameters, in the unit's own layout;
    `fit(unit, case, rng)` finds the conventions; `prepare(unit, case, rng)` gives a fresh unit parameters that are
    worth testing. `build(cls, case, conventions)` constructs a class of the native contract for a case (by default with
    the constructor's arguments alone); `layout(case, conventions, raw)` says how a hand-in whose arrays are `raw`
    (empty: the exercise's own way) stores the parameters. `uses` names the tasks that this one is usually built on.
    `points` maps a group (`ex1`) to the points that this task has there. `dialects` are those whose hand-ins are asked
    for it: all, if none is named. `replayable` is False where a check takes too long to be repeated on misconceptions.
    `formula` is what it computes, `source` where that stands; `fill` gives it parameters (`focus/vocabulary.py`).
    """

    name: str
    kind: str
    cases: tuple[Case, ...]
    checks: tuple[Check, ...] = ()
    traits: frozenset[str] = frozenset()
    oracle: Callable[..., Any] | None = None
    fit: Callable[..., Conventions] | None = None
    prepare: Callable[..., None] | None = None
    build: Callable[..., Any] | None = None
    layout: Callable[..., Layout] | None = None
    points: Mapping[str, float] = field(default_factory=dict)
    uses: tuple[str, ...] = ()
    limits: Limits = Limits()
    dialects: tuple[str, ...] = ()
    replayable: bool = True
    reference: Callable[..., Any] | None = None
    origin: Origin | None = None
    formula: str = ""
    source: str = ""
    fill: str = ""

    def asked_of(self, dialect: str) -> bool:
        """Tell whether hand-ins of a dialect are asked for this component."""
        from grader import dialects  # they know of records, not records of them

        return dialects.asked(self, dialect) is not None

    def within(self, groups: Collection[str]) -> Task:
        """Return the task with its points in these groups only."""
        return replace(self, points={group: points for group, points in self.points.items() if group in groups})

    @property
    def total(self) -> float:
        """Points over all groups."""
        return sum(self.points.values())


@dataclass(frozen=True)
class Submission:
    """A hand-in as it arrived: every Python file, and the entry points as text. Nothing of it has been run."""

    id: str
    digest: str
    files: Mapping[str, bytes]
    entry_points: Mapping[str, str]
    dialect: str
    roots: tuple[str, ...] = ("",)
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Job:
    """What to grade: everything a worker needs.

    `suite` is the fingerprint of grader and tasks; `groups` are the exercises whose points the task is graded for.
    """

    submission: Submission
    task: str
    seed: int
    suite: str = ""
    limits: Limits | None = None
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckResult:
    """One check on one case."""

    task: str
    case: str
    check: str
    title: str
    verdict: Verdict
    tier: Tier = Tier.CORE
    visibility: Visibility = Visibility.VISIBLE
    points: float = 0.0
    max_points: float = 0.0
    message: str = ""
    hint: str = ""
    diagnosis: str = ""
    seconds: float = 0.0
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def without_oracle(self) -> bool:
        """True if it was not run, or not to its end, because nobody here knows the right answer: it counts nothing."""
        return self.verdict is Verdict.SKIPPED and bool(self.details.get("no_oracle"))


@dataclass(frozen=True)
class Report:
    """All results of one job; everything downstream reads this and nothing else.

    `remarks` are sentences for the student about the hand-in as a whole, `output` what its code printed,
    `mend_first` the failing building blocks of this task, `misconceptions` the ids of the mistakes that it looks like,
    the likeliest first; `suspects` the ids that explain most, even where that is too little to speak of.
    """

    submission: str
    digest: str
    task: str
    seed: int
    results: tuple[CheckResult, ...]
    suite: str = ""
    isolation: str = "process"
    score: float = 0.0
    max_score: float = 0.0
    output: str = ""
    remarks: tuple[str, ...] = ()
    mend_first: tuple[str, ...] = ()
    seconds: float = 0.0
    schema: int = SCHEMA
    misconceptions: tuple[str, ...] = ()
    suspects: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return the report as a JSON object."""
        return json.dumps(vars(self), ensure_ascii=False, default=_plain)

    @classmethod
    def from_json(cls, text: str) -> Report:
        """Rebuild a report that `to_json` wrote. Raises ValueError for anything else."""
        try:
            data = json.loads(text)
            if data.get("schema") != SCHEMA:
                raise ValueError(f"a report of schema {data.get('schema')!r}; this version reads schema {SCHEMA}")
            data["results"] = tuple(_result(item) for item in data["results"])
            for name in ("remarks", "mend_first", "misconceptions", "suspects"):
                data[name] = tuple(_checked("str", item, name) for item in data[name])
            return cls(**{f.name: _checked(f.type, data.pop(f.name), f.name) for f in fields(cls)}, **data)
        except (KeyError, TypeError, AttributeError, RecursionError) as exc:
            raise ValueError(f"not a report: {exc}") from exc

    @property
    def passed(self) -> bool:
        """True if every core check passed that could be judged here (a student kit has no oracle for some)."""
        core = (r for r in self.results if r.tier is Tier.CORE)
        return all(r.verdict is Verdict.PASSED or r.without_oracle for r in core)

    @property
    def broken(self) -> bool:
        """True if the grader itself failed somewhere."""
        return any(r.verdict is Verdict.BROKEN for r in self.results)


@dataclass(frozen=True)
class Reporter:
    """An output format: `--report NAME=TARGET` calls `write(reports, target)`; a target `-` is standard output.

    One with `folder` writes a folder of files; a target that ends in `.json` stays a file. One with `roster` needs the
    list of the class.
    """

    name: str
    summary: str
    write: Callable[[Sequence[Report], str], None]
    folder: bool = False
    roster: bool = False
    origin: Origin | None = None


def _plain(item: object) -> object:
    """Return a record as a dict (`asdict` would copy every value of it), and what JSON has no word for as text."""
    return vars(item) if isinstance(item, CheckResult) else str(item)


def _result(item: dict[str, Any]) -> CheckResult:
    item["verdict"], item["tier"] = Verdict(item["verdict"]), Tier(item["tier"])
    item["visibility"] = Visibility(item["visibility"])
    return CheckResult(**{f.name: _checked(f.type, item.pop(f.name), f.name) for f in fields(CheckResult)}, **item)


def _checked(annotation: object, value: Any, name: str) -> Any:
    """Return a value that JSON gave for a plain field; raise TypeError if it is of another type."""
    kind: Any = {"str": str, "int": int, "float": (int, float)}.get(str(annotation), object)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not object):
        raise TypeError(f"{name} is a {type(value).__name__}, not a {annotation}")
    return value
