"""Ten thousand hand-ins whose grading is stubbed; reading, hashing, store, reports and page are real."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from grader.batch import run
from grader.executors import inline
from grader.executors.bundle import Bundle, Closed, Event
from grader.graded import Graded
from grader.model import CheckResult, Report, Tier, Verdict
from tests.benchmarks.batch.made import Lines, quietly
from tests.browser import browsing, chromium
from tests.grader.command import hand_in
from tests.grader.handins import PROJECT, registry

TASKS = ("ReLU", "Sgd", "FullyConnected", "Conv", "RNN", "BatchNormalization")
MEMORY, OPENING, ANSWER, LINEAR = (
    50.0,
    3.0,
    0.2,
    1.5,
)  # MB, seconds, seconds, time per hand-in against a quarter of them
_FORMATS = ("csv", "jsonl", "html")


def measure(folder: Path, scale: float) -> Lines:
    """Yield the lines of this part; each size is graded in a process of its own, so that memory can be compared."""
    most = max(int(10_000 * scale), 400)
    figures = {}
    for count in (most // 4, most):
        words = [sys.executable, "-m", "tests.benchmarks.batch.simulated", str(folder / str(count)), str(count)]
        done = subprocess.run(
            words, capture_output=True, text=True, cwd=PROJECT, env=os.environ | {"PYTHONPATH": str(PROJECT)}
        )
        assert done.returncode == 0, done.stderr
        figures[count] = json.loads(done.stdout.splitlines()[-1])
    small, large = figures[most // 4], figures[most]
    growth = max(large["memory"][1:]) - large["memory"][0]
    yield f"{most} hand-ins, {len(TASKS)} tasks: memory after the first tenth {large['memory'][0]:.0f} MB", None
    yield f"it grows by {growth:.0f} MB until the last, reports included (goal {MEMORY:g})", growth <= MEMORY
    for name in ("graded", *_FORMATS):
        each, before = large[name] / most * 1e3, small[name] / (most // 4) * 1e3
        line = f"{name}: {large[name]:.1f} s of processor, {each:.2f} ms each; {each / before:.2f} times a quarter's"
        yield f"{line} (goal {LINEAR})", each / before <= LINEAR
    yield f"a second run over unchanged hand-ins: {large['again']:.1f} s of processor, of which grading 0", None
    yield from _page(folder / str(most) / "report" / "index.html", most)


def _page(page: Path, count: int) -> Lines:
    if chromium() is None:
        yield "no Chromium here: the page is not measured", None
        return
    with browsing() as tab:
        tab.open(page)
        opened = min(tab.open(page) for _ in range(3))
        search = (
            "(text => { const i = document.querySelector('#tools input'); const start = performance.now();"
            " i.value = text; i.dispatchEvent(new Event('input')); document.body.getBoundingClientRect();"
            " return performance.now() - start })"
        )
        slowest = (
            max(tab.run(f"{search}({json.dumps(text)})") for text in ("9", "student 0", "conv", "nobody", "")) / 1e3
        )
        rows = tab.run("document.querySelector('[role=status]').textContent")
    size = page.stat().st_size / 1e6
    yield f"class page of {count} ({rows}; {size:.1f} MB): opens in {opened:.2f} s (goal {OPENING})", opened <= OPENING
    yield f"search answers in {slowest * 1e3:.0f} ms at most (goal {ANSWER * 1e3:.0f})", slowest <= ANSWER


def _stub(bundle: Bundle, *_: object) -> Iterator[Event]:
    """Take a hand-in's jobs for graded: a report with twenty-five results each, some of them bad."""
    rng = random.Random(bundle.submission.digest)
    for job in bundle.jobs:
        wrong = rng.random() < 0.3
        results = tuple(_result(job.task, number, wrong and number % 7 == 3) for number in range(25))
        yield (
            bundle.number,
            Graded.of(
                Report(
                    job.submission.id,
                    job.submission.digest,
                    job.task,
                    job.seed,
                    results,
                    job.suite,
                    "full",
                    sum(r.points for r in results),
                    25.0,
                    misconceptions=(f"mistake-{rng.randrange(20)}",) if wrong else (),
                    seconds=rng.random(),
                )
            ),
        )
    yield Closed(bundle.number)


def _result(task: str, number: int, bad: bool) -> CheckResult:
    error = {"cells": [[number % 5, 99], [0, 50]], "axes": ["row", "column"], "shape": [2, 2]}
    return CheckResult(
        task,
        f"case {number % 3}",
        f"check_{number // 3}",
        f"what check {number // 3} of {task} asks",
        Verdict.FAILED if bad else Verdict.PASSED,
        Tier.CORE,
        points=0.0 if bad else 1.0,
        max_points=1.0,
        message="the output differs in 3 of 12 entries: at [0, 1] 2.5 instead of 2" if bad else "",
        hint="Work one small case out by hand." if bad else "",
        details={"error": error} if bad else {},
    )


def _resident() -> float:
    """Return this process's memory in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def _simulate(folder: Path, count: int) -> None:
    """Grade a class of `count` and print the figures as JSON."""
    inbox = folder / "inbox"
    for number in range(count):
        hand_in(inbox, f"student {number:05}", f"x = {number}\n")
    memory, seen = [], [0]
    step = max(count // 10, 1)

    def counted(bundle: Bundle, *rest: object) -> Iterator[Event]:
        yield from _stub(bundle)
        seen[0] += 1
        if seen[0] % step == 0:
            memory.append(_resident())

    inline.grade_bundle = counted  # type: ignore[assignment]  # the stub
    figures: dict[str, object] = {}
    registry()
    for name in ("graded", "again"):
        start = time.process_time()
        quietly(inbox, tasks=TASKS)
        figures[name] = time.process_time() - start
        memory.append(_resident())
    real = run.write_reports

    def timed(*args: object, **more: object) -> bool:
        start = time.process_time()
        written = real(*args, **more)  # type: ignore[arg-type]  # whatever it was called with
        figures[name] = time.process_time() - start
        return written

    run.write_reports = timed  # type: ignore[assignment]  # a clock around the reports alone
    for name in _FORMATS:
        quietly(inbox, tasks=TASKS, reports=((name, str(folder / {"html": "report"}.get(name, name))),))
        memory.append(_resident())
    print(json.dumps({**figures, "memory": memory}))


if __name__ == "__main__":
    _simulate(Path(sys.argv[1]), int(sys.argv[2]))
