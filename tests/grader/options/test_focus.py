"""The options that look at a part, from the outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from grader.cli import FAILED, OK
from tests.grader.command import WRONG, hand_in, run, usage


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--check", ""], "--check is empty; it takes names of checks, such as input_gradient or RNN.memory_on"),
        (["--check", "input_gradent"], "--check: no check is called 'input_gradent'; did you mean input_gradient?"),
        (["--check", "input_gradient", "--batch", "x"], "--check looks at one hand-in; leave --batch out"),
        (["--first-failure", "--batch", "x"], "--first-failure looks at one hand-in; leave --batch out"),
        (["--plot", "{here}/new", "--batch", "x"], "--plot looks at one hand-in; leave --batch out"),
        (["--plot", "{here}/no/such"], "--plot {here}/no/such: not a folder, and none can be made there"),
        (["--plot", "{here}/file"], "--plot {here}/file: not a folder, and none can be made there"),
        (
            ["--plot", "{here}/" + "x" * 300],
            "--plot {here}/" + "x" * 300 + ": not a folder, and none can be made there",
        ),
    ],
)
def test_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    (folder / "file").write_text("")
    given = [word.format(here=folder) for word in words]
    where = [] if "--batch" in words else ["--submission", str(folder / "right")]
    assert usage(*given, *where, capsys=capsys) == message.format(here=folder)


def test_part_says_so_and_exits_by_what_was_asked_for(folder: Path) -> None:
    work = hand_in(folder, "wrong", WRONG)
    words = ["--task", "ReLU", "--submission", work, "--seed", 7]
    done = run("--check", "forward_value", *words)
    assert (done.returncode, done.stderr) == (OK, "")
    assert done.stdout.splitlines()[0].endswith(" in 1 of 9 checks")
    done = run("--check", "input_gradient", *words, "--report", "json=-")
    assert done.returncode == FAILED
    (report,) = [json.loads(line) for line in [done.stdout]]
    text = json.dumps(report)
    assert "this is a part, 1 of 9 checks; a mark takes all of them" in text
    assert "--check input_gradient --seed 7" in done.stderr


def test_first_failure_shows_one_check(folder: Path) -> None:
    work = hand_in(folder, "wrong", WRONG)
    done = run("--task", "Sgd,ReLU,TanH", "--submission", work, "--seed", 7, "--first-failure")
    assert done.returncode == FAILED
    assert done.stdout.count("✗") == 2  # the check, and the sum
    assert "TanH" not in done.stdout
    assert "--first-failure --seed 7" in done.stdout
    lines = [line.strip() for line in done.stdout.splitlines()]
    explain = next(line for line in lines if "--explain" in line)
    assert explain == f"python dispatch.py --explain ReLU.input_gradient --submission {work} --seed 7"
    shown = run(*explain.split()[2:])
    assert "fails it [" in " ".join(shown.stdout.split())
