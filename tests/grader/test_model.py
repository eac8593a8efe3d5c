"""Reports travel as JSON, and nothing else is taken for one."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from grader.model import CheckResult, Report, Tier, Verdict, Visibility
from tests.grader.bad_components import relu
from tests.grader.handins import example, grade, written

RESULT = CheckResult(
    *("RNN", "five steps", "forward_value", "forward computes …"),
    Verdict.FAILED,
    Tier.ROBUST,
    Visibility.HIDDEN,
    *(0.5, 2.0, "größer\n\x1b[31m", "Think", "diagnosis", 0.25),
    {"first": [1, 2], "wrong": 3},
)
REPORT = Report(
    "mine", "ab" * 32, "RNN", 2**62, (RESULT,), "suite", "process", 0.5, 2.0, "out", ("a", "b"), ("c",), 1.5
)


def test_report_survives_the_journey() -> None:
    assert Report.from_json(REPORT.to_json()) == REPORT
    assert json.loads(REPORT.to_json())["schema"] == 1


def test_real_reports_survive_it_too() -> None:
    reports = grade(example("example_fau"), ["Sgd", "SoftMax"]) | grade(
        written(Layers__ReLU=relu("return x")), ["ReLU"]
    )
    for report in reports.values():
        assert Report.from_json(report.to_json()) == report


def test_details_of_any_kind_can_be_written() -> None:
    result = CheckResult("T", "", "c", "t", Verdict.FAILED, details={"number": np.float32(1.5), "array": np.arange(2)})
    assert json.loads(Report("m", "", "T", 1, (result,)).to_json())["results"][0]["details"]["array"] == "[0 1]"


def test_passed_and_broken() -> None:
    def report(*results: tuple[Verdict, Tier]) -> Report:
        return Report("m", "", "T", 1, tuple(CheckResult("T", "", "c", "t", v, tier) for v, tier in results))

    fine = (Verdict.PASSED, Tier.CORE)
    assert report(fine).passed
    assert report(fine, (Verdict.FAILED, Tier.ROBUST), (Verdict.CRASHED, Tier.STYLE)).passed
    for verdict in set(Verdict) - {Verdict.PASSED}:
        assert not report(fine, (verdict, Tier.CORE)).passed
        assert report(fine, (verdict, Tier.STYLE)).broken == (verdict is Verdict.BROKEN)


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    data = json.loads(REPORT.to_json())
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "3",
        "null",
        "{}",
        '"report"',
        "[" * 100_000,
        '{"schema": 1}',
        changed(lambda data: data.update(schema=2)),
        changed(lambda data: data.update(schema="1")),
        changed(lambda data: data.pop("results")),
        changed(lambda data: data.pop("score")),
        changed(lambda data: data.update(surprise=1)),
        changed(lambda data: data.update(results=3)),
        changed(lambda data: data.update(results=[3])),
        changed(lambda data: data.update(results=[{}])),
        changed(lambda data: data.update(score="40")),
        changed(lambda data: data.update(score=None)),
        changed(lambda data: data.update(score=True)),
        changed(lambda data: data.update(task=["RNN"])),
        changed(lambda data: data.update(remarks=None)),
        changed(lambda data: data.update(remarks=[1])),
        changed(lambda data: data["results"][0].update(verdict="perfect")),
        changed(lambda data: data["results"][0].update(points="2")),
        changed(lambda data: data["results"][0].update(more=1)),
        changed(lambda data: data["results"][0].pop("tier")),
    ],
)
def test_foreign_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Report.from_json(text)
