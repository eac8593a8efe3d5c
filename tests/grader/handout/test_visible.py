"""Hidden checks leave no trace in a kit's source, and what is left is still a grader."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from grader.handout.kit import _files
from grader.handout.visible import Hidden, without_hidden
from grader.model import Visibility
from grader.plugins import Registry, load_registry

HIDDEN = {"adam_steps", "memory_gradient", "losses_are_independent", "extreme_inputs", "zero_gradient"}


def _registry() -> Registry:
    known = load_registry(diagnosing=False)

    def hide(checks: tuple) -> tuple:
        return tuple(replace(c, visibility=Visibility.HIDDEN) if c.name in HIDDEN else c for c in checks)

    tasks = {name: replace(task, checks=hide(task.checks)) for name, task in known.tasks.items()}
    return replace(known, checks=hide(known.checks), tasks=tasks)


def _hidden(registry: Registry) -> Hidden:
    return Hidden.of(check for task in registry.tasks.values() for check in registry.plan(task))


def test_a_kit_without_hidden_checks_still_lists_the_others(tmp_path: Path) -> None:
    hidden = _hidden(_registry())
    for name, data in _files():
        text = data.decode("utf-8") if name.endswith(".py") else ""
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(without_hidden(name, text, hidden).encode("utf-8") if text else data)
    listed = subprocess.run(
        [sys.executable, "-P", "dispatch.py", "--list", "-v"], cwd=tmp_path, capture_output=True, text=True, check=True,
        encoding="utf-8", env={"PYTHONUTF8": "1", "PYTHONPATH": str(tmp_path)},
    ).stdout  # fmt: skip
    sources = "".join(path.read_text("utf-8") for path in tmp_path.rglob("*.py"))
    for check in HIDDEN:
        assert f"check_{check}" not in sources
        assert f'"{check}"' not in sources.replace('check == "adam_steps"', "")  # what a pattern of numbers suggests
    titles = {c.name: c.title for task in load_registry(diagnosing=False).tasks.values() for c in task.checks}
    assert titles["memory_gradient"] not in listed
    assert titles["memory_on"] in listed
    assert "_restart" not in (tmp_path / "grader/tasks/rnn.py").read_text("utf-8")  # only the hidden check used it


def test_a_file_without_hidden_checks_stays_as_it_is_to_the_letter() -> None:
    hidden = _hidden(_registry())
    for name, data in _files():
        if name in ("grader/tasks/conv.py", "grader/probe.py", "grader/checks/forward.py"):
            assert without_hidden(name, data.decode("utf-8"), hidden) == data.decode("utf-8")


def test_needs_that_are_gone_are_not_waited_for() -> None:
    source = '@check(needs="gone", points=2)\ndef check_a(): ...\n@check(needs=["gone", "kept"])\ndef check_b(): ...\n'
    left = without_hidden("x.py", source, Hidden(names=frozenset({"gone"})))
    assert "gone" not in left
    assert "needs=['kept']" in left
    assert "points=2" in left


def test_a_check_that_is_hidden_in_one_task_goes_from_all_that_share_its_function() -> None:
    known = load_registry(diagnosing=False)
    check = next(c for c in known.checks if c.name == "sgd_step")
    hidden = _hidden(
        replace(known, special={("Conv", "sgd_step"): replace(check, visibility=Visibility.AFTER_DUE_DATE)})
    )
    assert check in hidden
    assert hidden.names == {"sgd_step"}
    assert not any(c in hidden for c in known.checks if c.name != "sgd_step")
