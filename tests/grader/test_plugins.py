"""What can be graded: chosen by name, planned by trait, the same whatever the order of registration."""

from __future__ import annotations

import importlib
import random
from functools import partial

import pytest

from grader.grading import DIALECT_TRAITS, grade
from grader.guest.desk import Desk
from grader.model import Job, Report, Submission
from grader.plugins import Registry, UnknownTask
from grader.registration import EVERY_DIALECT, Records, by_needs, gather
from grader.remote import InProcess
from tests.grader.handins import registry
from tests.grader.inside import Classes

BUILT_IN = [f"grader.tasks.{name}" for name in ("relu", "soft_max", "fully_connected", "rnn")]
BUILT_IN += [f"grader.checks.{name}" for name in ("forward", "backward", "state", "style", "update", "numerics")]
NATIVE = DIALECT_TRAITS["native"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["ReLU"], ["ReLU"]),
        (["relu", " RNN ", "RELU"], ["ReLU", "RNN"]),
        (["all"], list(registry().tasks)),
        (["ALL", "rnn"], list(registry().tasks)),
    ],
)
def test_tasks_are_chosen_by_name(names: list[str], expected: list[str]) -> None:
    assert [task.name for task in registry().select(names)] == expected


def test_groups_have_their_exercise_s_points() -> None:
    for group in ("ex1", "ex2", "ex3"):
        assert group in registry().groups
        assert sum(task.total for task in registry().select([group])) == 100
    assert {"FullyConnected", "Sgd", "CrossEntropyLoss"} <= {task.name for task in registry().select(["EX1"])}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("rn", "no task is called 'rn'; did you mean RNN?"),
        ("fullyconected", "no task is called 'fullyconected'; did you mean FullyConnected?"),
        ("ex11", "no task is called 'ex11'; did you mean ex1?"),
        ("qqqq", "no task is called 'qqqq'; known tasks: CrossEntropyLoss, "),
        ("", "no task is called ''; known tasks: "),
    ],
)
def test_unknown_name_gets_a_suggestion(name: str, message: str) -> None:
    with pytest.raises(UnknownTask) as caught:
        registry().select([name])
    assert str(caught.value).startswith(message)


def test_checks_apply_by_trait_and_dialect() -> None:
    known = registry()
    plans = {name: {c.name for c in known.plan(known.tasks[name], DIALECT_TRAITS["fau"])} for name in known.tasks}
    assert "parameter_gradients" in plans["FullyConnected"]
    assert "parameter_gradients" not in plans["ReLU"]
    assert "forward_shape" not in plans["Adam"]
    assert "later_steps" in plans["Adam"]
    assert "error_uses_forward_weights" in plans["RNN"]
    native = {c.name for c in known.plan(known.tasks["RNN"], NATIVE)}
    assert "error_uses_forward_weights" not in native
    for name in known.tasks:
        names = [c.name for c in known.plan(known.tasks[name], EVERY_DIALECT)]
        assert len(names) == len(set(names))


def test_needed_checks_come_first() -> None:
    known = registry()
    for each in known.tasks.values():
        before: set[str] = set()
        plan = known.plan(each, EVERY_DIALECT)
        for planned in plan:
            assert set(planned.needs) & {c.name for c in plan} <= before, f"{each.name}: {planned.name}"
            before.add(planned.name)


def records(order: random.Random | None = None) -> Records:
    names = order.sample(BUILT_IN, len(BUILT_IN)) if order else BUILT_IN
    return gather([(name, partial(importlib.import_module, name)) for name in names], [])


def test_order_of_registration_changes_neither_plan_nor_report() -> None:
    def report(found: Records) -> tuple[list[str], Report]:
        known = Registry(found.tasks, tuple(by_needs(found.checks.values())), {})
        relu = known.tasks["ReLU"]
        plan = known.plan(relu, NATIVE)
        wrong = importlib.import_module("framework.reference.sigmoid").Sigmoid
        job = Job(Submission("inside", "", {}, {}, "native"), "ReLU", 3)
        return [c.name for c in plan], grade(job, relu, plan, InProcess(Desk(Classes(wrong))))

    plan, expected = report(records())
    assert not expected.passed
    for seed in range(4):
        other_plan, other = report(records(random.Random(seed)))
        assert other_plan == plan
        assert [(r.check, r.case, r.verdict, r.message, r.points) for r in other.results] == [
            (r.check, r.case, r.verdict, r.message, r.points) for r in expected.results
        ]
