"""`--executor dask`: bundles go to the workers of a Dask cluster; only bundles and reports travel.

Dask moves what a lost worker had in hand to another one. The parent alone writes the store.
"""

from __future__ import annotations

import contextlib
import importlib
import re
import sys
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from queue import Empty, SimpleQueue
from typing import Any

from tqdm import tqdm

from grader.executors.bundle import Bundle, Closed, Event, ExecutorError
from grader.executors.guests import guest_source
from grader.executors.inline import grade_bundle
from grader.plugins import Registry, load_registry
from grader.sandbox.guests import Launch

_AHEAD = 2  # bundles in hand per worker thread
_LOSSES = 3  # workers that may be lost over one bundle
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_START_SECONDS = 10
_LOOK_SECONDS = 5.0  # without news: then it is looked whether there are workers at all
_PATIENCE_SECONDS = 120.0  # for a cluster without any worker: more may be on their way
_ADDRESS = re.compile(r"(?:\w+://)?[^\s/]+:\d+|\w+://\S+")


def run(bundles: Iterable[Bundle], jobs: int, scheduler: str | None = None) -> Generator[Event]:
    """Yield what becomes of each bundle: its reports when all of them are there, then `Closed`.

    `scheduler` is the address of a running one; without it a cluster of `jobs` processes is started on this machine.
    Raises ExecutorError where there is no Dask, no scheduler that answers, or for a long time no worker.
    """
    if scheduler is not None and not _ADDRESS.fullmatch(scheduler):
        raise ExecutorError(f"--scheduler {scheduler}: not an address; it looks like tcp://HOST:8786")
    with _client(jobs, scheduler) as client:
        yield from _run(iter(bundles), client, scheduler or "the cluster of this machine")


@contextlib.contextmanager
def _client(jobs: int, scheduler: str | None) -> Iterator[Any]:
    try:
        distributed = importlib.import_module("distributed")
    except ImportError as exc:
        raise ExecutorError('--executor dask needs Dask: pip install -e ".[dask]"') from exc
    settings = {"distributed.scheduler.allowed-failures": _LOSSES, "distributed.worker.daemon": False}
    with importlib.import_module("dask").config.set(settings), contextlib.ExitStack() as stack:
        if scheduler is None:
            cluster = distributed.LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                host="127.0.0.1",
                env=_ONE_THREAD,
                silence_logs=50,
            )
            scheduler = stack.enter_context(cluster).scheduler_address
        notice = threading.Timer(2.0, _say, [f"waiting for the Dask scheduler at {scheduler}"])
        notice.start()
        try:
            client = distributed.Client(scheduler, timeout=_START_SECONDS, set_as_default=False)
        except (OSError, ValueError) as exc:
            raise ExecutorError(f"--scheduler {scheduler}: no Dask scheduler answers there ({exc})") from exc
        finally:
            notice.cancel()
        yield stack.enter_context(client)


def _say(line: str) -> None:
    tqdm.write(line, file=sys.stderr)  # above the bar, where there is one


def _run(coming: Iterator[Bundle], client: Any, where: str) -> Iterator[Event]:
    running: dict[Any, int] = {}
    done: SimpleQueue[Any] = SimpleQueue()

    def hand_out() -> None:
        room = _AHEAD * max(sum(client.nthreads().values()), 1) - len(running)
        for bundle in (bundle for _, bundle in zip(range(room), coming, strict=False)):
            future = client.submit(_grade, bundle, pure=False)
            running[future] = bundle.number
            future.add_done_callback(done.put)

    hand_out()
    while running:
        future = _next(done, client, where)
        number = running.pop(future)
        if future.status == "finished":
            yield from future.result()
        else:
            exc = future.exception()
            yield Closed(number, f"Dask: {type(exc).__name__}: {exc}"[:500])
        hand_out()


def _next(done: SimpleQueue[Any], client: Any, where: str) -> Any:
    """Wait for the next finished future. Raises ExecutorError when there is nobody who could finish one."""
    alone_since = None
    while True:
        try:
            return done.get(timeout=_LOOK_SECONDS)
        except Empty:
            kept = "what has arrived is kept, the same command goes on from there"
            if client.status != "running":
                raise ExecutorError(f"{where}: the Dask scheduler is gone; {kept}") from None
            if client.nthreads():
                alone_since = None
                continue
            now = time.monotonic()
            alone_since = alone_since or now
            if now - alone_since >= _PATIENCE_SECONDS:
                raise ExecutorError(f"{where}: no Dask worker for {_PATIENCE_SECONDS:.0f} s; {kept}") from None
            _say(f"{where} has no Dask worker; waiting for one until {_PATIENCE_SECONDS:.0f} s have passed")


_here = threading.local()  # a worker's thread keeps its guests ready from one bundle to the next


def _grade(bundle: Bundle) -> list[Event]:
    """Grade one bundle: what runs on a worker."""
    registry, launch = _equipment(bundle.packages)
    return list(grade_bundle(bundle, registry, launch))


def _equipment(allowed: tuple[str, ...]) -> tuple[Registry, Launch]:
    """Return what this thread grades with; its guests have the `allowed` packages."""
    if getattr(_here, "allowed", None) != allowed:
        if hasattr(_here, "stack"):  # the bundles of another course
            _here.stack.close()
        stack = contextlib.ExitStack()
        _here.registry, _here.launch = load_registry(), stack.enter_context(guest_source(allowed))
        _here.stack, _here.allowed = stack, allowed
    return _here.registry, _here.launch
