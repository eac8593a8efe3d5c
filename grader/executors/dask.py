"""`--executor dask`: bundles go to the workers of a Dask cluster; only bundles and reports travel.

Dask moves what a lost worker had in hand to another one. The parent alone writes the store.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
from collections.abc import Generator, Iterable, Iterator
from typing import Any

from grader.executors.bundle import Bundle, Closed, Event, ExecutorError
from grader.executors.guests import guest_source
from grader.executors.inline import grade_bundle
from grader.plugins import Registry, load_registry
from grader.sandbox.guests import Launch

_AHEAD = 2  # bundles in hand per worker thread
_LOSSES = 3  # workers that may be lost over one bundle
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
_START_SECONDS = 30


def run(bundles: Iterable[Bundle], jobs: int, scheduler: str | None = None) -> Generator[Event]:
    """Yield what becomes of each bundle: its reports when all of them are there, then `Closed`.

    `scheduler` is the address of a running one; without it a cluster of `jobs` processes is started on this machine.
    Raises ExecutorError where there is no Dask, or no scheduler that answers.
    """
    with _client(jobs, scheduler) as client:
        yield from _run(iter(bundles), client, importlib.import_module("distributed"))


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
        try:
            client = distributed.Client(scheduler, timeout=_START_SECONDS, set_as_default=False)
        except (OSError, ValueError) as exc:
            raise ExecutorError(f"--scheduler {scheduler}: no Dask scheduler answers there ({exc})") from exc
        yield stack.enter_context(client)


def _run(coming: Iterator[Bundle], client: Any, distributed: Any) -> Iterator[Event]:
    running: dict[Any, int] = {}
    done = distributed.as_completed(loop=client.loop)

    def hand_out() -> None:
        room = _AHEAD * max(sum(client.nthreads().values()), 1) - len(running)
        for bundle in (bundle for _, bundle in zip(range(room), coming, strict=False)):
            future = client.submit(_grade, bundle, pure=False)
            running[future] = bundle.number
            done.add(future)

    hand_out()
    while running:
        future = next(done)
        number = running.pop(future)
        if future.status == "finished":
            yield from future.result()
        else:
            exc = future.exception()
            yield Closed(number, f"Dask: {type(exc).__name__}: {exc}"[:500])
        hand_out()


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
