"""SIGKILL at random moments; whatever has happened by then, the same command goes on, and the results are the same."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

from tests.benchmarks.batch.made import Lines, small, started
from tests.grader.classes import stored, verdicts

_WORDS = ("--task", "ReLU,Sgd", "--jobs", "2")


def measure(folder: Path, scale: float) -> Lines:
    """Yield the lines of this part."""
    kills = max(int(50 * scale), 3)
    inbox, whole = small(folder / "inbox", 8), folder / "whole.sqlite"
    start = time.perf_counter()
    assert started(inbox, whole, *_WORDS).wait() == 0
    usual = time.perf_counter() - start
    expected = verdicts(whole)
    rng = random.Random(6)
    done = finished = lost = doubled = unequal = damaged = 0
    store, kept = folder / "0.sqlite", {}
    while done < kills:
        process = started(inbox, store, *_WORDS)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(rng.uniform(0.0, 1.2 * usual))
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            done += 1
            damaged += not _intact(store)
            now = stored(store) if store.exists() else {}
            lost += any(now.get(key) != value for key, value in kept.items())
            kept = now
        if process.returncode == 0 or done == kills:
            assert started(inbox, store, *_WORDS).wait() == 0
            finished += 1
            after = stored(store)
            lost += any(after.get(key) != value for key, value in kept.items())
            doubled += len(after) != len(expected)
            unequal += verdicts(store) != expected
            store, kept = folder / f"{finished}.sqlite", {}
    yield f"{done} kills over {finished} classes; uninterrupted a class takes {usual:.1f} s", None
    for what, count in (
        ("stores that fail SQLite's integrity check", damaged),
        ("stores from which a finished report is gone or graded anew", lost),
        ("classes with a report twice or missing", doubled),
        ("classes that differ from the uninterrupted one", unequal),
    ):
        yield f"{what}: {count} (goal 0)", count == 0


def _intact(store: Path) -> bool:
    if not store.exists():
        return True
    with contextlib.closing(sqlite3.connect(store)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
