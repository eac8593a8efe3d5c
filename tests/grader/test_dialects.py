"""What the grader knows of dialects: what their files declare."""

from __future__ import annotations

import pytest

from grader.cli import USAGE, main
from grader.dialects import UnknownDialect, declared, form, known, names
from tests.grader.handins import registry


def test_every_file_in_the_guest_s_folder_is_a_dialect() -> None:
    assert names() == ("cs231n", "fau", "native")
    assert [form(name) for name in names()] == ["native", "fau", "native"]


@pytest.mark.parametrize(("text", "tip"), [("cs321n", "did you mean cs231n?"), ("zzz", "known: cs231n, fau, native")])
def test_wrong_name_gets_a_suggestion(text: str, tip: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert known(" FAU ") == "fau"
    for ask in (known, declared):
        with pytest.raises(UnknownDialect, match=f"no dialect is called '{text}'"):
            ask(text)
    with pytest.raises(SystemExit) as exc:
        main(["--dialect", text])
    assert exc.value.code == USAGE
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"dispatch.py: argument --dialect: no dialect is called {text!r}; {tip} (--help tells more)"
    )


def test_a_dialect_that_the_hand_in_is_not_written_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--task", "ReLU", "--submission", "example_fau", "--dialect", "cs231n"]) == USAGE
    (line,) = capsys.readouterr().err.splitlines()[-1:]
    assert "nothing gradable: no functions like affine_forward" in line


def test_the_dialect_is_repeated_in_the_command_to_run_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--task", "Flatten", "--submission", "example_cs231n"]) == USAGE
    assert "Flatten: not asked of hand-ins of this kind" in capsys.readouterr().err
    assert main(["--task", "ReLU", "--submission", "example_cs231n", "--dialect", "CS231n", "--seed", "1"]) == 0


def test_what_a_dialect_asks_are_tasks() -> None:
    for name in names():
        assert set(declared(name).asked or ()) <= set(registry().tasks)
