"""What an edition of a task depends on: plugins that contribute to it, and no others."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from grader.checks.define import check, reason_of
from grader.cli import OK
from grader.dispatching import UsageError
from grader.fingerprint import _plugin, task_fingerprint, task_parts
from grader.hookspecs import hookimpl
from grader.model import Case, Misconception, Task
from grader.plugins import Registry, load_registry
from tests.grader.classes import run_class, small_class
from tests.grader.handins import registry


@check(traits=["layer", "trainable"])
def check_theirs(layer, probe):  # type: ignore[no-untyped-def]  # as authors write it
    """A check of theirs."""


def plugin(name: str = "gelu_course", **answers: object) -> ModuleType:
    module = ModuleType(name)
    for hook, answer in answers.items():
        setattr(module, hook, hookimpl(lambda answer=answer: answer, specname=hook))
    return module


def gelu() -> Task:
    from framework.layer import Layer

    return Task("GELU", "layer", (Case("rows", {}, (2, 3), (2, 3)),), reference=Layer, points={"extra": 5})


def with_plugin(**answers: object) -> Registry:
    made = load_registry([plugin(**answers)])
    assert made.troubles == ()
    return made


def changed(more: Registry) -> set[str]:
    plain = registry()
    return {
        name
        for name, task in plain.tasks.items()
        if task_fingerprint(plain, task, None) != task_fingerprint(more, more.tasks[name], None)
    }


def test_unrelated_task_of_a_plugin_changes_no_other_task() -> None:
    more = with_plugin(backcheck_tasks=[gelu()])
    assert changed(more) == set()
    assert "plugin gelu_course" in task_parts(more, more.tasks["GELU"], None)


def test_misconception_of_a_plugin_is_part_of_its_tasks_alone() -> None:
    one = Misconception("odd", ("ReLU",), {"ReLU": object}, "odd", "")
    assert changed(with_plugin(backcheck_misconceptions=[one])) == {"ReLU"}


def test_generic_check_of_a_plugin_is_part_of_the_tasks_that_it_applies_to() -> None:
    found = changed(with_plugin(backcheck_checks=[check_theirs]))
    assert {"FullyConnected", "Conv"} <= found
    assert not found & {"ReLU", "Flatten", "L2Loss", "Sgd"}


def test_source_of_a_contributing_plugin_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []
    for text in ("# one\n", "# two\n"):
        (tmp_path / "course.py").write_text(text)
        extras = plugin("course", backcheck_tasks=[gelu()])
        extras.__file__ = str(tmp_path / "course.py")
        monkeypatch.setitem(sys.modules, "course", extras)
        made = load_registry([extras])
        _plugin.cache_clear()  # one process, one state of a plugin, but for this
        keys.append(task_fingerprint(made, made.tasks["GELU"], None))
    assert keys[0] != keys[1]


def test_class_goes_on_after_an_unrelated_plugin_and_is_told_of_one_that_counts(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    assert run_class(inbox) == OK
    assert run_class(inbox, plugins=(plugin(backcheck_tasks=[gelu()]),)) == OK
    one = Misconception("odd", ("ReLU",), {"ReLU": object}, "odd", "")
    with pytest.raises(UsageError, match=r"limits \(ReLU; what changed: plugin gelu_course\); --regrade shows"):
        run_class(inbox, plugins=(plugin(backcheck_misconceptions=[one]),))
    with pytest.raises(UsageError, match=r"\(ReLU and 1 more; what changed: limits\)"):
        run_class(inbox, seconds=5.0)


def test_reason_of_a_check_does_not_speak_of_an_exercise_that_knows_nothing_of_it() -> None:
    more = with_plugin(backcheck_tasks=[gelu()], backcheck_checks=[check_theirs])
    value = next(one for one in more.checks if one.name == "forward_value")
    theirs = next(one for one in more.checks if one.name == "theirs")
    assert reason_of(value, more.tasks["ReLU"]) == "the exercise's text or its public tests ask for it"
    assert reason_of(value, more.tasks["GELU"]) == "its course asks for it"
    assert reason_of(theirs, more.tasks["Conv"]) == "its course asks for it"
