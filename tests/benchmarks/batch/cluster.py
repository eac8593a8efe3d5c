"""Dask on loopback: a scheduler and two workers as processes of their own, one of them killed in the middle."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from grader.graded import Graded
from grader.store import Store
from tests.benchmarks.batch.made import Lines, quietly, small
from tests.grader.classes import stored, verdicts
from tests.grader.executors.test_dask import cluster


def measure(folder: Path, scale: float) -> Lines:
    """Yield the lines of this part."""
    count = max(int(60 * scale), 8)
    inbox = small(folder / "inbox", count)
    quietly(inbox, store=folder / "inline", seed=7)
    real, seen = Store.add, [0]
    with cluster(folder, 2) as (address, workers):

        def add(self: Store, graded: Graded) -> None:
            real(self, graded)
            seen[0] += 1
            if seen[0] == count:  # half of the reports
                os.kill(workers[0].pid, signal.SIGKILL)

        Store.add = add  # type: ignore[method-assign]  # to know when
        start = time.perf_counter()
        try:
            quietly(inbox, store=folder / "dask", seed=7, executor="dask", scheduler=address)
        finally:
            Store.add = real  # type: ignore[method-assign]
        spent = time.perf_counter() - start
        lost = workers[0].poll() == -signal.SIGKILL
    equal = verdicts(folder / "dask") == verdicts(folder / "inline")
    once = len(stored(folder / "dask")) == 2 * count
    yield f"{count} hand-ins on two workers, one killed after half of the reports: {spent:.1f} s", lost
    yield "every hand-in graded, once", once
    yield "verdicts, points and messages as with `inline`", equal
