"""The page of `--explain`."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import OK
from grader.dispatching import dispatch
from grader.focus import Focus
from grader.focus.explain import page
from grader.model import Visibility
from grader.registration import EVERY_DIALECT
from tests.grader.command import WRONG, hand_in, run, usage, wish
from tests.grader.handins import PROJECT, registry


def test_every_task_has_a_formula_and_where_it_stands() -> None:
    assert [task.name for task in registry().tasks.values() if not (task.formula and task.source)] == []


def test_every_page_can_be_written_and_says_how_much_it_counts() -> None:
    for task in registry().tasks.values():
        for check in registry().plan(task, EVERY_DIALECT):
            text = page(registry(), task, check, 7)
            assert text.startswith(f"{task.name}.{check.name}\n{check.title.split()[0]}")
            assert f"{task.name}: " in text
            assert "\nSource: " in text
            assert f"\nTier: {check.tier}" in text
            assert ("By hand (case “" in text) != ("No five lines for this one: " in text)
            assert "$" not in text
            if check.reproduction is not None and check.formula:
                assert "\nThis check: " in text


def test_gradient_checks_say_what_they_compare() -> None:
    known = {check.name: check for check in registry().checks}
    for name in ("input_gradient", "parameter_gradients"):
        assert "(L(" in known[name].formula
        assert known[name].source


def test_hidden_check_shows_its_title_only() -> None:
    from dataclasses import replace

    check = replace(next(iter(registry().checks)), visibility=Visibility.HIDDEN)
    text = page(registry(), registry().tasks["ReLU"], check, 7)
    assert "By hand" not in text
    assert check.hint.split(".")[0] not in text


def test_on_a_submission_it_is_about_what_fails_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_in(folder, "wrong", WRONG)
    for name, words in (("wrong", "fails it [three rows]: "), ("right", "passes it")):
        asked = wish(folder, name, focus=Focus(("input_gradient",), explain=True))
        assert dispatch(asked) == OK
        out = " ".join(capsys.readouterr().out.split())
        assert words in out
        assert "from Layers.ReLU import ReLU" in out


def test_the_only_hand_in_is_taken_without_being_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = wish(folder, focus=Focus(("input_gradient",), explain=True))
    assert dispatch(asked) == OK
    assert "passes it" in capsys.readouterr().out
    hand_in(folder, "another", WRONG)
    assert dispatch(asked) == OK
    assert "in the folder of your hand-in:" in " ".join(capsys.readouterr().out.split())


def test_lines_for_a_native_hand_in_come_with_what_starts_python() -> None:
    done = run("--explain", "ReLU.at_zero", "--submission", PROJECT / "submissions" / "example_native", "--seed", 7)
    out = " ".join(done.stdout.split())
    assert "Start Python with `PYTHONPATH=../.. python`, so that it finds framework/. By hand (case" in out
    assert "submissions/example_native:" in out


def test_from_the_outside() -> None:
    done = run("--explain", "RNN.memory_gradient", "--seed", 7)
    assert (done.returncode, done.stderr) == (OK, "")
    assert "SeedSequence(7, " in done.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--explain", "RNN.memry_on"], "--explain: RNN has no check called 'memry_on'; did you mean memory_on?"),
        (["--explain", "memory_on", "--task", "Adam"], "--explain: Adam has no check called 'memory_on'; RNN has one"),
        (["--explain", "later_steps"], "--explain: later_steps is a check of Sgd, "),
        (["--explain", "a,b"], "--explain takes the name of one check, such as RNN.memory_gradient"),
        (["--explain", ""], "--explain takes the name of one check"),
        (["--explain", "x", "--batch", "y"], "--explain shows a page about a check; leave --batch out"),
        (["--explain", "x", "--watch"], "--explain shows a page about a check; leave --watch out"),
        (["--explain", "x", "--check", "y"], "--explain shows a page about a check; leave --check out"),
        (["--explain", "x", "--report", "json=-"], "--explain shows a page about a check; leave --report out"),
        (["--explain", "RNN.memory_on", "--submission", "{here}/none"], "no submission '{here}/none'"),
        (
            ["--explain", "L2Loss.value", "--submission", "{here}/right"],
            "--explain: not asked of hand-ins of this kind",
        ),
        (
            ["--explain", "ReLU.at_zero", "--submission", "{here}/right", "--submission", "{here}/x"],
            "--explain takes one --submission",
        ),
    ],
)
def test_wrong_use(folder: Path, capsys: pytest.CaptureFixture[str], words: list[str], message: str) -> None:
    line = usage(*(word.format(here=folder) for word in words), capsys=capsys)
    assert line.startswith(message.format(here=folder))
