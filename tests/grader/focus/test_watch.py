"""`--watch` from the outside: what stands on the terminal after a save, and how it ends."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.cli import INTERRUPTED
from grader.dispatching import Wishes
from grader.focus import Focus
from grader.focus.parts import Part, Parts
from grader.focus.rounds import Rounds
from grader.focus.watch import Screen, go_on
from grader.model import CheckResult, Report, Submission, Verdict
from grader.profile.find import find_profile
from tests.grader.command import RIGHT, WRONG, environment, hand_in, usage
from tests.grader.guests import launch
from tests.grader.handins import PROJECT, registry
from tests.grader.processes import children, is_alive
from tests.grader.saving import save

PATIENCE = 30.0  # seconds, on a machine that has much else to do


class Watched:
    """A running watch: what it prints, round by round."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def until(self, text: str) -> str:
        """Return what is printed up to a line with `text`."""
        lines: list[str] = []
        while not lines or text not in lines[-1]:
            lines.append(self._lines.get(timeout=PATIENCE))
        return "".join(lines)


@contextmanager
def watching(*words: object) -> Iterator[Watched]:
    command = [sys.executable, "-u", str(PROJECT / "dispatch.py"), *map(str, words), "--watch", "--seed", "7"]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield Watched(process)
        finally:
            process.kill()


def test_saves_of_every_kind_are_answered_and_ctrl_c_ends_it(folder: Path) -> None:
    work = hand_in(folder, "mine", WRONG)
    relu = work / "Layers" / "ReLU.py"
    with watching("--task", "ReLU", "--submission", work) as watched:
        first = watched.until("Again:")
        assert "mine: first round" in first
        assert "(seed 7; Ctrl-C ends)" in first
        assert "✗  ReLU fails" in first
        assert "backward returns the derivative" in first
        save(relu, "class ReLU(:")
        assert "ReLU.py saved" in watched.until("SyntaxError")
        save(relu, RIGHT, rename=True)
        assert "✓  everything asked for passes, 5 / 5 points" in watched.until("checks passed")
        relu.unlink()
        watched.until("no class ReLU in the hand-in")
        save(work / "Layers" / "Rectified.py", RIGHT)  # found by its name, wherever it is
        watched.until("everything asked for passes")
        for path in work.rglob("*.py"):
            path.unlink()
        watched.until("nothing to grade: no Python files in it")
        save(relu, WRONG, rename=True)
        watched.until("✗  ReLU fails")
        below = children(watched.process.pid)
        watched.process.send_signal(signal.SIGINT)
        _, err = watched.process.communicate(timeout=PATIENCE)
        assert watched.process.returncode == INTERRUPTED
        assert err == f"\nstopped watching {work}\n"
        assert not any(is_alive(pid) for pid in below)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--submission", "{here}/right", "--submission", "{here}/other"], "--watch takes one --submission"),
        (
            ["--submission", "{here}/right", "--task", "L2Loss"],
            "none of the tasks is asked of hand-ins of this kind (fau)",
        ),
        (["--submission", "{here}/right", "--task", "Adm"], "no task is called 'Adm'; did you mean Adam?"),
        (["--submission", "{here}/none"], "no submission '{here}/none': no such folder or zip file"),
        (["--report", "json=-"], "--watch writes no reports; leave --report out"),
        (["--plot", "{here}"], "--watch writes no pictures; leave --plot out"),
        (["--batch", "{here}"], "--watch looks at one hand-in; leave --batch out"),
    ],
)
def test_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    hand_in(folder, "other")
    line = usage("--watch", *(word.format(here=folder) for word in words), capsys=capsys)
    assert line.startswith(message.format(here=folder))


def test_one_screen_on_a_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("LINES", "12")
    monkeypatch.setenv("COLUMNS", "80")
    screen = Screen(Wishes(["all"], [], [], 7), Focus(watch=True), "mine", "")
    screen.complain("something to tell " * 3, ["Layers/RNN.py", "a\x1b[2J.py"])
    out = capsys.readouterr().out
    assert out.startswith("\x1b[H\x1b[2J")
    assert "Layers/RNN.py and 1 more saved" in out
    screen.print_lines([f"line {n}" for n in range(50)], [], 0.5)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 12
    assert lines[-2:] == ["… 42 more lines: mend what stands above first", ""]


def test_command_to_repeat_a_round_has_every_option_that_matters(capsys: pytest.CaptureFixture[str]) -> None:
    focus = Focus(checks=("forward_value",), watch=True)
    profile = find_profile("strict")
    screen = Screen(Wishes(["all"], [], ["mine"], 7, dialect="fau", profile=profile), focus, "mine", "")
    rounds = Rounds(Parts(registry(), 7, launch), [], {})
    failing = Report("mine", "", "ReLU", 7, (CheckResult("ReLU", "", "found", "", Verdict.FAILED),))
    rounds.latest["ReLU"] = Part.whole(failing)
    screen.show([], rounds, [], 0.5)
    again = "--task ReLU --profile strict --submission mine --dialect fau --check forward_value --seed 7"
    assert again in " ".join(capsys.readouterr().out.split())


def test_save_while_a_round_runs_is_answered_by_the_next(folder: Path) -> None:
    work = folder / "right"
    seen: list[str] = []

    class SavingRounds(Rounds):
        def next(self, submission: Submission) -> list[Part]:
            seen.append(submission.files["Layers/ReLU.py"].decode()[-8:])
            if len(seen) == 2:
                raise KeyboardInterrupt
            save(work / "Layers" / "ReLU.py", RIGHT + "# saved\n")
            self.latest["ReLU"] = Part.whole(Report("right", "", "ReLU", 7, ()))
            return []

    rounds, wishes = SavingRounds(Parts(registry(), 7, launch), [], {}), Wishes(["all"], [], [], 7)
    with pytest.raises(KeyboardInterrupt):
        go_on(rounds, Screen(wishes, Focus(watch=True), "right", ""), "right", work, wishes)
    assert seen[1] == "# saved\n"
