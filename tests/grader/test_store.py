"""The store: what it keeps, and what it does with files that are no store of ours."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.graded import Edition, Graded
from grader.model import CheckResult, Report, Verdict
from grader.results import Handin
from grader.store import Store, StoreError
from grader.store_file import APPLICATION
from tests.grader.handins import PROJECT

FIRST, SECOND = Edition(7, "a" * 16), Edition(8, "b" * 16)


def report(
    task: str = "ReLU", verdict: Verdict = Verdict.PASSED, edition: Edition = FIRST, digest: str = "d"
) -> Report:
    result = CheckResult(task, "case", "check", "title", verdict, points=1.0, max_points=1.0, details={"n": [1, 2]})
    return Report(
        "ada", digest, task, edition.seed, (result,), edition.suite, score=1.0, max_score=2.0, output="ü\ud800"
    )


def test_a_report_comes_back_as_it_went_in(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        store.add(Graded.of(report()))
        store.add(Graded.of(report("Sgd", Verdict.FAILED)))
    with Store(tmp_path / "s") as store:
        both = store.reports("d", {"Sgd": FIRST, "ReLU": FIRST})
        assert both == [
            replace(report("Sgd", Verdict.FAILED), output="ü?"),
            replace(report(), output="ü?"),
        ]
        assert [(mark.task, mark.score, mark.max_score, mark.passed) for mark in store.marks("d", {"ReLU": FIRST})] == [
            ("ReLU", 1.0, 2.0, True)
        ]
        assert store.standing("d") == {("ReLU", FIRST): True, ("Sgd", FIRST): False}
        assert store.reports("d", {"ReLU": SECOND}) == store.reports("other", {"ReLU": FIRST}) == []


def test_a_flood_of_output_does_not_fill_the_store(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        store.add(Graded.of(replace(report(), output="x" * 1_000_000)))
        assert len(store.reports("d", {"ReLU": FIRST})[0].output) == 20_000


def test_nothing_is_replaced_but_the_graders_failures(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        store.add(Graded.of(report(verdict=Verdict.BROKEN)))
        assert store.standing("d") == {}
        assert store.marks("d", {"ReLU": FIRST})[0].broken
        store.add(Graded.of(report(verdict=Verdict.PASSED)))
        store.add(Graded.of(report(verdict=Verdict.FAILED)))
        assert store.standing("d") == {("ReLU", FIRST): True}
        assert store.count() == 1


def test_the_seed_is_drawn_once(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        assert store.seed(lambda: 2**63 - 1) == 2**63 - 1
    with Store(tmp_path / "s") as store:
        assert store.seed(lambda: 5) == 2**63 - 1
        store.adopt({"ReLU": SECOND})
        assert store.seed(lambda: 5) == 2**63 - 1
        store.adopt({"ReLU": SECOND}, seed=8)
        assert store.seed(lambda: 5) == 8


KILLED_HALFWAY = """
import os, signal, sys
from pathlib import Path
from grader.graded import Edition
from grader.store import Store

store = Store(Path(sys.argv[1]))
def after_the_editions(statement):
    if "INTO setting" in statement:
        os.kill(os.getpid(), signal.SIGKILL)
