"""`--task ex1` asks for what exercise 1 asks, and counts its points only."""

from __future__ import annotations

import pytest

from grader.grading import DIALECT_TRAITS
from tests.grader.handins import grade, patched, registry


def test_groups_sum_to_a_hundred_and_all_to_their_sum() -> None:
    known = registry()
    for group in ("ex1", "ex2", "ex3"):
        assert sum(task.total for task in known.select([group])) == pytest.approx(100)
    assert sum(task.total for task in known.select(["all"])) == pytest.approx(310)
    assert {task.name: task.total for task in known.select(["ex2"])}["FullyConnected"] == 2
    assert {task.name: task.total for task in known.select(["ex1", "fullyconnected"])}["FullyConnected"] == 47


def test_checks_of_a_later_exercise_are_not_asked() -> None:
    known = registry()
    names = {}
    for group in ("ex1", "ex2"):
        (task,) = (task for task in known.select([group]) if task.name == "FullyConnected")
        names[group] = {check.name for check in known.plan(task, DIALECT_TRAITS["fau"])}
    assert names["ex2"] - names["ex1"] == {"initialize"}


def test_a_hand_in_at_the_state_of_exercise_one_passes_it() -> None:
    early = patched("example_fau", [("Layers/FullyConnected.py", "def initialize(", "def not_yet(")])
    reports = grade(early, ["ex1"])
    assert all(report.passed for report in reports.values())
    assert sum(report.score for report in reports.values()) == pytest.approx(100)
    assert grade(early, ["ex2"])["FullyConnected"].score < 2
