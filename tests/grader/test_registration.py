"""Plugins from outside: what they add, and what their mistakes cost (their own records, and a line)."""

from __future__ import annotations

import importlib
import random
import re
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from grader.checks.define import check
from grader.grading import DIALECT_TRAITS
from grader.hookspecs import hookimpl
from grader.model import Case, Check, FairVariant, Misconception, Origin, Reporter, Task
from grader.plugins import load_registry
from grader.registration import by_needs, gather
from grader.remote import RemoteLayer
from tests.grader.handins import registry

NATIVE = DIALECT_TRAITS["native"]


def plugin(name: str = "extras", **answers: object) -> ModuleType:
    """Return a plugin whose hooks answer so; an exception is raised instead."""

    def respond(answer: object) -> object:
        if isinstance(answer, BaseException):
            raise answer
        return answer

    module = ModuleType(name)
    for hook, answer in answers.items():
        setattr(module, hook, hookimpl(lambda answer=answer: respond(answer), specname=hook))
    return module


def made(name: str, needs: tuple[str, ...] = (), traits: tuple[str, ...] = ("layer",)) -> Check:
    return Check(name, name, "", lambda: None, needs=needs, traits=frozenset(traits))


def task(name: str, *checks: Check, kind: str = "layer", cases: int = 1) -> Task:
    return Task(name, kind, tuple(Case(f"case {n}", {}, (1,)) for n in range(cases)), checks)


def test_order_of_needs_does_not_depend_on_the_order_given() -> None:
    checks = [made("a", ("c",)), made("b"), made("c", ("b", "elsewhere")), made("d", ("a",)), made("e")]
    expected = by_needs(checks)
    assert [c.name for c in expected] == ["b", "e", "c", "a", "d"]
    for seed in range(10):
        assert by_needs(random.Random(seed).sample(checks, len(checks))) == expected


def test_needs_in_a_circle() -> None:
    with pytest.raises(ValueError, match="checks need each other in a circle: a, b, c"):
        by_needs([made("a", ("b",)), made("b", ("c",)), made("c", ("a",)), made("d")])
    with pytest.raises(ValueError, match="in a circle: a"):
        by_needs([made("a", ("a",))])


@check(traits=["layer"], needs="forward_shape")
def check_of_the_course(layer: RemoteLayer) -> None:
    """The course asks for something more."""


def test_plugin_adds_to_what_there_is() -> None:
    written: list[object] = []
    extras = plugin(
        backcheck_checks=[check_of_the_course],
        backcheck_tasks=(task("Swish", made("own", ("of_the_course",))),),
        backcheck_reporters=[Reporter("list", "", lambda reports, to: written.append(to))],
    )
    known = load_registry([extras])
    assert known.troubles == ()
    assert known.reporters.keys() == {*registry().reporters, "list"}
    names = [c.name for c in known.plan(known.tasks["Swish"], NATIVE)]
    assert "of_the_course" in names
    assert names[-1] == "own"
    assert "of_the_course" in [c.name for c in known.plan(known.tasks["RNN"], NATIVE)]


GOOD = plugin("good", backcheck_checks=[check_of_the_course])


