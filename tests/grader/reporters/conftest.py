"""A class of five for reporters: honest, hostile, unreadable, and two on which the grader failed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.batch.results import StoredResults
from grader.graded import Edition, Graded
from grader.intake.roster import read_roster
from grader.model import CheckResult, Report, Tier, Verdict, Visibility
from grader.results import Handin
from grader.store import Store
from tests.grader.handins import registry

EDITION = Edition(7, "f" * 16)
HOSTILE = "=HYPERLINK(\"http://x\")</script><script>alert('1')</script><b>\x1b[31m\u202e"
SECRET = "the secret number 42.4242"
ROSTER = """\
Identifier,Full name,Email address,Grade,Maximum Grade
Participant 1,Ada Lovelace,ada@x.org,,20
Participant 2,"Bob, Best",bob@x.org,3,20
Participant 3,Eve,eve@x.org,,20
Participant 9,=Zoe,zoe@x.org,,20
"""


def result(task: str, check: str, verdict: Verdict, points: float, most: float, **more: object) -> CheckResult:
    title = str(more.pop("title", f"{check} is right"))
    settings = {"case": "three rows"} | more
    return CheckResult(task, check=check, title=title, verdict=verdict, points=points, max_points=most, **settings)  # type: ignore[arg-type]


def relu(digest: str, hostile: bool = False) -> Report:
    text = HOSTILE if hostile else "differs in 3 of 4"
    results = (
        result("ReLU", "found", Verdict.PASSED, 0, 0, case=""),
        result("ReLU", "gradient", Verdict.FAILED, 0, 2, message=text, hint="A hint.", diagnosis="a known mistake"),
        result("ReLU", "gradient", Verdict.PASSED, 1, 1, case="one row"),
        result("ReLU", "hidden", Verdict.FAILED, 0, 1, message=SECRET, hint=SECRET, visibility=Visibility.HIDDEN),
        result("ReLU", "style", Verdict.FAILED, 0, 0, tier=Tier.STYLE, message="changes its input"),
        result("ReLU", "later", Verdict.SKIPPED, 0, 1, message="needs: gradient is right"),
    )
    printed = HOSTILE if hostile else "hello"
    return Report("x", digest, "ReLU", 7, results, EDITION.suite, score=1, max_score=5, output=printed, seconds=0.5)


def sgd(digest: str, verdict: Verdict = Verdict.PASSED) -> Report:
    most = 0 if verdict is Verdict.BROKEN else 5
    results = (result("Sgd", "first_step", verdict, most, most, message="ours" * (not most)),)
    return Report("x", digest, "Sgd", 7, results, EDITION.suite, score=most, max_score=most, seconds=0.25)


@pytest.fixture
def school(tmp_path: Path) -> Iterator[StoredResults]:
    """The class, as a batch gives it to reporters; its roster has three of the five."""
    (tmp_path / "class.csv").write_text(ROSTER, encoding="utf-8")
    people = {
        "Ada Lovelace": {"digest": "a"},
        "Bob Best": {"digest": "b"},
        "Eve": {"problem": "the zip is encrypted; hand it in without a password"},
        HOSTILE: {"digest": "h"},
        "Mallory": {"digest": "m", "trouble": "a worker process died over it"},
    }
    with Store(tmp_path / "s.sqlite") as store:
        numbers = iter(range(1, 9))
        store.expect(
            Handin(name, name, 2, 3, "2026-01-31T10:20:30+00:00", f"{name}.zip", {"identifier": f"P {next(numbers)}"})
            for name in people
        )
        for name, known in people.items():
            store.note(name, dialect="fau", **known)
        for report in (*(relu("a"), sgd("a"), relu("b"), sgd("b", Verdict.BROKEN), relu("h", hostile=True), sgd("h")),):
            store.add(Graded.of(report))
        tasks = registry().select(["ReLU", "Sgd"])
        roster = read_roster(tmp_path / "class.csv")
        yield StoredResults(store, tasks, {task.name: EDITION for task in tasks}, roster=roster)
