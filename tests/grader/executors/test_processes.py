"""Worker processes: the same verdicts as in one process, whoever dies meanwhile."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.executors import processes
from grader.executors.bundle import Bundle, Closed
from grader.executors.inline import grade_bundle
from grader.model import Job
from tests.grader.classes import run_class, small_class, verdicts
from tests.grader.command import RIGHT, SGD
from tests.grader.guests import launch
from tests.grader.handins import registry, written
from tests.grader.processes import children


def bundle(number: int) -> Bundle:
    submission = written(Layers__ReLU=RIGHT + f"# {number}\n", Optimization__Optimizers=SGD)
    tasks = registry().select(["ReLU", "Sgd"])
    return Bundle(number, tuple(Job(submission, task.name, 7, groups=tuple(task.points)) for task in tasks))


def test_verdicts_do_not_depend_on_the_executor_nor_on_the_order(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=1, wrong=1)
    stores = {"inline": {}, "processes": {"executor": "processes", "jobs": 2}, "other": {"tasks": ("Sgd", "ReLU")}}
    for name, settings in stores.items():
        assert run_class(inbox, store=tmp_path / name, seed=7, **settings) == 0  # type: ignore[arg-type]
    expected, *others = (verdicts(tmp_path / name) for name in stores)
    assert all(found == expected for found in others)


def test_a_worker_that_is_killed_costs_nothing() -> None:
    killed = []
    done: dict[int, list[str]] = {}
    with contextlib.closing(processes.run((bundle(number) for number in range(6)), jobs=2)) as events:
        for event in events:
            if isinstance(event, Closed):
                assert event.trouble == ""
                done[event.number].append("closed")
            else:
                done.setdefault(event[0], []).append(event[1].task)
            if len(killed) == 0:
                killed.append(workers()[0])
                os.kill(killed[0], signal.SIGKILL)
    assert done == {number: ["ReLU", "Sgd", "closed"] for number in range(6)}
    assert not workers()


def test_a_worker_that_is_killed_after_its_last_report_does_nothing_twice() -> None:
    """Whether it had said "closed" by then is a race; nothing may depend on it."""
    reported = []
    with contextlib.closing(processes.run(iter([bundle(0)]), jobs=1)) as events:
        for event in events:
            reported.append("closed" if isinstance(event, Closed) else event[1].task)
            if reported == ["ReLU", "Sgd"]:
                (number,) = workers()
                os.kill(number, signal.SIGKILL)
    assert reported == ["ReLU", "Sgd", "closed"]


def test_a_worker_that_is_killed_while_it_starts_costs_nothing() -> None:
    def bundles() -> Iterator[Bundle]:
        yield bundle(0)
        for number in workers():  # the first worker has just been started
            os.kill(number, signal.SIGKILL)
        yield bundle(1)

    with contextlib.closing(processes.run(bundles(), jobs=2)) as events:
        closed = [event for event in events if isinstance(event, Closed)]
    assert sorted((event.number, event.trouble) for event in closed) == [(0, ""), (1, "")]


def workers() -> list[int]:
    """Return the workers of this process."""
    return [number for number, command in children().items() if "grader.executors.worker" in command]


def test_a_bundle_that_kills_every_worker_is_given_up_and_the_others_go_on() -> None:
    troubles: dict[int, str] = {}

    def bundles() -> Iterator[Bundle]:
        yield from (bundle(number) for number in range(3))

    with contextlib.closing(processes.run(bundles(), jobs=1)) as events:
        for event in events:
            if isinstance(event, Closed):
                troubles[event.number] = event.trouble
            elif event[0] == 1:
                for number in workers():
                    os.kill(number, signal.SIGKILL)
    assert troubles[0] == troubles[2] == ""
    assert troubles[1] == "" or "a worker process died over it, 2 times (exit code -9)" in troubles[1]


def test_closing_ends_workers_and_guests_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    events = processes.run((bundle(number) for number in range(50)), jobs=2)
    next(events)
    assert len(workers()) == 2
    events.close()
    assert not workers()
    assert capfd.readouterr().err == ""


def test_a_worker_with_another_grader_says_so() -> None:
    other = Bundle(3, bundle(3).jobs, grader="0" * 16)
    (closed,) = grade_bundle(other, registry(), launch)
    assert isinstance(closed, Closed)
    assert closed.trouble.startswith("this worker has another version of the grader (")


def test_workers_that_cannot_start_are_an_error_of_ours(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(processes, "_WORKER", "grader.no_such_module")
    events = processes.run(iter([bundle(1)]), jobs=1)
    with pytest.raises(RuntimeError, match="a worker process did not start"):
        list(events)
