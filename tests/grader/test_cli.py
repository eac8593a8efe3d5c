"""`python dispatch.py` from the outside: which code it exits with, and why."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest

from grader.checks.define import check
from grader.cli import BROKEN, FAILED, INTERRUPTED, OK, UNREAD, USAGE
from grader.dispatching import UsageError, dispatch
from grader.hookspecs import hookimpl
from grader.model import Reporter
from grader.remote import RemoteLayer
from grader.sandbox.levels import FOR_THE_RECORD
from grader.sandbox.probe import best
from tests.grader.command import SLEEPING, WRONG, environment, hand_in, run, usage, wish
from tests.grader.handins import PROJECT
from tests.grader.processes import children


def test_right_hand_in_exits_0(folder: Path) -> None:
    done = run("--task", "relu, SGD", "--submission", folder / "right", "--seed", 7, COLUMNS="200")
    assert done.returncode == OK
    assert (done.stderr == "") == (best().level in FOR_THE_RECORD)
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"ReLU  {folder / 'right'}  ")
    assert lines[0].endswith("  5 / 5")
    assert lines[1].endswith(" checks passed")
    assert lines[-2].split() == ["✓", str(folder / "right"), "10", "/", "10", "2", "of", "2", "tasks", "passed"]
    assert lines[-1] == f"seed 7, {isolation()}"


def isolation() -> str:
    """Return what the last line of a run says on this machine."""
    level = best().level
    return f"isolation: {level} ({'isolated' if level in FOR_THE_RECORD else 'self-check, not for the record'})"


def test_wrong_hand_in_exits_1_and_says_where(folder: Path) -> None:
    path = hand_in(folder, "my work", WRONG)
    done = run("--task", "ReLU", "--submission", path, "--seed", 7, FORCE_COLOR="1")
    assert (done.returncode, done.stderr) == (FAILED, "")
    assert "\x1b" not in done.stdout  # this is no terminal
    text = " ".join(done.stdout.split())
    assert "✗ backward returns the derivative of the loss with respect to the input 0 / " in text
    assert "the input gradient differs in all 15 entries: at [0, 0] " in text
    assert "Think: " in text
    assert f"Again: python dispatch.py --task ReLU --submission '{path}' --seed 7 seed 7" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--task", "rn"], "no task is called 'rn'; did you mean RNN?"),
        (["--task", "RNN,Adm"], "no task is called 'Adm'; did you mean Adam?"),
        (["--task", "ex9"], "no task is called 'ex9'; did you mean ex"),
        (["--task", "qqq"], "no task is called 'qqq'; known tasks: "),
        (["--task", ""], "--task is empty"),
        (["--task", " , "], "--task is empty"),
        (["--task", "relu", "--skip", "ex1"], "--skip leaves nothing of --task to grade"),
        (["--submission", "no/such"], "no submission 'no/such': no such folder or zip file; "),
        (["--submission", "exampel_fau"], "no submission 'exampel_fau': no such folder or zip file; did you mean"),
        (["--submission", ""], "no submission ''"),
        (["--submission", "\x1b[31m\u202eevil"], "no submission '\\x1b[31m\\u202eevil'"),
        (["--submission", "{here}/empty"], "{here}/empty: nothing to grade: no Python files in it"),
        (["--submission", "{here}/no.zip"], "{here}/no.zip: not a zip file that can be read"),
        (
            ["--submission", "{here}/no.rar"],
            "{here}/no.rar: not a zip file that can be read (File is not a zip file); pack",
        ),
        (["--task", "L2Loss", "--submission", "{here}/right"], "L2Loss: not asked of hand-ins of this kind"),
        (["--seed", "-1"], "argument --seed: a seed is a whole number from 0 to 2**63 - 1, not '-1'"),
        (["--seed", "1.5"], "argument --seed: a seed is a whole number"),
        (["--seed", "9" * 30], "argument --seed: a seed is a whole number"),
        (["--timeout", "0"], "argument --timeout: a number of seconds above 0, not '0'"),
        (["--timeout", "nan"], "argument --timeout: a number of seconds above 0"),
        (["--timeout", "soon"], "argument --timeout: a number of seconds above 0"),
        (["--report", "json"], "argument --report: 'json' is not of the form FORMAT=FILE"),
        (["--report", "=x"], "argument --report: '=x' is not of the form"),
        (["--report", "json="], "argument --report: 'json=' is not of the form"),
        (["--report", "xml={here}/x"], "no report format is called 'xml'; known: "),
        (["--report", "json=-", "--report", "json=-"], "only one report can go to standard output"),
        (["--report", "json={here}/no/such/x.json"], "cannot write the report {here}/no/such/x.json: no such folder"),
        (["--report", "json={here}"], "cannot write the report {here}: "),
        (["--report", "json={here}/" + "x" * 300], "cannot write the report {here}/xxx"),
        (["--tsak", "RNN"], "unrecognized arguments: --tsak RNN; did you mean --task?"),
        (["--submision=x"], "unrecognized arguments: --submision=x; did you mean --submission?"),
        (["-reprot", "x"], "unrecognized arguments: -reprot x; did you mean --report?"),
        (["relu"], "unrecognized arguments: relu; did you mean --task ReLU?"),
        (["EX2"], "unrecognized arguments: EX2; did you mean --task ex2?"),
        (["\x1b[31mred"], "unrecognized arguments: red"),
        (["--plot"], "argument --plot: expected one argument"),
    ],
)
def test_wrong_usage_exits_2_with_one_clear_line(
    folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    before = children()
    (folder / "empty").mkdir()
    (folder / "no.zip").write_text("no zip")
    (folder / "no.rar").write_text("no zip")
    given = [word.replace("{here}", str(folder)) for word in words]
    if "--submission" not in given:
        given += ["--submission", "example_fau"]
    assert usage(*given, capsys=capsys).startswith(message.replace("{here}", str(folder)))
    assert children() == before


def test_usage_error_seen_from_outside(folder: Path) -> None:
    done = run("--task", "RNX", "--submission", folder / "right", "--report", f"json={folder / 'r.json'}")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert done.stderr == "dispatch.py: no task is called 'RNX'; did you mean RNN?\n"
    assert not (folder / "r.json").exists()
    assert run("--seed", "abc").stderr == (
        "dispatch.py: argument --seed: a seed is a whole number from 0 to 2**63 - 1, not 'abc' (--help tells more)\n"
    )
    assert run("--qqq").stderr == "dispatch.py: unrecognized arguments: --qqq (--help tells more)\n"


def test_which_hand_in_is_graded(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert dispatch(wish(folder)) == OK
    assert capsys.readouterr().out.startswith(f"ReLU  {folder / 'right'}")
    hand_in(folder, "another", WRONG)
    with pytest.raises(UsageError, match=r"several hand-ins in .*: another, right; choose, .* --submission another"):
        dispatch(wish(folder))
    assert dispatch(wish(folder, "another", "right")) == FAILED
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()[-3:]] == ["✗", "✓", "seed"]


def test_without_a_hand_in_the_example_is_graded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "example_native").symlink_to(PROJECT / "submissions" / "example_native")
    assert dispatch(wish(tmp_path)) == OK
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "No hand-in of yours found: grading the bundled example"
    assert second.startswith("ReLU  ")


def plugin(**hooks: object) -> ModuleType:
    module = ModuleType("course_extras")
    for name, answer in hooks.items():
        setattr(module, name, hookimpl(lambda answer=answer: answer, specname=name))
    return module


@check(traits=["layer"], needs="forward_shape", points=5)
def check_unlucky(layer: RemoteLayer) -> None:
    """The grader stumbles here."""
    raise KeyError("in the check itself")


@check(traits=["layer"], needs="unlucky", points=5)
def check_after_the_unlucky(layer: RemoteLayer) -> None:
    """This one waits for it."""


def test_broken_check_exits_3_and_costs_no_points(
    folder: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    extras = plugin(backcheck_checks=[check_unlucky, check_after_the_unlucky])
    target = tmp_path / "report.json"
    assert dispatch(wish(folder, plugins=[extras], reports=[("json", str(target))], verbose=True)) == BROKEN
    out, err = capsys.readouterr()
    assert "the grader itself failed on some check; that costs no points" in err
    assert "‼" in out
    assert "The grader itself failed here (this costs no points): KeyError: 'in the check itself'" in " ".join(
        out.split()
    )
    assert 'raise KeyError("in the check itself")' in " ".join(out.split())
    (report,) = json.loads(target.read_text())["reports"]
    assert 0 < report["score"] == report["max_score"] < 5
    verdicts = {result["check"]: result["verdict"] for result in report["results"]}
    assert (verdicts["unlucky"], verdicts["after_the_unlucky"]) == ("broken", "skipped")


def test_broken_reporter_exits_3_after_everything_else(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def write(reports: object, target: str) -> None:
        raise ZeroDivisionError("while writing")

    extras = plugin(backcheck_reporters=[Reporter("odd", "breaks", write)])
    reports = [("odd", str(folder / "x")), ("json", str(folder / "y.json"))]
    assert dispatch(wish(folder, plugins=[extras], reports=reports)) == BROKEN
    out, err = capsys.readouterr()
    assert err == "the reporter odd is broken: ZeroDivisionError: while writing\n"
    assert "5 / 5" in out
    assert (folder / "y.json").exists()


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder for PYTHONPATH in which a package with plugins is installed."""
    site = tmp_path / "site"
    info = site / "course-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: course\nVersion: 1.0\n")
    lines = (
        "[backcheck.plugins]\nbad = course_bad\ngone = course_gone\ngood = course_good\n[backcheck]\nmine = handed_in\n"
    )
    (info / "entry_points.txt").write_text(lines)
    (site / "course_bad.py").write_text("x = 1\nraise OSError('no licence')\n")
    good = "from grader.hookspecs import hookimpl\nfrom grader.model import Reporter\n"
    good += "@hookimpl\ndef backcheck_reporters():\n    return [Reporter('count', 'how many', write)]\n"
    good += "def write(reports, target):\n    open(target, 'w').write(str(len(reports)))\n"
    (site / "course_good.py").write_text(good)
    (site / "handed_in.py").write_text("raise SystemExit('a hand-in was imported beside the grader')\n")
    return site


