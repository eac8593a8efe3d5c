"""A class from the folder to the exit code."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.cli import BROKEN, INTERRUPTED, OK, UNREAD, USAGE
from grader.dispatching import UsageError
from grader.executors import inline
from grader.intake import open_submission
from grader.model import Report
from grader.store import Store
from tests.grader.classes import TASKS, run_class, small_class, stored, verdicts
from tests.grader.command import RIGHT, SLEEPING, environment, hand_in, usage
from tests.grader.handins import PROJECT, grade


def test_a_class_is_graded_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = small_class(tmp_path)
    target = tmp_path / "all.json"
    assert run_class(inbox, reports=(("json", str(target)),)) == OK
    out = capsys.readouterr().out
    assert out.startswith("5 hand-ins: 4 graded (3 passed everything), 1 rejected\nmarks: mean ")
    assert "  empty0: nothing to grade: no Python files in it\n" in out
    first = stored(tmp_path / "s.sqlite")
    assert len(first) == 8
    assert len({report.seed for report, _ in first.values()}) == 1  # fair: the same for everyone
    names = [(report["submission"], report["task"]) for report in json.loads(target.read_text())["reports"]]
    assert names == [(n, t) for n in ("right0", "right1", "right2", "wrong0") for t in TASKS]

    def no_guest(*_: object, **__: object) -> None:
        raise AssertionError("something was graded again")

    monkeypatch.setattr(inline, "grade_submission", no_guest)
    assert run_class(inbox) == OK
    assert capsys.readouterr().out == out
    assert stored(tmp_path / "s.sqlite") == first


def test_marks_are_those_of_a_single_run(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=1)
    assert run_class(inbox, seed=7) == OK
    together = stored(tmp_path / "s.sqlite")
    for name in ("right0", "wrong0"):
        submission = open_submission(inbox / name, name)
        for task, alone in grade(submission, TASKS, seed=7).items():
            (same,) = (
                report for (digest, t, _), (report, _) in together.items() if (digest, t) == (submission.digest, task)
            )
            assert [(r.verdict, r.points, r.message) for r in same.results] == [
                (r.verdict, r.points, r.message) for r in alone.results
            ]
            assert (same.score, same.mend_first) == (alone.score, alone.mend_first)


def test_a_late_hand_in_and_a_changed_one_are_all_that_is_graded(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=2, wrong=0, empty=0)
    run_class(inbox)
    before = stored(tmp_path / "s.sqlite")
    hand_in(inbox, "late", RIGHT + "# late\n")
    (inbox / "right0" / "more.py").write_text("")
    run_class(inbox)
    after = stored(tmp_path / "s.sqlite")
    assert {key: after[key] for key in before} == before
    assert len(after) == len(before) + 4


def test_equal_hand_ins_share_a_report_under_their_own_names(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    hand_in(inbox, "twin", RIGHT + "# 0\n")
    target = tmp_path / "all.json"
    assert run_class(inbox, reports=(("json", str(target)),)) == OK
    reports = json.loads(target.read_text())["reports"]
    assert [report["submission"] for report in reports] == ["right0", "right0", "twin", "twin"]
    assert len(stored(tmp_path / "s.sqlite")) == 2


def test_a_hand_in_that_breaks_the_grader_has_no_mark_and_is_tried_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = small_class(tmp_path, right=2, wrong=0, empty=0)
    real = inline.grade_submission

    def stumbles(submission: object, *rest: object, **more: object) -> object:
        if submission.id == "right0":  # type: ignore[attr-defined]  # a Submission
            raise ZeroDivisionError("our fault")
        return real(submission, *rest, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(inline, "grade_submission", stumbles)
        assert run_class(inbox) == BROKEN
    out = capsys.readouterr().out
    assert out.startswith("2 hand-ins: 1 graded (1 passed everything), 1 grader problem\n")
    assert "  right0: ZeroDivisionError: our fault\n" in out
    assert run_class(inbox) == OK
    assert capsys.readouterr().out.startswith("2 hand-ins: 2 graded (2 passed everything)\n")


def test_marks_of_two_states_of_the_grader_are_not_mixed(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    run_class(inbox, seed=7)
    before = stored(tmp_path / "s.sqlite")
    with pytest.raises(UsageError, match=r"another state of the grader.*--regrade shows what would change"):
        run_class(inbox, seconds=5.0)
    with pytest.raises(UsageError, match=r"--seed 8: everyone in .* has seed 7; --regrade changes it"):
        run_class(inbox, seed=8)
    assert stored(tmp_path / "s.sqlite") == before
    assert run_class(inbox, seed=7, tasks=("ReLU", "Sgd", "TanH")) == OK


def test_the_best_attempt_counts_if_that_is_the_rule(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=0, wrong=1, empty=0)
    (inbox / "wrong0").rename(inbox / "ada_attempt_2")
    hand_in(inbox, "ada", RIGHT)
    target = tmp_path / "all.json"
    for rule, names in (("last", {"ada"}), ("best", {"ada #1"}), ("all", {"ada #1", "ada #2"})):
        assert run_class(inbox, rule=rule, reports=(("json", str(target)),)) == OK
        reports = json.loads(target.read_text())["reports"]
        assert {report["submission"] for report in reports} == names
        assert all(report["score"] == report["max_score"] for report in reports) == (rule == "best")


def command(inbox: Path, store: Path, *more: str) -> list[str]:
    words = [sys.executable, str(PROJECT / "dispatch.py"), "--batch", str(inbox), "--store", str(store), "--seed", "7"]
    return [*words, "--task", ",".join(TASKS), "--jobs", "2", *more]


def started(words: list[str], **more: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(words, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of six, the last of them slow, and beside it a store of which nothing is missing."""
    inbox = small_class(tmp_path_factory.mktemp("whole"), right=3, wrong=1)
    hand_in(inbox, "zz_slow", "import time; time.sleep(1.5)\n" + RIGHT)
    assert run_class(inbox, seed=7, executor="processes", jobs=2) == OK
    return inbox


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_killed_and_run_again_nothing_is_lost_or_doubled(
    uninterrupted: Path, tmp_path: Path, number: signal.Signals
) -> None:
    whole, store = uninterrupted.parent / "s.sqlite", tmp_path / "s.sqlite"
    log = tmp_path / "s.sqlite-wal"
    process = started(command(uninterrupted, store), start_new_session=True)
    while not (log.exists() and log.stat().st_size > 80_000):  # some reports are there
        time.sleep(0.005)
        assert process.poll() is None
    os.kill(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == {signal.SIGINT: INTERRUPTED, signal.SIGKILL: -9, signal.SIGTERM: 143}[number]
    kept = stored(store)
    if number is not signal.SIGKILL:
        how = "interrupted" if number is signal.SIGINT else "terminated"
        line = rf"{how} after \d of 6 hand-ins; the store holds (\d+) reports?, and the same command goes on from there"
        found = re.fullmatch(line, err.decode().splitlines()[-1])
        assert found is not None, err
        assert int(found[1]) == len(kept)
        assert b"Traceback" not in err
    assert 0 < len(kept) < len(stored(whole))
    assert run_class(uninterrupted, store=store, seed=7, executor="processes", jobs=2) == OK
    after = stored(store)
    assert {key: after[key] for key in kept} == kept
    assert verdicts(store) == verdicts(whole)
    with Store(store) as opened:
        assert opened._connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_one_endless_hand_in_does_not_hold_up_the_others(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=2, wrong=0, empty=0)
    hand_in(inbox, "sleeps", SLEEPING)
    assert run_class(inbox, seconds=0.3, executor="processes", jobs=2) == OK
    reports = {(report.submission, report.task): report.passed for report, _ in stored(tmp_path / "s.sqlite").values()}
    assert [name for name, passed in reports.items() if not passed] == [("sleeps", "ReLU")]


def test_files_in_the_current_folder_are_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An instructor may well stand in the folder of the class; a student's `numpy.py` is not for us."""
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    for name in ("numpy", "json", "grader", "sitecustomize"):
        (inbox / f"{name}.py").write_text(f"open({str(tmp_path / 'marker')!r}, 'w')\nraise SystemExit(7)\n")
    monkeypatch.chdir(inbox)
    done = subprocess.run(command(inbox, tmp_path / "s"), env=environment(), capture_output=True, timeout=60, text=True)
    assert done.returncode == OK, done.stderr
    assert "1 graded (1 passed everything), 4 rejected" in done.stdout
    assert not (tmp_path / "marker").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--jobs", "2"], "--jobs goes with --batch FOLDER"),
        (["--regrade"], "--regrade goes with --batch FOLDER"),
        (["--batch", "x", "--submission", "y"], "--batch takes every hand-in of its folder; leave --submission out"),
        (["--batch", "x", "--yes"], "--yes goes with --regrade"),
        (["--batch", "x", "--scheduler", "tcp://x:1"], "--scheduler goes with --executor dask"),
        (["--batch", "x", "--jobs", "0"], "argument --jobs: a whole number from 1 to 1024, not '0'"),
        (["--batch", "/none"], "--batch takes a folder with one folder or zip per hand-in; /none: no such folder"),
        (["--batch", "/none", "--report", "cvs=x"], "no report format is called 'cvs'; known: "),
    ],
)
def test_command_lines_that_are_wrong(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert usage(*words, capsys=capsys).startswith(message)


def test_a_wrong_store_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = small_class(tmp_path, right=1)
    (tmp_path / "s.sqlite").write_text("my grades")
    message = usage("--batch", str(inbox), "--store", str(tmp_path / "s.sqlite"), "--task", "ReLU", capsys=capsys)
    assert message.endswith("s.sqlite: not a database; name another file")
    assert (tmp_path / "s.sqlite").read_text() == "my grades"


def test_a_single_hand_in_is_no_class(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = hand_in(tmp_path, "mine", RIGHT)
    message = usage("--batch", str(one), "--store", str(tmp_path / "s.sqlite"), capsys=capsys)
    assert message == f"--batch {one}: looks like one hand-in; use --submission {one}"
    assert not (tmp_path / "s.sqlite").exists()


def test_only_known_things_are_in_a_report(tmp_path: Path) -> None:
    """A stored report is what `Report` reads back, whatever a hand-in printed."""
    inbox = tmp_path / "inbox"
    hand_in(inbox, "prints", RIGHT + "print('\\x1b[31m' + chr(0) + 'ü')\n")
    assert run_class(inbox) == OK
    for report, _ in stored(tmp_path / "s.sqlite").values():
        assert Report.from_json(report.to_json()) == report


def test_what_was_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    table, site = str(tmp_path / "grades.csv"), str(tmp_path / "site")
    assert run_class(inbox, reports=(("csv", table), ("html", site), ("json", "-"))) == OK
    assert capsys.readouterr().err.splitlines()[-2:] == [f"written: {table}", f"written: {site}"]


FULL_DISK = """
import os, sys
from grader.cli import main

real = os.replace
def replace(source, target):
    if "/full/" in str(target) and "index" in str(target):
        raise OSError(28, "No space left on device")
    real(source, target)
os.replace = replace
sys.exit(main(sys.argv[1:]))
"""


def test_one_report_that_cannot_be_written_does_not_keep_the_others_from_it(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    (tmp_path / "full").mkdir()
    site, more, table = tmp_path / "full" / "site", tmp_path / "full" / "index.json", tmp_path / "grades.csv"
    words = command(inbox, tmp_path / "s.sqlite")[2:]
    for name, target in (("html", site), ("json", more), ("csv", table)):
        words += ["--report", f"{name}={target}"]
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, *words],
        cwd=PROJECT,
        env=environment(),
        capture_output=True,
        timeout=60,
        text=True,
    )
    assert done.returncode == USAGE
    said = "No space left on device"
    assert done.stderr.splitlines()[-3:] == [
        f"written: {table}",
        f"dispatch.py: cannot write the report {site}: {said}; what is in this folder is not complete",
        f"dispatch.py: cannot write the report {more}: {said}",
    ]
    assert table.read_text().count("graded") == 1
    assert not (site / "index.html").exists()  # the page that leads to all others is the last one
    assert not more.exists()


def test_a_reader_that_has_gone_does_not_keep_other_reports_from_being_written(tmp_path: Path) -> None:
    inbox, table = small_class(tmp_path, right=1, wrong=0, empty=0), tmp_path / "grades.csv"
    words = command(inbox, tmp_path / "s.sqlite", "--report", "json=-", "--report", f"csv={table}")
    process = started(words)
    process.stdout.close()  # type: ignore[union-attr]  # it is a pipe
    assert process.wait(60) == UNREAD
    process.stderr.close()  # type: ignore[union-attr]  # it is a pipe
    assert "graded" in table.read_text()


def test_a_target_of_the_wrong_kind_is_called_by_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    file, folder = tmp_path / "file", tmp_path / "folder"
    file.write_text("mine")
    folder.mkdir()
    for report, reason in (
        (f"html={file}", "it is a file, and html is a folder of files; name another, or take the file away"),
        (f"csv={folder}", f"it is a folder, and csv is one file; name a file, as in csv={folder}/report.csv"),
        (f"csv={file}/x.csv", f"no such folder: {file}; make it first, or name another"),
        (f"html={tmp_path}/a/b", f"no such folder: {tmp_path}/a; make it first, or name another"),
    ):
        said = usage("--batch", str(inbox), "--store", str(tmp_path / "s"), "--report", report, capsys=capsys)
        assert said == f"cannot write the report {report.partition('=')[2]}: {reason}"
    assert file.read_text() == "mine"
    assert not (tmp_path / "s").exists()
