"""Which checks a name means, and what they bring along."""

from __future__ import annotations

import pytest

from grader.focus.selection import UnknownCheck, chosen_checks, with_needs
from grader.registration import EVERY_DIALECT
from tests.grader.handins import registry


def chosen(tasks: str, *names: str) -> dict[str, tuple[str, ...]]:
    return chosen_checks(registry(), registry().select(tasks.split(",")), names)


def test_name_means_the_check_in_every_task_that_has_it() -> None:
    assert chosen("RNN,Conv,Sgd", "INPUT_gradient") == {"RNN": ("input_gradient",), "Conv": ("input_gradient",)}


def test_task_and_check_mean_just_that() -> None:
    assert chosen("all", "rnn.memory_on", "Conv.initialize") == {"RNN": ("memory_on",), "Conv": ("initialize",)}
    assert chosen("RNN", "memory_on", "RNN.forward_value") == {"RNN": ("forward_value", "memory_on")}  # as planned


@pytest.mark.parametrize(
    ("tasks", "name", "message"),
    [
        ("all", "memry_on", "no check is called 'memry_on'; did you mean memory_on?"),
        ("RNN", "memry_on", "RNN has no check called 'memry_on'; did you mean memory_on?"),
        ("all", "RNN.memry_on", "RNN has no check called 'memry_on'; did you mean memory_on?"),
        ("all", "RN.memory_on", "no task is called 'RN'; did you mean RNN.memory_on?"),
        ("all", "qqq.memory_on", "no task is called 'qqq'; python dispatch.py --list shows the tasks"),
        ("Adam", "memory_on", "Adam has no check called 'memory_on'; RNN has one: --task RNN"),
        ("Adam", "RNN.memory_on", "RNN.memory_on: RNN is not among the tasks asked for; add it to --task"),
        ("Sgd", "qqqqqq", "Sgd has no check called 'qqqqqq'; python dispatch.py --list -v shows all 5"),
    ],
)
def test_unknown_name_is_told_with_a_way_out(tasks: str, name: str, message: str) -> None:
    with pytest.raises(UnknownCheck) as caught:
        chosen(tasks, name)
    assert str(caught.value) == f"--check: {message}"


def test_needs_come_along_in_the_plans_order() -> None:
    plan = registry().plan(registry().tasks["RNN"], EVERY_DIALECT)
    names = [check.name for check in with_needs(plan, ["memory_switched_off"])]
    assert names == ["forward_shape", "forward_value", "memory_on", "memory_switched_off"]
    for check in plan:
        kept = {each.name for each in with_needs(plan, [check.name])}
        assert all(set(each.needs) <= kept for each in plan if each.name in kept)