store._connection.set_trace_callback(after_the_editions)
store.adopt({"ReLU": Edition(8, "b" * 16), "Sgd": Edition(8, "b" * 16)}, seed=8)
"""


def test_a_class_never_has_two_seeds(tmp_path: Path) -> None:
    """Killed between the editions of a regrade and its seed, the store is as it was before."""
    with Store(tmp_path / "s") as store:
        store.seed(lambda: 7)
        store.adopt({"ReLU": FIRST, "Sgd": FIRST})
    words = [sys.executable, "-c", KILLED_HALFWAY, str(tmp_path / "s")]
    assert subprocess.run(words, cwd=PROJECT, timeout=60).returncode == -signal.SIGKILL
    with Store(tmp_path / "s") as store:
        assert store.seed(lambda: 5) == 7
        assert store.editions() == {"ReLU": FIRST, "Sgd": FIRST}


def test_editions_follow_one_another(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        store.adopt({"ReLU": FIRST, "Sgd": FIRST})
        store.adopt({"ReLU": SECOND})
        assert store.editions() == {"ReLU": SECOND, "Sgd": FIRST}
        assert [(task, edition) for task, edition, _ in store.history()] == [
            ("ReLU", FIRST),
            ("Sgd", FIRST),
            ("ReLU", SECOND),
        ]


def test_hand_ins_are_those_of_the_last_run(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(600)]
    with Store(tmp_path / "s") as store:
        store.expect([Handin("gone"), Handin("n7", "old", problem="was broken")])
        store.note("n7", digest="x", problem="p", trouble="t", dialect="fau")
        store.expect(Handin(name, name, 2, 3, "2026", "f.zip", {"email": "ü"}) for name in names)
        store.note("n7", digest="d", dialect="native")
        found = list(store.handins())
        assert [handin.id for handin, _ in found] == names
        assert found[7] == (Handin("n7", "n7", 2, 3, "2026", "f.zip", {"email": "ü"}, "d"), "native")


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE books (title)")
    connection.close()


def newer(path: Path) -> None:
    Store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()


def truncated(path: Path) -> None:
    filled(path)
    path.write_bytes(path.read_bytes()[:-4096])


def scribbled(path: Path) -> None:
    filled(path)
    raw = bytearray(path.read_bytes())
    raw[4096:8192] = b"\x55" * 4096
    path.write_bytes(raw)


def filled(path: Path) -> None:
    with Store(path) as store:
        for number in range(50):
            store.add(Graded.of(report(digest=str(number))))


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (foreign, "a database of another program; name another file"),
        (newer, "written by another version (layout 99, this one has 1)"),
        (truncated, "damaged ("),
        (scribbled, "damaged ("),
        (lambda path: path.write_text("grades"), "not a database; name another file"),
        (lambda path: path.write_bytes(bytes(200)), "not a database; name another file"),
        (lambda path: path.mkdir(), "not a file"),
    ],
)
def test_what_is_no_store_of_ours_is_left_as_it_is(tmp_path: Path, make: object, reason: str) -> None:
    path = tmp_path / "s.sqlite"
    make(path)  # type: ignore[operator]  # a function of the path
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(StoreError) as caught:
        Store(path)
    assert str(caught.value).startswith(f"--store {path}: {reason}")
    assert "\n" not in str(caught.value)
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["s.sqlite"]


def test_a_store_in_use_is_refused_and_a_closed_one_is_a_single_file(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Store(path) as store:
        store.add(Graded.of(report()))
        with pytest.raises(StoreError, match="in use by another run"):
            Store(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["s"]
    assert int.from_bytes(path.read_bytes()[68:72], "big") == APPLICATION


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such folder"):
        Store(tmp_path / "none" / "s")


def test_a_file_that_was_only_just_made(tmp_path: Path) -> None:
    """What is left if a run is killed between making the file and making its tables."""
    (tmp_path / "s").write_bytes(b"")
    with Store(tmp_path / "s") as store:
        assert store.count() == 0


def test_a_full_disk_is_told_and_what_is_there_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "s"
    filled(path)
    store = Store(path)
    store._connection.execute("PRAGMA max_page_count=1")  # as if there were no room for another page

    def fill() -> None:
        for number in range(100, 300):
            store.add(Graded.of(report(digest=str(number))))

    with pytest.raises(StoreError, match="no room left; free some, and run again: what is graded so far is kept"):
        fill()
    store.close()
    with Store(path) as store:
        assert store.count() >= 50
        assert store._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_report_of_another_layout_is_told(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        store.add(replace(Graded.of(report()), blob=b"rubbish"))
        with pytest.raises(StoreError, match="cannot be read"):
            store.reports("d", {"ReLU": FIRST})
