"""What grading may leave behind: processes, files, descriptors, memory. Counted before and after."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.executors.inline import grade_submission
from grader.model import Limits, Submission
from grader.sandbox.pool import ReadyGuests
from tests.grader.handins import PROJECT, registry, written
from tests.hostile.attack import layer
from tests.hostile.stage import guest_processes, wait_until

_PLACES = ("/tmp", "/var/tmp", "/dev/shm", ".")
_HONEST = layer("pass")
_HOSTILE = (
    layer("os._exit(1)"),
    layer("os.kill(os.getpid(), 9)"),
    layer("while True: pass"),
    layer("for _ in range(9): os.fork()"),
    layer("open('/tmp/backcheck-leftover', 'w')"),
    layer("threading.Thread(target=time.sleep, args=(600,)).start()"),
    layer("self.kept = [os.dup(0) for _ in range(10_000)]"),
    layer("while True: print('spam' * 1000)"),
)
_LIMITS = Limits(reply_seconds=2.0, lost_guests=1, output_bytes=50_000, memory_bytes=400 << 20)


@dataclass(frozen=True)
class Traces:
    """A count of everything: guests' processes, files in the usual places, descriptors, resident memory (KB)."""

    processes: frozenset[int]
    files: frozenset[str]
    descriptors: int
    memory: int

    @classmethod
    def now(cls) -> Traces:
        """Count."""
        files = frozenset(str(path) for place in _PLACES for path in Path(place).iterdir())
        resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
        return cls(frozenset(guest_processes()), files, len(os.listdir("/proc/self/fd")), resident)


def submissions(count: int) -> Iterator[Submission]:
    """Yield hand-ins, every tenth of them hostile, each kind of hostility in turn."""
    for number in range(count):
        hostile = _HOSTILE[number // 10 % len(_HOSTILE)] if number % 10 == 5 else None
        yield written(Layers__ReLU=hostile or _HONEST)


def grade_many(count: int, guests: ReadyGuests) -> int:
    """Grade ReLU of so many hand-ins in this process; return how many passed."""
    known = registry()
    task = known.select(["ReLU"])
    passed = 0
    for submission in submissions(count):
        for report in grade_submission(submission, task, known, seed=7, limits=_LIMITS, launch=guests.launch):
            passed += report.passed
    return passed


def kill_graders(count: int, hand_in: Path, seed: int = 1) -> None:
    """Start the command on a hand-in and kill it after a random part of the time that it takes, `count` times."""
    rng = random.Random(seed)
    words = [sys.executable, str(PROJECT / "dispatch.py"), "--task", "ReLU,Sgd", "--submission", str(hand_in)]
    for _ in range(count):
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.0, 1.5))
        process.kill()
        process.wait()


def settled(before: Traces) -> Traces:
    """Count again, once what dies by itself has had the time to."""
    wait_until(lambda: guest_processes() <= before.processes, 10.0)
    return Traces.now()
