"""Dask: the same results from a cluster, also when a worker is lost in the middle."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.cli import OK
from grader.dispatching import UsageError
from tests.grader.classes import run_class, small_class, stored, verdicts
from tests.grader.command import environment
from tests.grader.handins import PROJECT

distributed = pytest.importorskip("distributed", reason='Dask is not installed: pip install -e ".[dask]"')
pytestmark = pytest.mark.filterwarnings("default")  # Dask's own, of which there are some in every release


@contextlib.contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Start a scheduler and workers as processes of their own on this machine; give the address and the workers."""
    note = folder / "scheduler.json"
    settings = environment(PYTHONPATH=str(PROJECT), DASK_LOGGING__DISTRIBUTED="critical")
    base = [sys.executable, "-m", "distributed.cli"]
    words = ["dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(note)]
    quiet = {"env": settings, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": folder}
    started = [subprocess.Popen([*base[:2], f"{base[2]}.{words[0]}", *words[1:]], **quiet)]  # type: ignore[call-overload]
    try:
        until = time.monotonic() + 60
        while not note.exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--scheduler-file", str(note)]
        worker = [*base[:2], f"{base[2]}.dask_worker", *options, "--local-directory", str(folder)]
        started += [subprocess.Popen(worker, **quiet) for _ in range(workers)]  # type: ignore[call-overload]
        with distributed.Client(scheduler_file=str(note), set_as_default=False, timeout=60) as client:
            if workers:
                client.wait_for_workers(workers, timeout=60)
            address = client.scheduler.address
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_a_worker_lost_in_the_middle_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = small_class(tmp_path, right=5, wrong=1)
    assert run_class(inbox, store=tmp_path / "inline", seed=7) == OK
    with cluster(tmp_path, 2) as (address, workers):
        from grader.batch import work

        real, killed = work.Store.add, []

        def add(self: object, graded: object) -> None:
            real(self, graded)  # type: ignore[arg-type]
            if not killed:
                os.kill(workers[0].pid, signal.SIGKILL)
                killed.append(True)

        with monkeypatch.context() as patch:
            patch.setattr(work.Store, "add", add)
            settings = {"store": tmp_path / "dask", "executor": "dask", "scheduler": address}
            assert run_class(inbox, seed=7, **settings) == OK
        assert killed
        assert workers[0].wait(10) == -signal.SIGKILL
    assert verdicts(tmp_path / "dask") == verdicts(tmp_path / "inline")
    assert len(stored(tmp_path / "dask")) == 12


def test_a_cluster_of_this_machine(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=1, wrong=1)
    assert run_class(inbox, store=tmp_path / "inline", seed=7) == OK
    assert run_class(inbox, store=tmp_path / "dask", seed=7, executor="dask", jobs=1) == OK
    assert verdicts(tmp_path / "dask") == verdicts(tmp_path / "inline")


def test_no_scheduler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import grader.executors.dask as ours

    monkeypatch.setattr(ours, "_START_SECONDS", 0.2)
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(UsageError, match=f"--scheduler {address}: no Dask scheduler answers there"):
            run_class(inbox, executor="dask", scheduler=address)
    assert stored(tmp_path / "s.sqlite") == {}


def test_no_dask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    with pytest.raises(UsageError, match=r'--executor dask needs Dask: pip install -e "\.\[dask\]"'):
        run_class(inbox, executor="dask")


@pytest.mark.parametrize("address", ["bogus", "tcp:/127.0.0.1", "a b:1", ""])
def test_what_is_no_address_is_not_asked(tmp_path: Path, address: str) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    with pytest.raises(UsageError, match=f"--scheduler {address}: not an address; it looks like tcp://HOST:8786"):
        run_class(inbox, executor="dask", scheduler=address)


def test_a_cluster_without_workers_is_told_and_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    import grader.executors.dask as ours

    monkeypatch.setattr(ours, "_LOOK_SECONDS", 0.1)
    monkeypatch.setattr(ours, "_PATIENCE_SECONDS", 0.5)
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    with (
        cluster(tmp_path, 0) as (address, _),
        pytest.raises(UsageError, match=f"{address}: no Dask worker for 0 s; what has arrived is kept"),
    ):
        run_class(inbox, executor="dask", scheduler=address)
    assert f"{address} has no Dask worker; waiting" in capfd.readouterr().err
