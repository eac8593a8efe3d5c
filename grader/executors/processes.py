"""`--executor processes`: one worker process per core. A worker that dies costs its hand-in a second try, no more."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from grader.executors.bundle import Bundle, Closed, Event
from grader.executors.frames import receive, send
from grader.sandbox.visible import USUAL

_AHEAD = 2  # bundles a worker has in hand: the one it grades, and the next, so that it never waits for us
_TRIES = 2
_WORKER = "grader.executors.worker"
_PROJECT = Path(__file__).parent.parent.parent
ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)


@dataclass(eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    requests: IO[bytes]
    bundles: deque[Bundle] = field(default_factory=deque)  # what it has in hand, the first being graded
    ready: bool = False


class _Gone:
    """What a worker sends last: nothing more will come."""


def run(bundles: Iterable[Bundle], jobs: int, allowed: tuple[str, ...] = USUAL) -> Generator[Event]:
    """Yield what becomes of each bundle, as it happens, from `jobs` workers.

    Hand-ins have the `allowed` packages.
    Bundles are taken when they are needed, a few at a time. Closing the generator ends the workers.
    """
    pool = _Pool(iter(bundles), jobs, allowed)
    try:
        yield from pool.events()
    finally:
        pool.close()


class _Pool:
    """The workers, and what each has in hand."""

    def __init__(self, bundles: Iterator[Bundle], jobs: int, allowed: tuple[str, ...]) -> None:
        self._allowed = allowed
        self._coming = bundles
        self._jobs = jobs
        self._again: deque[Bundle] = deque()
        self._tries: dict[int, int] = {}
        self._stillborn = 0  # workers in a row that ended before they were ready
        self._workers: list[_Worker] = []
        self._arriving: SimpleQueue[tuple[_Worker, Event | _Gone | None]] = SimpleQueue()

    def events(self) -> Iterator[Event]:
        """Hand out bundles, collect events, replace workers that die."""
        while True:
            self._hand_out()
            if not any(worker.bundles for worker in self._workers):
                return
            worker, event = self._arriving.get()
            if isinstance(event, _Gone):
                yield from self._bury(worker)
            elif event is None:
                worker.ready = True
                self._stillborn = 0
            else:
                self._keep_account(worker, event)
                yield event

    def _keep_account(self, worker: _Worker, event: Event) -> None:
        """Note what a worker need not do again, should it die."""
        if isinstance(event, Closed):
            worker.bundles.popleft()
            return
        first, graded = worker.bundles[0], event[1]
        left = tuple(job for job in first.jobs if job.task != graded.task)
        worker.bundles[0] = replace(first, jobs=left, passed={**first.passed, graded.task: graded.passed})

    def _bury(self, worker: _Worker) -> Iterator[Event]:
        """Take the bundles of a dead worker back; the one that it died over is tried once more, elsewhere."""
        self._workers.remove(worker)
        code = _end(worker)
        if not worker.ready:
            self._stillborn += 1
            if self._stillborn == _TRIES:
                raise RuntimeError(f"a worker process did not start, {_TRIES} times (exit code {code})")
            self._again.extend(worker.bundles)
            return
        if not worker.bundles:
            return
        first, *rest = worker.bundles
        self._again.extend(rest)
        if not first.jobs:  # it died after the last report, before it could say so
            yield Closed(first.number)
            return
        tries = self._tries[first.number] = self._tries.get(first.number, 0) + 1
        if tries < _TRIES:
            self._again.append(first)
        else:
            yield Closed(first.number, f"a worker process died over it, {tries} times (exit code {code})")

    def _hand_out(self) -> None:
        for most in range(1, _AHEAD + 1):
            for place in range(self._jobs):
                if place < len(self._workers) and len(self._workers[place].bundles) >= most:
                    continue
                bundle = self._again.popleft() if self._again else next(self._coming, None)
                if bundle is None:
                    return
                if place >= len(self._workers):
                    self._workers.append(self._hired())
                worker = self._workers[place]
                worker.bundles.append(bundle)
                with contextlib.suppress(OSError):  # a dead worker: its last words are on their way
                    send(worker.requests, bundle)

    def _hired(self) -> _Worker:
        """Start a worker: a fresh interpreter, never a copy of this one, whose BLAS keeps to one thread.

        It has a session of its own, so that Ctrl-C comes to us alone.
        """
        path = os.pathsep.join(filter(None, (str(_PROJECT), os.environ.get("PYTHONPATH", ""))))
        process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                _WORKER,
                *self._allowed,
            ],  # -P: a numpy.py in the current folder is none of ours
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": path},
            start_new_session=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        worker = _Worker(process, process.stdin)
        threading.Thread(target=self._listen, args=(worker, process.stdout), daemon=True).start()
        return worker

    def _listen(self, worker: _Worker, answers: IO[bytes]) -> None:
        with answers, contextlib.suppress(EOFError, OSError):
            while True:
                self._arriving.put((worker, receive(answers)))
        self._arriving.put((worker, _Gone()))

    def close(self) -> None:
        """End the workers: at once those that are at work, the others by closing their pipe."""
        for worker in self._workers:
            if worker.bundles:
                worker.process.terminate()
        for worker in self._workers:
            _end(worker)


def _end(worker: _Worker) -> int:
    """Let a worker end, and make sure that it does; return its exit code."""
    with contextlib.suppress(OSError):
        worker.requests.close()
    try:
        return worker.process.wait(10.0)
    except subprocess.TimeoutExpired:
        worker.process.kill()
        return worker.process.wait()
