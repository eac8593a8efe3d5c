"""The template: made of what is registered, a profile that changes nothing, with and without its comment signs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from grader.cli import OK, main
from grader.plugins import Registry
from grader.profile.apply import apply_profile
from grader.profile.keys import KEYS
from grader.profile.read import read_profile
from grader.profile.template import template
from tests.grader.command import usage
from tests.grader.handins import PROJECT, registry


def switched_on(text: str) -> str:
    return re.sub(r"^#(?=\S)", "", text, flags=re.MULTILINE)


def without_shares(known: Registry) -> Registry:
    """Return a registry without the points of single checks, which the template can only give rounded."""
    tasks = {
        name: replace(task, checks=tuple(replace(check, share=None) for check in task.checks))
        for name, task in known.tasks.items()
    }
    return replace(known, tasks=tasks)


def test_it_changes_nothing_as_it_is_nor_switched_on() -> None:
    text = template(registry())
    assert apply_profile(registry(), read_profile(text, "x")) == registry()
    assert read_profile(text, "x") == read_profile("", "x")
    changed = apply_profile(registry(), read_profile(switched_on(text), "x"))
    assert without_shares(changed) == registry()


def test_every_key_is_in_it() -> None:
    text = template(registry())
    settings = {path[-1] for path in read_profile(switched_on(text), "x").lines}
    words = " ".join(text.replace("\n#", " ").split())
    for key in KEYS:
        last = key.path.rpartition(".")[2]
        assert last.isupper() or last in settings or f"{last}: " in words, key.path
        if "TASK" not in key.path or last.isupper():
            assert key.meaning in words, key.path


def test_every_task_group_and_check_is_in_it() -> None:
    text = template(registry())
    for task in registry().tasks.values():
        assert f"#   {task.name}: " in text
        for check in registry().plan(task):
            assert re.search(rf"\b{check.name}\b", text)
        for group in task.points:
            assert f"#[groups.{group}]" in text


def test_lines_are_short_enough_to_read() -> None:
    assert max(map(len, template(registry()).splitlines())) <= 120


def test_it_is_printed_or_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--profile-template"]) == OK
    printed = capsys.readouterr().out
    assert printed == template(registry())
    file = tmp_path / "course.toml"
    assert main(["--profile-template", str(file)]) == OK
    assert capsys.readouterr().out == ""
    assert file.read_text(encoding="utf-8") == printed
    file.write_text("mine", encoding="utf-8")
    told = usage("--profile-template", str(file), capsys=capsys)
    assert told == f"--profile-template {file}: it is there already, and stays as it is"
    assert file.read_text(encoding="utf-8") == "mine"
    told = usage("--profile-template", str(tmp_path / "no" / "x.toml"), capsys=capsys)
    assert told.endswith("cannot be written: No such file or directory")


def test_every_key_is_in_the_note() -> None:
    text = (PROJECT / "grader" / "README.md").read_text(encoding="utf-8")
    assert not [key.path for key in KEYS if f"| `{key.path}` | {key.kind.name} |\n" not in text]