CIRCLE = [made("a", ("b",)), made("b", ("a",))]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"backcheck_tasks": ValueError("two\nlines")}, r"_tasks \(test_registration.py:\d+\): ValueError: two lines"),
        ({"backcheck_checks": SystemExit(3)}, r"_checks \(test_registration.py:\d+\): SystemExit: 3"),
        (
            {"backcheck_tasks": 3},
            r"backcheck_tasks \(test_registration.py:\d+\): TypeError: a list of Task was expected",
        ),
        (
            {"backcheck_tasks": [made("x")]},
            r"backcheck_tasks \(test_registration.py:\d+\): TypeError: a list of Task was expected",
        ),
        (
            {"backcheck_checks": None},
            r"backcheck_checks \(test_registration.py:\d+\): TypeError: a list of Check was expected",
        ),
        (
            {"backcheck_reporters": ["json"]},
            r"backcheck_reporters \(test_registration.py:\d+\): TypeError: a list of Reporter was expected",
        ),
        ({"backcheck_reporters": [Reporter("JSON", "", print)]}, "ValueError: reporter JSON is there already"),
        ({"backcheck_tasks": [task("relu")]}, "ValueError: task relu is there already"),
        ({"backcheck_tasks": [task("New"), task("NEW")]}, "ValueError: task NEW is there already"),
        ({"backcheck_tasks": [task("New", cases=0)]}, "ValueError: task New: 0 cases"),
        ({"backcheck_tasks": [task("New", kind="flavour")]}, r"1 cases, kind 'flavour' \(of layer, "),
        ({"backcheck_tasks": [task("New", made("a"), made("a"))]}, "ValueError: New: check a is there already"),
        ({"backcheck_tasks": [task("New", made("forward_shape"))]}, "New: check forward_shape is there already"),
        ({"backcheck_tasks": [task("New", made("a", ("b",)), made("b"))]}, "check a needs b, which is not there"),
        ({"backcheck_checks": [made("forward_value")]}, "ValueError: check forward_value is there already"),
        ({"backcheck_checks": [made("huge_logits")]}, "ValueError: SoftMax: check huge_logits is there already"),
        ({"backcheck_checks": [made("a", ("no_such_check",))]}, "check a needs no_such_check, which is not there"),
        ({"backcheck_checks": CIRCLE}, "ValueError: checks need each other in a circle: a, b"),
        (
            {"backcheck_task": []},
            r"_task \(test_reg.*py:\d+\): ValueError: no hook is called backcheck_task \(did you mean b",
        ),
        ({"backcheck_tasks": [replace(task("New"), cases=(Case("c", {}, (1,), data="x"),))]}, "New: no data 'x' "),
        (
            {"backcheck_misconceptions": [Misconception("a", ("Nix",), {}, "", "")]},
            "misconception a: there is no task Nix",
        ),
        ({"backcheck_variants": [FairVariant("b", ("Nix",), {})]}, "fair variant b: there is no task Nix"),
    ],
)
def test_plugin_that_is_wrong_is_named_and_costs_nobody_else(answers: dict[str, object], message: str) -> None:
    plain = load_registry([GOOD])
    for order in ([plugin("bad", **answers), GOOD], [GOOD, plugin("bad", **answers)]):
        known = load_registry(order)
        (line,) = known.troubles
        assert line.startswith("plugin bad: ")
        assert line.endswith("; left out, the others go on")
        assert "\n" not in line
        assert re.search(message, line), line
        assert [c.name for c in known.checks] == [c.name for c in plain.checks]
        assert list(known.tasks) == list(plain.tasks)
        assert list(known.reporters) == list(plain.reporters)


def test_one_wrong_hook_does_not_cost_the_plugin_its_others() -> None:
    half = plugin("half", backcheck_tasks=RuntimeError("no"), backcheck_checks=[check_of_the_course])
    known = load_registry([half])
    assert len(known.troubles) == 1
    assert "of_the_course" in [c.name for c in known.checks]


def test_two_plugins_of_one_name() -> None:
    known = load_registry(
        [plugin("same", backcheck_checks=[made("one")]), plugin("same", backcheck_checks=[made("two")])]
    )
    assert [line.split(";")[0] for line in known.troubles] == [
        "plugin same: import: ValueError: another plugin has this name"
    ]
    assert {"one"} == {c.name for c in known.checks} - {c.name for c in registry().checks}
    known = load_registry([plugin("grader.tasks.relu", backcheck_tasks=[task("Other")])])
    assert "another plugin has this name" in known.troubles[0]
    assert "ReLU" in known.tasks


def test_mistake_of_a_built_in_module_is_an_error() -> None:
    twice = ("grader.tasks.relu", lambda: plugin("x", backcheck_tasks=[task("ReLU"), task("ReLU")]))
    with pytest.raises(ValueError, match="task ReLU is there already"):
        gather([twice], [])


def test_hook_that_wants_arguments() -> None:
    module = ModuleType("wanting")
    module.backcheck_tasks = hookimpl(lambda records: [], specname="backcheck_tasks")  # type: ignore[attr-defined]
    (line,) = load_registry([module]).troubles
    place = r"plugin wanting: backcheck_tasks \(test_registration.py:\d+\): "
    assert re.match(
        place + "ValueError: the hook .* is called without arguments; this one wants records; left out", line
    )


def test_plugin_that_cannot_be_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "halves.py").write_text("import math\n\n1 / 0\n")
    (tmp_path / "typo.py").write_text("x = 1\ndef f(:\n")
    (tmp_path / "lacking.py").write_text("\nimport no_such_library\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    names = ("halves", "lacking", "typo", "nowhere")
    found = gather([], [(name, partial(importlib.import_module, name)) for name in names])
    assert [line.removesuffix("; left out, the others go on") for line in found.troubles] == [
        "plugin halves: import (halves.py:3): ZeroDivisionError: division by zero",
        "plugin lacking: import (lacking.py:2): ModuleNotFoundError: No module named 'no_such_library'",
        "plugin typo: import (typo.py:2): SyntaxError: invalid syntax",
        "plugin nowhere: import: ModuleNotFoundError: No module named 'nowhere'",
    ]


def test_records_from_outside_know_where_they_come_from() -> None:
    mine = plugin("mine", backcheck_tasks=[task("New", made("own"))], backcheck_checks=[check_of_the_course])
    mine.__file__ = "/somewhere/mine/__init__.py"
    known = load_registry([mine])
    assert known.tasks["New"].origin == known.tasks["New"].checks[0].origin == Origin("mine", "/somewhere/mine")
    assert {c.name for c in known.checks if c.origin} == {"of_the_course"}
    assert all(each.origin is None for name, each in known.tasks.items() if name != "New")