def test_installed_plugin_that_breaks_is_named_and_the_others_go_on(folder: Path, installed: Path) -> None:
    target = folder / "count.txt"
    words = ["--task", "ReLU", "--submission", folder / "right", "--report", f"count={target}"]
    done = run(*words, PYTHONPATH=str(installed))
    assert done.returncode == OK
    bad, gone = done.stderr.splitlines()
    assert bad == "plugin bad: import (course_bad.py:2): OSError: no licence; left out, the others go on"
    assert gone.startswith("plugin gone: import: ModuleNotFoundError: No module named 'course_gone'; left out")
    assert target.read_text() == "1"


def test_error_that_nobody_foresaw_exits_3(folder: Path, tmp_path: Path) -> None:
    """Played by a `tabulate` that cannot be imported."""
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "tabulate.py").write_text("raise RuntimeError('not today')\n")
    done = run("--task", "ReLU", "--submission", folder / "right", PYTHONPATH=str(tmp_path / "broken"))
    assert done.returncode == BROKEN
    assert done.stderr.splitlines()[-2:] == [
        "RuntimeError: not today",
        "dispatch.py: the grader itself is broken, as told above; that costs no points",
    ]


def test_interpreter_without_the_dependencies_is_told_what_to_do() -> None:
    """Played by an interpreter that does not look into site-packages."""
    words = [os.path.realpath(sys.executable), "-S", str(PROJECT / "dispatch.py"), "--list"]
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(words, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == BROKEN
    assert done.stderr.count("\n") == 1
    assert re.search(r" has no \w+; set it up with: python -m pip install -e \.", done.stderr)


def start(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(PROJECT / "dispatch.py"), *map(str, words)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, INTERRUPTED), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_interrupted_while_a_hand_in_sleeps(folder: Path, number: signal.Signals, code: int) -> None:
    path = hand_in(folder, "sleeps", SLEEPING)
    target = folder / "report.json"
    words = ["--task", "Sgd,ReLU", "--submission", path, "--timeout", 3600, "--seed", 7, "--report", f"json={target}"]
    process = start(*words)
    assert process.stdout is not None
    head = process.stdout.readline()
    guests = wait_for_guests(process.pid)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert not [pid for pid in guests if Path(f"/proc/{pid}").exists()]
    assert head.startswith("Sgd  ")
    if number == signal.SIGINT:
        assert "ReLU" not in out
        assert out.splitlines()[-1].startswith("seed 7")
        assert err == "interrupted after 1 of 2 reports\n"
        (report,) = json.loads(target.read_text())["reports"]
        assert (report["task"], report["score"], report["max_score"]) == ("Sgd", 5, 5)
    assert "Traceback" not in err


def wait_for_guests(pid: int) -> list[int]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = [child for child, command in children(pid).items() if "guest" in command]
        if found:
            return found
        time.sleep(0.01)
    raise AssertionError("no guest was started")


def test_interrupted_before_anything_was_graded(folder: Path) -> None:
    path = hand_in(folder, "sleeps", SLEEPING)
    process = start("--task", "ReLU", "--submission", path, "--timeout", 3600, "--report", f"json={folder / 'r.json'}")
    guests = wait_for_guests(process.pid)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (INTERRUPTED, "")
    assert err.splitlines()[-1].startswith("interrupted")
    assert not [pid for pid in guests if Path(f"/proc/{pid}").exists()]


def test_reader_that_goes_away_ends_it_silently(folder: Path) -> None:
    process = start("--task", "ReLU,Sgd", "--submission", folder / "right")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(60) == UNREAD
    process.stderr.close()
