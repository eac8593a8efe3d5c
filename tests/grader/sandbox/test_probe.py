"""What this machine offers is found by trying, remembered, and told in one line."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from grader.cli import BROKEN, OK, main
from grader.sandbox import advice, bubblewrap, memory, probe
from grader.sandbox.levels import FULL, KERNEL, LEVELS, NAMESPACE, PROCESS, at_least
from grader.sandbox.probe import Findings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux offers more than `process`")


@pytest.fixture(autouse=True)
def _own_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_attempts_get_through_where_nothing_prevents_them() -> None:
    """The negative control: at level `process` most of the attempts succeed, and only there."""
    through = dict(zip([what for what, _ in probe.ATTEMPTS], probe.attempts(PROCESS), strict=True))
    assert through["read a file of yours"]
    assert through["write a file"]
    assert through["connect to a port of this machine"]
    assert through["start a process"]
    assert probe.troubles(PROCESS) == []


def test_a_level_that_lets_something_through_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probe, "attempts", lambda level: [True] + [False] * 7)
    assert probe.troubles(KERNEL) in (["a hand-in can still read a file of yours"], ["the kernel offers no Landlock"])


def test_what_is_found_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    found = probe.best()
    assert found.level in LEVELS
    monkeypatch.setattr(probe, "troubles", lambda level: pytest.fail("probed again"))
    assert probe.best() == found
    assert memory.place().stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("spoil", ["another boot", "anybody may write", "nonsense", "unknown level", "gone"])
def test_memory_that_does_not_count_is_not_used(monkeypatch: pytest.MonkeyPatch, spoil: str) -> None:
    monkeypatch.setattr(probe, "troubles", lambda level: [] if level == PROCESS else ["not today"])
    memory.remember({"level": FULL, "problems": {}})
    file = memory.place()
    if spoil == "another boot":
        written = json.loads(file.read_text())
        written["for"][0] = "long ago"
        file.write_text(json.dumps(written))
    elif spoil == "anybody may write":
        file.chmod(0o666)
    elif spoil == "nonsense":
        file.write_text("[]")
    elif spoil == "unknown level":
        memory.remember({"level": "perfect", "problems": {}})
    else:
        file.unlink()
    found = probe.best()
    assert found.level == PROCESS
    assert found.problems[FULL] == ("not today",)


def test_cache_that_cannot_be_written_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    memory.remember({"level": FULL, "problems": {}})
    assert memory.recall() is None


def test_without_bubblewrap_the_kernel_alone_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bubblewrap, "found", lambda: None)
    assert probe.troubles(FULL) == ["bubblewrap is not installed"]
    found = probe.best()
    assert found.level in (KERNEL, PROCESS)
    line = advice.missing(found, FULL)
    assert "isolation 'full' is required" in line
    assert "sudo apt-get install bubblewrap" in line
    assert "\n" not in line


def test_order_of_the_levels() -> None:
    assert at_least(FULL, KERNEL)
    assert at_least(KERNEL, KERNEL)
    assert not at_least(NAMESPACE, KERNEL)
    assert not at_least(PROCESS, NAMESPACE)


def test_requirement_that_is_not_met_exits_3(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    why = {FULL: "bubblewrap is not installed", PROCESS: ""}
    monkeypatch.setattr(probe, "troubles", lambda level: [text] if (text := why.get(level, "not today")) else [])
    memory.remember({"level": PROCESS, "problems": {}})
    assert main(["--task", "ReLU", "--submission", "example_fau", "--require", "full"]) == BROKEN
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("dispatch.py: isolation 'full' is required and this machine offers only 'process': ")
    assert err.count("\n") == 1


def test_requirement_that_has_been_mended_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    memory.remember({"level": PROCESS, "problems": {FULL: ["bubblewrap is not installed"]}})
    monkeypatch.setattr(probe, "troubles", lambda level: [])
    assert probe.best().level == PROCESS
    assert probe.best(anew=True).level == FULL
    assert probe.best().level == FULL


def test_run_below_kernel_says_what_is_not_protected(capsys: pytest.CaptureFixture[str]) -> None:
    memory.remember({"level": PROCESS, "problems": {}})
    assert main(["--task", "ReLU", "--submission", "example_fau", "--seed", "1"]) == OK
    out, err = capsys.readouterr()
    assert err.startswith("isolation: a separate process only; the hand-in can read and write your files")
    assert err.count("\n") == 1
    assert out.endswith("isolation: process (self-check, not for the record)\n")


@pytest.mark.parametrize(
    ("why", "remedy"),
    [
        ("bubblewrap is not installed", "sudo apt-get install bubblewrap"),
        ("the kernel offers no Landlock", "lsm=landlock"),
        ("this system is not Linux", "grade on Linux"),
        ("bwrap: No permissions to create new namespace", "sudo sysctl"),
        ("OSError: /root is closed to other users: Operation not permitted", "every user may enter"),
        ("something else", "--doctor"),
    ],
)
def test_remedies(why: str, remedy: str) -> None:
    assert remedy in advice.missing(Findings(PROCESS, {FULL: (why,)}), FULL)


def test_doctor_fits_a_screen(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--doctor"]) == OK
    out = capsys.readouterr().out
    assert len(out.splitlines()) <= 30
    for word in ("Python 3", "NumPy", "bubblewrap", *LEVELS, "Hand-ins are graded at level", "ms to start"):
        assert word in out
    assert (os.geteuid() == 0) == ("You are root" in out)
