"""The class page: what is counted while the hand-ins go by, and the page that is made of it."""

from __future__ import annotations

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup

from grader.model import Report, Verdict
from grader.reporters._checks import CheckRow, check_rows
from grader.reporters._text import clean
from grader.reporters.html import plots
from grader.reporters.html.heat import CELL_COLOURS, CELLS, WORDS, HeatColumn, HeatRow, heat_map
from grader.reporters.html.pages import environment, minute
from grader.results import NO_COURSE, Course, Row, Status

_SLOWEST, _COMMON = 10, 25
_PICTURED = 600  # rows of the heat map, a few pixels each; of more hand-ins, every n-th is shown
_CODES = {name: number for number, name in enumerate(CELLS)}


@dataclass(frozen=True, slots=True)
class Line:
    """A hand-in in the big table."""

    name: str
    page: str
    status: Status
    score: float | None
    max_score: float | None
    percent: float | None
    attempt: int
    handed_in: str
    seconds: float
    failing: str
    note: str


@dataclass
class CheckCount:
    """How a check went, over all hand-ins."""

    task: str
    title: str
    tier: str
    counts: Counter[str] = field(default_factory=Counter)

    @property
    def tried(self) -> int:
        """Hand-ins on which it gave a verdict of theirs."""
        return sum(count for kind, count in self.counts.items() if kind not in ("skipped", "broken"))

    @property
    def rate(self) -> float:
        """Share that passed, in percent of all that have it (a check that waits for another did not pass)."""
        most = sum(count for kind, count in self.counts.items() if kind != "broken")
        return 100.0 * self.counts["passed"] / most if most else 0.0

    @property
    def by_all(self) -> bool:
        """True if everybody who has it passed it."""
        return bool(self.counts["passed"]) and self.counts.total() == self.counts["passed"]


class Overview:
    """What the class page needs to know of each hand-in: a line, a byte per check, and counts."""

    def __init__(self, tasks: Mapping[str, float]) -> None:
        self.tasks = tasks
        self.lines: list[Line] = []
        self.checks: dict[tuple[str, str], CheckCount] = {}
        self.mistakes: Counter[tuple[str, str]] = Counter()
        self.examples: dict[tuple[str, str], str] = {}
        self.levels: set[str] = set()
        self.seeds: set[int] = set()
        self._cells: list[tuple[float, Line, bytes]] = []
        self._columns: dict[tuple[str, str], int] = {}
        self._digests: defaultdict[str, list[Line]] = defaultdict(list)

    def add(self, row: Row, reports: Sequence[Report], page: str) -> None:
        """Count one hand-in."""
        marked = row.status is Status.GRADED
        line = Line(
            name=clean(row.handin.id, 200),
            page=page,
            status=row.status,
            score=row.score if marked else None,
            max_score=row.max_score if marked else None,
            percent=row.percent if marked else None,
            attempt=row.handin.attempt,
            handed_in=minute(row.handin.handed_in),
            seconds=sum(mark.seconds for mark in row.marks),
            failing=", ".join(mark.task for mark in row.marks if not mark.passed),
            note=clean(row.note, 300),
        )
        self.lines.append(line)
        if row.handin.digest:
            self._digests[row.handin.digest].append(line)
        cells = bytearray(len(self._columns))
        for report in reports:
            self.levels.add(report.isolation)
            self.seeds.add(report.seed)
            for name in dict.fromkeys(report.misconceptions):
                self.mistakes[report.task, name] += 1
                said = (
                    r.diagnosis for r in report.results if r.diagnosis and name in r.details.get("misconceptions", ())
                )
                self.examples.setdefault((report.task, name), clean(next(said, "")))
            for check in check_rows(report):
                self._count(report.task, check, cells)
        if reports:
            self._cells.append((row.percent, line, bytes(cells)))

    def _count(self, task: str, row: CheckRow, cells: bytearray) -> None:
        key = task, row.results[0].check
        if key not in self.checks:
            self.checks[key] = CheckCount(task, row.title, str(row.results[0].tier))
            self._columns[key] = len(self._columns)
        first = row.first_bad
        kind = "crashed" if first is not None and first.verdict not in (Verdict.FAILED, Verdict.BROKEN) else row.kind
        kind = "remark" if row.kind == "remark" else kind
        self.checks[key].counts[kind] += 1
        place = self._columns[key]
        cells.extend(bytes(max(place + 1 - len(cells), 0)))
        cells[place] = _CODES[kind]

    @property
    def step(self) -> int:
        """Every how many hand-ins there is a row in the heat map."""
        return max(1, -(-len(self._cells) // _PICTURED))

    def heat(self) -> Markup | None:
        """Return the heat map, best hand-in first, checks grouped by task; None if there is nothing to draw."""
        order = [(key, place) for name in self.tasks for key, place in self._columns.items() if key[0] == name]
        if not order:
            return None
        chosen = sorted(self._cells, key=lambda item: -item[0])[:: self.step]
        table = np.zeros((len(chosen), len(self._columns)), np.uint8)
        for number, (_, _, cells) in enumerate(chosen):
            table[number, : len(cells)] = np.frombuffer(cells, np.uint8)
        rows = [HeatRow(line.name, line.page, _standing(line)) for _, line, _ in chosen]
        columns = [HeatColumn(key[0], self.checks[key].title) for key, _ in order]
        return heat_map(table[:, [place for _, place in order]], rows, columns)

    def twins(self) -> list[list[Line]]:
        """Return hand-ins that are equal, byte for byte."""
        return [lines for lines in self._digests.values() if len(lines) > 1]


def _standing(line: Line) -> str:
    return str(line.status) if line.percent is None else f"{line.percent:.1f}".removesuffix(".0") + " % of the points"


def class_page(seen: Overview, course: Course = NO_COURSE) -> Iterator[str]:
    """Yield the page in pieces: of a large class it is megabytes."""
    percents = [line.percent for line in seen.lines if line.percent is not None]
    order = {task: place for place, task in enumerate(seen.tasks)}
    checks = sorted(seen.checks.values(), key=lambda check: (check.rate, order[check.task]))
    return (
        environment()
        .get_template("class.html.j2")
        .generate(
            course=course,
            lines=sorted(seen.lines, key=lambda line: line.name.lower()),
            percents=percents,
            mean=statistics.fmean(percents) if percents else 0.0,
            median=statistics.median(percents) if percents else 0.0,
            statuses=Counter(str(line.status) for line in seen.lines),
            histogram=plots.histogram(percents) if percents else None,
            heat=seen.heat(),
            step=seen.step,
            legend=[(WORDS.get(name, name), colour) for name, colour in zip(CELLS[1:], CELL_COLOURS[1:], strict=True)],
            checks=[check for check in checks if not check.by_all],
            easy=[check for check in checks if check.by_all],
            mistakes=[
                (task, name, count, seen.examples[task, name])
                for (task, name), count in seen.mistakes.most_common(_COMMON)
            ],
            slowest=sorted(seen.lines, key=lambda line: -line.seconds)[:_SLOWEST],
            problems=[line for line in seen.lines if line.status is not Status.GRADED],
            twins=seen.twins(),
            levels=sorted(seen.levels),
            seeds=sorted(seen.seeds),
            tasks=seen.tasks,
        )
    )
