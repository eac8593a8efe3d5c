"""What bad input gets: its verdict, one clear line, and no effect on the component beside it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from grader.grading import DIALECT_TRAITS
from grader.grading import grade as grade_here
from grader.intake.layout import build_submission
from grader.model import Job, Limits, Report, Task, Tier, Verdict
from grader.reporters.json import as_json
from grader.reporters.terminal import Style, render
from grader.sandbox.session import Session
from tests.grader.bad_components import (
    ALONE,
    ANSWERS,
    AT_IMPORT,
    ATTRIBUTES,
    CONSTRUCTOR,
    DEEDS,
    MANNERS,
    NONSENSE,
    RIGHT,
    RIGHT_ALONE,
    SGD,
    Row,
    answering,
    dense,
    relu,
)
from tests.grader.guests import launch
from tests.grader.handins import findings, grade, registry, written

LIMITS = Limits(import_seconds=0.5, reply_seconds=0.5, output_bytes=50_000)


class Everything:
    """One hand-in with all the components of this file and a healthy Sgd, in a guest that lives as long as it can.

    Each component gets a name of its own: the source's `ReLU` becomes `ReLU7`, graded as ReLU is, in its first case.
    """

    def __init__(self, components: Iterable[tuple[str, str]]) -> None:
        self._names: dict[tuple[str, str], str] = {}
        files = {"Optimization/Optimizers.py": SGD}
        for base, source in components:
            name = self._names[base, source] = f"{base}{len(files)}"
            files[f"Layers/{name}.py"] = source.replace(base, name)
        self.submission = build_submission("all", {file: text.encode() for file, text in files.items()})
        self.session = Session(self.submission, launch, limits=LIMITS)

    def name(self, base: str, source: str) -> str:
        return self._names[base, source]

    def grade(self, base: str, source: str) -> Report:
        task = registry().tasks[base]
        one = replace(task, name=self.name(base, source), cases=task.cases[:1], checks=())
        return self._grade(one, task)

    def healthy(self) -> Report:
        return self._grade(registry().tasks["Sgd"], registry().tasks["Sgd"])

    def _grade(self, task: Task, like: Task) -> Report:
        self.session.begin_task()
        plan = [check for check in registry().plan(like, DIALECT_TRAITS["fau"]) if check not in like.checks]
        return grade_here(Job(self.submission, task.name, 7), task, plan, self.session)


@pytest.fixture(scope="module")
def everything() -> Iterator[Everything]:
    """The hand-in of this module; it is closed when all its components are graded."""
    relus = [source for table in (AT_IMPORT, CONSTRUCTOR, ANSWERS, DEEDS) for _, source, *_ in table]
    relus += [*RIGHT.values(), *(source for source, _ in MANNERS)]
    densities = [dense(change) for change, *_ in ATTRIBUTES] + [answering(*row) for row in NONSENSE]
    made = Everything([("ReLU", source) for source in relus] + [("FullyConnected", source) for source in densities])
    yield made
    made.session.close()


def assert_inert(report: Report) -> None:
    """Whatever the hand-in wrote into its messages: what is shown is one harmless text."""
    shown = render(report, Style(width=100, verbose=True), "again")
    data = json.loads(as_json([report]))["reports"][0]
    texts = [text for result in data["results"] for text in (result["message"], result["hint"])]
    for text in (*shown.split("\n"), *texts, *data["remarks"]):
        assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
        assert len(text) < 2_500


def assert_bad(report: Report, verdict: Verdict, message: str) -> None:
    """The report names the hand-in's mistake, once and clearly, and gives no points that are not due."""
    assert not report.broken, findings(report)
    assert not report.passed
    assert report.score < report.max_score
    core = [result for result in findings(report) if result.tier is Tier.CORE]
    assert core[0].verdict is verdict, core[0]
    assert re.search(message, core[0].message), core[0].message
    assert all(result.message for result in findings(report))
    assert_inert(report)


def rows(**tables: list[Row]) -> list[object]:
    return [pytest.param(*row, id=f"{title}: {name}") for title, table in tables.items() for name, *row in table]


@pytest.mark.parametrize(
    ("source", "verdict", "message"), rows(imports=AT_IMPORT, constructor=CONSTRUCTOR, answer=ANSWERS, deed=DEEDS)
)
def test_bad_component(everything: Everything, source: str, verdict: Verdict, message: str) -> None:
    report = everything.grade("ReLU", source)
    assert_bad(report, verdict, message.replace("ReLU", everything.name("ReLU", source)))
    assert everything.healthy().score == 5


@pytest.mark.parametrize(("source", "verdict", "message"), rows(alone=ALONE))
def test_bad_component_that_spoils_its_whole_process(source: str, verdict: Verdict, message: str) -> None:
    assert_bad(grade(written(Layers__ReLU=source), ["ReLU"], limits=LIMITS)["ReLU"], verdict, message)


@pytest.mark.parametrize("name", RIGHT)
def test_odd_but_right_component_gets_full_marks(everything: Everything, name: str) -> None:
    report = everything.grade("ReLU", RIGHT[name])
    assert not findings(report)
    assert report.score == report.max_score == 5


@pytest.mark.parametrize("name", RIGHT_ALONE)
def test_odd_but_right_process_gets_full_marks(name: str) -> None:
    submission = written(Layers__ReLU=RIGHT_ALONE[name], Optimization__Optimizers=SGD)
    for report in grade(submission, ["ReLU", "Sgd"], limits=LIMITS).values():
        assert not findings(report)
        assert report.score == report.max_score == 5


@pytest.mark.parametrize(("source", "remark"), MANNERS)
def test_bad_manners_are_a_remark(everything: Everything, source: str, remark: str) -> None:
    report = everything.grade("ReLU", source)
    assert (report.score, report.passed) == (5, True)
    assert {(result.tier, result.message) for result in findings(report)} == {(Tier.STYLE, remark)}


@pytest.mark.parametrize(("change", "verdict", "message"), ATTRIBUTES)
def test_odd_attributes(everything: Everything, change: str, verdict: Verdict | None, message: str) -> None:
    report = everything.grade("FullyConnected", dense(change))
    if verdict is None:
        assert not findings(report)
    else:
        assert_bad(report, verdict, message)
    assert everything.healthy().score == 5


@pytest.mark.parametrize(("method", "answer"), NONSENSE)
def test_well_framed_nonsense_is_never_ours_and_never_a_pass(everything: Everything, method: str, answer: str) -> None:
    report = everything.grade("FullyConnected", answering(method, answer))
    assert not report.broken, findings(report)
    assert not report.passed
    assert all(result.message for result in findings(report))
    assert_inert(report)
    assert everything.healthy().score == 5


@pytest.mark.parametrize(
    "answer",
    [
        "{}",
        "{'': np.zeros((3, 5))}",
        "dict(arrays)",
        "{'where': '\\x1b[2J\\u202e', **{f'remark{n}': '\\x1b[31mA\\n' * 99 for n in range(20)}}",
        "1 / 0",
        "None",
    ],
)
def test_desk_that_is_taken_over_earns_nothing_by_it(answer: str) -> None:
    patch = f"sys.modules['backcheck_guest.desk'].Desk.handle = lambda self, op, args, arrays: {answer}\n"
    report = grade(written(Layers__ReLU=relu() + patch), ["ReLU"], limits=LIMITS)["ReLU"]
    assert not report.broken, findings(report)
    assert not report.passed
    passed = {result.check for result in report.results if result.verdict is Verdict.PASSED}
    assert passed <= {"found", "forward_shape", "backward_shape"}
    assert len(report.remarks) <= 5
    assert_inert(report)
