"""What counts as a change of a hand-in."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.focus.changes import changed, stamps, wait_for_change
from tests.grader.saving import save


@pytest.fixture
def work(tmp_path: Path) -> Path:
    for name in ("Layers/ReLU.py", "Layers/RNN.py", "notes.txt", "venv/lib.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "pyvenv.cfg").write_text("")
    (tmp_path / "odd" / "x.py").write_text("")
    return tmp_path


EVENTS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "written": (lambda work: save(work / "Layers/ReLU.py", "x = 23\n"), ["Layers/ReLU.py"]),
    "renamed into place": (lambda work: save(work / "Layers/RNN.py", "x = 1\n", rename=True), ["Layers/RNN.py"]),
    "new": (lambda work: save(work / "Layers/Conv.py", ""), ["Layers/Conv.py"]),
    "new folder": (lambda work: ((work / "More").mkdir(), save(work / "More/a.py", "")), ["More/a.py"]),
    "deleted": (lambda work: (work / "Layers/RNN.py").unlink(), ["Layers/RNN.py"]),
    "renamed": (lambda work: (work / "Layers/RNN.py").rename(work / "A.py"), ["A.py", "Layers/RNN.py"]),
    "notes": (lambda work: save(work / "notes.txt", "more"), []),
    "an environment": (lambda work: save(work / "venv/new.py", ""), []),
    "another environment": (lambda work: save(work / "odd/x.py", "more"), []),
    "an editor's own file": (lambda work: save(work / ".ReLU.py.swp", ""), []),
}


@pytest.mark.parametrize("name", EVENTS)
def test_event(work: Path, name: str) -> None:
    event, files = EVENTS[name]
    before = stamps(work)
    assert sorted(before) == ["Layers/RNN.py", "Layers/ReLU.py"]
    event(work)
    assert changed(before, stamps(work)) == files


def test_zip_file(work: Path) -> None:
    path = work / "mine.zip"
    save(path, "one")
    before = stamps(path)
    save(path, "other", rename=True)
    assert changed(before, stamps(path)) == [""]
    path.unlink()
    assert stamps(path) == {}


def test_waiting_ends_when_the_files_stay_as_they_are(work: Path) -> None:
    """An editor deletes, writes half, then all: one change, seen when it is over."""
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: (work / "Layers/RNN.py").unlink(),
        lambda: save(work / "Layers/RNN.py", "half"),
        lambda: save(work / "Layers/RNN.py", "half and half"),
    ]

    def sleep(seconds: float) -> None:
        if steps:
            steps.pop(0)()

    now, files = wait_for_change(work, stamps(work), sleep)
    assert not steps
    assert files == ["Layers/RNN.py"]
    assert now == stamps(work)


def test_waiting_ends_although_a_file_never_rests(work: Path) -> None:
    count = iter(range(10_000))
    _, files = wait_for_change(work, stamps(work), lambda _: save(work / "Layers/RNN.py", "x" * next(count)))
    assert files == ["Layers/RNN.py"]
    assert next(count) < 20


def test_another_file_with_the_same_time_and_size(work: Path) -> None:
    path = work / "Layers/RNN.py"
    before, at = stamps(work), path.stat()
    save(path, "x = 2\n", rename=True)
    os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))
    assert changed(before, stamps(work)) == ["Layers/RNN.py"]
