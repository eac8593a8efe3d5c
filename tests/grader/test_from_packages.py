"""Whoever grades everything is told which tasks an installed package has added to the total."""

from __future__ import annotations

from dataclasses import replace

import pytest

from grader.from_packages import from_packages
from grader.model import Origin, Task
from tests.grader.handins import registry

OURS = [registry().tasks["ReLU"], registry().tasks["Sgd"]]


def theirs(name: str, plugin: str = "gelu-course", **points: float) -> Task:
    return replace(OURS[0], name=name, points=points, origin=Origin(plugin))


def test_without_packages_there_is_nothing_to_tell() -> None:
    assert from_packages(OURS, OURS, ["all"]) == ""


@pytest.mark.parametrize("asked", ["GELU", "gelu", "extra"])
def test_who_asked_for_it_is_not_told(asked: str) -> None:
    gelu = theirs("GELU", extra=6)
    assert from_packages([gelu], [*OURS, gelu], [asked]) == ""


def test_task_plugin_group_and_remedy_are_named() -> None:
    gelu = theirs("GELU", extra=6)
    line = from_packages([*OURS, gelu], [*OURS, gelu], ["all"])
    assert line == "tasks from packages: GELU (gelu-course), group extra; leave out with --skip extra"


def test_group_that_others_are_in_is_not_skipped() -> None:
    mine, free, extra = theirs("A", ex1=3), theirs("B", "other"), theirs("C", extra=1, ex1=2)
    line = from_packages([mine, free, extra], [*OURS, mine, free, extra], ["all", "ex1"])
    assert line.endswith("C (gelu-course), groups ex1, extra; leave out with --skip extra,A,B")
