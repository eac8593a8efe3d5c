"""Remembered replays are the replays."""

from __future__ import annotations

import numpy as np

from grader.bench import Findings
from grader.model import Conventions
from grader.replays import RememberedReplays, replay_all
from grader.trace import Trace
from tests.grader.handins import registry


def same(one: Trace, other: Trace) -> bool:
    return len(one) == len(other) and all(
        np.array_equal(a.answer, b.answer, equal_nan=True) and a.wrong == b.wrong
        for a, b in zip(one, other, strict=True)
    )


def test_same_traces_and_nothing_twice_until_the_findings_change() -> None:
    task = registry().tasks["FullyConnected"]
    wrong = tuple([one for one in registry().misconceptions if "FullyConnected" in one.tasks][:1])
    checks = [
        check for check in registry().plan(task, frozenset()) if check.name in ("forward_value", "input_gradient")
    ]
    places = [(check, case) for check in checks for case in task.cases[:2]]
    findings = Findings("native", {case.name: Conventions() for case in task.cases})
    remembered = RememberedReplays()
    first = remembered(wrong, task, 7, findings, places[:1])
    every = remembered(wrong, task, 7, findings, places)
    assert list(every) == [(case.name, check.name) for check, case in places]
    assert every[places[0][1].name, places[0][0].name] is first[places[0][1].name, places[0][0].name]
    fresh = replay_all(wrong, task, 7, findings, places)
    assert all(same(every[key], fresh[key]) for key in fresh)
    key = places[0][1].name, places[0][0].name
    findings.parameters[key] = {"W": np.ones(places[0][1].input_shape[-1:]), "b": np.ones(5)}
    again = remembered(wrong, task, 7, findings, places)
    assert again[key] is not every[key]
    other = places[-1][1].name, places[-1][0].name
    assert again[other] is every[other]
    assert remembered(wrong, task, 8, findings, places)[other] is not every[other]
