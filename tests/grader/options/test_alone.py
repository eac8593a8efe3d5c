"""Options that do something else than grade refuse what they would ignore."""

from __future__ import annotations

import pytest

from grader.cli import OK, main
from tests.grader.command import usage


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--list", "--watch"], "--watch does not go with --list"),
        (["--list", "--explain", "RNN.memory_on"], "--explain does not go with --list"),
        (["--check", "forward_value", "--doctor"], "--check does not go with --doctor"),
        (["--doctor", "--list"], "--list does not go with --doctor"),
        (["--list", "--submission", "x"], "--submission does not go with --list"),
        (["--profile-template", "--first-failure"], "--first-failure does not go with --profile-template"),
        (["--handout", "kit", "--plot", "pictures"], "--plot does not go with --handout"),
        (["--list", "--batch", "x", "--regrade"], "--batch does not go with --list"),
        (["--list", "--task", "RNNN"], "no task is called 'RNNN'; did you mean RNN?"),
        (["--list", "--task", ""], "--task is empty; it takes names, such as RNN,Adam or all"),
        (["--list", "--task", "RNN", "--skip", "RNN"], "--skip leaves nothing of --task to grade"),
    ],
)
def test_what_would_be_ignored_is_refused(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert usage(*words, capsys=capsys) == message


def test_list_takes_tasks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--task", "ex1", "--skip", "Adam,Sgd"]) == OK
    out = capsys.readouterr().out
    assert "ReLU" in out
    assert "RNN" not in out
    assert "Sgd" not in out
