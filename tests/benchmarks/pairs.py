"""Timing two pieces of work fairly: processes of their own, in turns, one thread each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]
SHORTEST = 0.01  # seconds: work that takes less is repeated until a turn takes as long


class MissingError(Exception):
    """A library that the work needs is not installed; the message is its name."""


def one_thread(source: Path) -> dict[str, str]:
    """Return the environment of a process that computes with one thread and imports from `source`."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    return {**os.environ, **threads, "PYTHONPATH": str(source)}


class Worker:
    """A process that does one piece of work when told to. Raises MissingError if it cannot be set up."""

    def __init__(self, work: str, options: dict[str, object], source: Path = ROOT) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.worker", work, json.dumps(options)],
            cwd=source,
            env=one_thread(source),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        answer = self._read()
        if answer != "ready":
            self.close()
            raise MissingError(answer.removeprefix("missing "))

    def seconds(self, count: int = 1) -> float:
        """Let the work be done `count` times; return the seconds for one."""
        assert self._process.stdin is not None  # a pipe was asked for
        print(count, file=self._process.stdin, flush=True)
        return float(self._read()) / count

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None  # a pipe was asked for
        assert self._process.stdout is not None  # likewise
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: object, where: TracebackType | None) -> None:
        self.close()

    def _read(self) -> str:
        assert self._process.stdout is not None  # a pipe was asked for
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(self._process.args[2:])} died")  # type: ignore[arg-type]  # a list of str
        return line.strip()


@dataclass(frozen=True)
class Comparison:
    """The outcome of many pairs: medians, and the quartiles of the pairs' ratios."""

    ours: float  # seconds
    peer: float
    ratio: float
    lower: float  # quartiles of the ratio
    upper: float
    pairs: int


def compare(ours: Worker, peer: Worker, pairs: int, budget: float) -> Comparison:
    """Time both in turns, at least five and at most so many pairs, for about `budget` seconds."""
    counts = [max(1, round(SHORTEST / worker.seconds())) for worker in (ours, peer)]
    times: list[tuple[float, float]] = []
    spent = 0.0
    while len(times) < 5 or (len(times) < pairs and spent < budget):
        # Who goes first changes, so that a machine that gets faster or slower favours neither.
        first, second = (0, 1) if len(times) % 2 == 0 else (1, 0)
        pair = [0.0, 0.0]
        for side in (first, second):
            pair[side] = (ours, peer)[side].seconds(counts[side])
        times.append((pair[0], pair[1]))
        spent += pair[0] * counts[0] + pair[1] * counts[1]
    ratios = sorted(a / b for a, b in times)
    quarter = len(ratios) // 4
    return Comparison(
        median(a for a, _ in times),
        median(b for _, b in times),
        median(ratios),
        ratios[quarter],
        ratios[-1 - quarter],
        len(times),
    )
