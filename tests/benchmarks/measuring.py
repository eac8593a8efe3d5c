"""From a row of the table to its outcome."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass

from tests.benchmarks.pairs import ROOT, Comparison, MissingError, Worker, compare, one_thread
from tests.benchmarks.rows import Row

SQUARE = 768  # rows of the matrices whose product shows the machine's best speed


@dataclass(frozen=True)
class Outcome:
    """What came out for one row. `ours` and `peer` are in `unit`; `ratio` is what the goal is about.

    `lower` and `upper` are the quartiles of the ratio over `pairs` pairs. `gflops` is the speed of ours in 1e9
    operations a second, `peak` that of a large product of matrices, measured right after. `missing` is the library
    without which there is nothing to compare with.
    """

    name: str
    title: str
    dtype: str
    goal: float
    beyond: float | None = None
    unit: str = "ms"
    ours: float | None = None
    peer: float | None = None
    ratio: float | None = None
    lower: float | None = None
    upper: float | None = None
    pairs: int = 0
    gflops: float | None = None
    peak: float | None = None
    missing: str = ""

    @property
    def verdict(self) -> str:
        """In a word or two."""
        if self.ratio is None:
            return f"no {self.missing}"
        if self.beyond is not None and self.ratio <= self.beyond:
            return "beyond"
        return "reached" if self.ratio <= self.goal else "MISSED"


class Peak:
    """The machine's best speed: products of large square matrices in processes that wait for their turn."""

    def __init__(self) -> None:
        self._workers: dict[str, Worker] = {}

    def gflops(self, dtype: str) -> float:
        """Return 1e9 operations a second, the best of five."""
        if dtype not in self._workers:
            self._workers[dtype] = Worker("layers:multiplication", {"dtype": dtype, "size": SQUARE})
        seconds = min(self._workers[dtype].seconds() for _ in range(5))
        return 2 * SQUARE**3 / seconds / 1e9

    def close(self) -> None:
        """End the processes."""
        for worker in self._workers.values():
            worker.close()


def measure(row: Row, pairs: int, budget: float, peak: Peak) -> Outcome:
    """Time the row's two sides in turns, for about `budget` seconds."""
    fixed = (row.name, row.title, row.dtype, row.goal, row.beyond)
    try:
        with Worker(row.ours, row.ours_options) as ours, Worker(row.peer, row.peer_options) as peer:
            seen: Comparison = compare(ours, peer, pairs, budget)
    except MissingError as exc:
        return Outcome(*fixed, missing=str(exc))
    return Outcome(
        *fixed,
        ours=seen.ours * 1e3,
        peer=seen.peer * 1e3,
        ratio=seen.ratio,
        lower=seen.lower,
        upper=seen.upper,
        pairs=seen.pairs,
        gflops=row.flops / seen.ours / 1e9 if row.flops else None,
        peak=peak.gflops(row.dtype) if row.flops else None,
    )


def memory(dtype: str) -> Outcome:
    """Compare the peak memory of a LeNet step with N=256, minus that before the first step."""
    title = "Peak memory of a LeNet step, same, N=256"
    try:
        ours, peer = (float(_run("memory", side, dtype)) / 1e6 for side in ("ours", "torch"))
    except MissingError as exc:
        return Outcome("memory", title, dtype, 1.5, unit="MB", missing=str(exc))
    return Outcome("memory", title, dtype, 1.5, unit="MB", ours=ours, peer=peer, ratio=ours / peer)


def correctness(path: str) -> Outcome:
    """Measure how far the parameters are from PyTorch's after fifty Adam steps in float64."""
    title = f"Parameters after 50 Adam steps against PyTorch, {path} path"
    try:
        return Outcome("correctness", title, "float64", 1e-10, unit="", ratio=float(_run("trajectory", path)))
    except MissingError as exc:
        return Outcome("correctness", title, "float64", 1e-10, unit="", missing=str(exc))


def _run(module: str, *arguments: str) -> str:
    """Run a module of `works/` as a script and return what it prints. Raises MissingError if a library lacks."""
    command = [sys.executable, "-m", f"tests.benchmarks.works.{module}", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=one_thread(ROOT), capture_output=True, text=True, check=False)
    if "ModuleNotFoundError" in done.stderr:
        raise MissingError(done.stderr.rsplit("'", 2)[-2])
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[2:])} failed:\n{done.stderr}")
    return done.stdout
