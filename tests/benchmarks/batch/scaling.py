"""Complete hand-ins per minute with one and two workers, in turns with two loops that only count."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from grader.graded import Edition
from grader.sandbox.session import Session
from grader.store import Store
from tests.benchmarks.batch.made import Lines, copies, quietly, started

GOAL = 0.9  # of the scaling that two counting loops reach
_CHUNK = 20
_LOOP = "total = 0\nfor number in range(12_000_000): total += number"
_WORDS = ("--task", "all", "--skip", "lenet")


def measure(folder: Path, scale: float) -> Lines:
    """Yield the lines of this part."""
    chunks = max(int(200 * scale) // _CHUNK, 2)
    speeds: dict[int, list[float]] = {1: [], 2: []}
    ratios, loops = [], []
    for number in range(chunks):
        inbox = copies(folder / f"inbox{number}", _CHUNK)
        order = (1, 2) if number % 2 else (2, 1)
        spent, looped = {}, {}
        for jobs in order:
            spent[jobs] = _graded(inbox, folder / f"{number}-{jobs}.sqlite", jobs)
            looped[jobs] = _counted(jobs) / jobs
            speeds[jobs].append(60 * _CHUNK / spent[jobs])
        ratios.append(spent[1] / spent[2])
        loops.append(looped[1] / looped[2])
    for jobs, speed in speeds.items():
        yield f"{jobs} worker{'s' if jobs > 1 else ''}: {statistics.median(speed):.1f} hand-ins per minute", None
    ours, machine = statistics.median(ratios), statistics.median(loops)
    shares = statistics.median(a / b for a, b in zip(ratios, loops, strict=True))
    yield (
        f"{chunks * _CHUNK} hand-ins; two workers are {ours:.2f} times as fast, two counting loops {machine:.2f}",
        None,
    )
    yield f"share of the machine's own scaling: {shares:.2f} (goal {GOAL})", shares >= GOAL
    yield f"  (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)", None
    yield from _where_the_time_goes(folder)


def _graded(inbox: Path, store: Path, jobs: int) -> float:
    start = time.perf_counter()
    process = started(inbox, store, *_WORDS, "--jobs", str(jobs))
    assert process.wait() == 0
    return time.perf_counter() - start


def _counted(processes: int) -> float:
    """Return the seconds that so many counting loops take side by side."""
    start = time.perf_counter()
    running = [subprocess.Popen([sys.executable, "-S", "-c", _LOOP]) for _ in range(processes)]
    for process in running:
        process.wait()
    return time.perf_counter() - start


def _where_the_time_goes(folder: Path) -> Lines:
    """Grade three hand-ins in this process, with a clock on every question to a guest."""
    inbox = copies(folder / "few", 3)
    waited = [0.0]
    real = Session.ask

    def ask(self: Session, *args: object, **more: object) -> object:
        start = time.perf_counter()
        try:
            return real(self, *args, **more)  # type: ignore[arg-type]
        finally:
            waited[0] += time.perf_counter() - start

    Session.ask = ask  # type: ignore[method-assign, assignment]  # a clock for this measurement
    try:
        start = time.perf_counter()
        quietly(inbox, tasks=_tasks(), store=folder / "few.sqlite")
        total = time.perf_counter() - start
    finally:
        Session.ask = real  # type: ignore[method-assign]
    seconds: Counter[str] = Counter()
    with Store(folder / "few.sqlite") as store:
        for task, edition in store.editions().items():
            seconds[task] = sum(_seconds(store, task, edition))
    first = ", ".join(f"{task} {spent / sum(seconds.values()):.0%}" for task, spent in seconds.most_common(6))
    guests = waited[0] / total
    yield f"where the time goes: guests {guests:.0%}, the grader {1 - guests:.0%}; by task: {first}", None


def _tasks() -> tuple[str, ...]:
    from tests.grader.handins import registry

    return tuple(task.name for task in registry().select(["all"]) if task.name != "LeNet")


def _seconds(store: Store, task: str, edition: Edition) -> list[float]:
    return [mark.seconds for handin, _ in store.handins() for mark in store.marks(handin.digest, {task: edition})]
