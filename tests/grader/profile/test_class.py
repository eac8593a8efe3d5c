"""A class under a profile: its change is a new edition, a regrade tells who gains and loses and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.cli import OK
from grader.dispatching import UsageError
from grader.fingerprint import task_fingerprint
from grader.model import Limits
from grader.profile.apply import apply_profile
from grader.profile.find import find_profile
from grader.profile.model import Profile
from grader.profile.read import read_profile
from grader.sandbox.visible import USUAL
from tests.grader.classes import run_class, small_class, stored, verdicts
from tests.grader.command import hand_in
from tests.grader.handins import registry
from tests.grader.profile.test_grading import FLOATS_ONLY, TALKING

IMPORTING = FLOATS_ONLY.replace("assert x.dtype.kind == 'f'", "import tabulate")


def profile(text: str) -> Profile:
    return read_profile(text, "course.toml")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("", True),
        ("title = 'x'\nfooter = 'y'\ndialects = ['fau']", True),
        ("[checks.forward_value]\nvisibility = 'hidden'", True),
        ("[checks.forward_value]\ntier = 'core'", True),
        ("[groups.ex1]\nSgd = 9", True),
        ("[checks.memory_on]\nweight = 9", True),  # of another task
        ("[limits.Conv]\nreply_seconds = 9", True),
        ("[groups.ex1]\nReLU = 9", False),
        ("[groups.retake]\nReLU = 5", False),
        ("[tiers]\nrobust = 'counts'", False),
        ("[checks.forward_value]\nweight = 9", False),
        ("[checks.'ReLU.forward_value']\npoints = 2", False),
        ("[checks.forward_value]\ntier = 'robust'", False),
        ("[limits]\nreply_seconds = 9", False),
        ("[limits.ReLU]\nmemory_bytes = 400_000_000", False),
    ],
)
def test_what_decides_about_a_mark_is_in_the_key(text: str, same: bool) -> None:
    known = apply_profile(registry(), profile(text))
    key = task_fingerprint(known, known.tasks["ReLU"], None)
    assert (key == task_fingerprint(registry(), registry().tasks["ReLU"], None)) == same


def test_packages_and_cases_are_in_the_key_too() -> None:
    relu, flatten = registry().tasks["ReLU"], registry().tasks["Flatten"]
    usual = task_fingerprint(registry(), relu, None)
    assert usual == task_fingerprint(registry(), relu, Limits(), ("scipy", "numpy")) != ""
    assert usual != task_fingerprint(registry(), relu, None, ("numpy",))
    strict = apply_profile(registry(), find_profile("strict")).tasks["Flatten"]
    assert task_fingerprint(registry(), flatten, None, USUAL) != task_fingerprint(registry(), strict, None, USUAL)


def test_a_change_of_profile_is_told_before_it_replaces_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = small_class(tmp_path, right=1, empty=0)
    hand_in(inbox, "floats", FLOATS_ONLY)
    target = tmp_path / "grades.csv"
    assert run_class(inbox, seed=7) == OK
    strict = find_profile("strict")
    with pytest.raises(UsageError, match=r"grader, its tasks, profile or limits \(ReLU; what changed: checks\)"):
        run_class(inbox, profile=strict)
    capsys.readouterr()
    assert run_class(inbox, regrade=True, profile=strict) == OK
    lines = " ".join(capsys.readouterr().out.split())
    assert "Regrade of ReLU (what changed: checks): 0 gain, 2 lose, 0 change" in lines
    title = "ReLU: “Whole numbers as input give the same answers as floats” counts now:"
    assert f"-0.42 floats 10 -> 9.58 {title} crashed (0 / 0.42)" in lines
    assert f"-0.15 wrong0 6.82 -> 6.67 {title} skipped (0 / 0.42)" in lines
    assert "Nothing is replaced yet" in lines
    assert run_class(inbox, regrade=True, yes=True, profile=strict, reports=(("csv", str(target)),)) == OK
    assert "Replaced." in capsys.readouterr().out
    row = next(line for line in target.read_text().splitlines() if line.startswith("floats,"))
    assert ",100.0,graded" not in row
    assert run_class(inbox, profile=strict) == OK
    capsys.readouterr()
    assert run_class(inbox, regrade=True) == OK  # and back again
    assert "is a remark now: crashed" in " ".join(capsys.readouterr().out.split())


def test_hiding_a_check_needs_no_regrade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = small_class(tmp_path, right=0, wrong=0, empty=0)
    hand_in(inbox, "talks", TALKING)
    assert run_class(inbox, seed=7) == OK
    before = stored(tmp_path / "s.sqlite")
    hidden = profile("title = 'Course'\nfooter = 'Bye'\n[checks.input_gradient]\nvisibility = 'hidden'")
    pages = {}
    for name, under in (("open", None), ("shut", hidden)):
        assert run_class(inbox, profile=under, reports=(("html", str(tmp_path / name)),)) == OK
        pages[name] = (tmp_path / name / "students" / "talks.html").read_text(encoding="utf-8")
    assert stored(tmp_path / "s.sqlite") == before
    title = "backward returns the derivative of the loss with respect to the input"
    assert all(title in page for page in pages.values())
    assert "Think:" in pages["open"]
    assert "I SAW" in pages["open"]
    assert "Think:" not in pages["shut"]
    assert "I SAW" not in pages["shut"]
    assert "<b>Course</b>" in pages["shut"]
    out = capsys.readouterr().out
    assert out.endswith("\nBye\n")
    assert "\nCourse\n\n1 hand-ins: 1 graded" in out


def test_kinds_that_are_not_taken_are_rejected_and_the_others_graded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    assert run_class(inbox, profile=profile("dialects = ['native']")) == OK
    out = capsys.readouterr().out
    assert "1 hand-ins: 0 graded (0 passed everything), 1 rejected" in out
    assert "right0: a hand-in of the kind fau; this course takes native" in out


@pytest.mark.parametrize("executor", ["inline", "processes", "dask"])
def test_every_executor_grades_by_the_profile(executor: str, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    hand_in(inbox, "imports", IMPORTING)
    hand_in(inbox, "floats", FLOATS_ONLY)
    text = (
        "packages = ['numpy', 'tabulate']\ntiers.robust = 'counts'\n[groups.retake]\nlike = 'ex1'\nReLU = 7\n"
        "[checks.'ReLU.at_zero']\npoints = 6\n"
    )
    assert run_class(inbox, executor=executor, jobs=1, seed=5, tasks=("retake",), profile=profile(text)) == OK
    found = {key[1]: report for key, (report, _) in stored(tmp_path / "s.sqlite").items()}
    assert set(found) == {"ReLU"}
    scores = sorted((report.score, report.max_score) for report, _ in stored(tmp_path / "s.sqlite").values())
    assert scores[1] == (7.0, 7.0)  # tabulate was there
    assert scores[0][0] < 7.0 == scores[0][1]
    for results in verdicts(tmp_path / "s.sqlite").values():
        assert sum(result[4] for result in results if result[0] == "at_zero") == pytest.approx(
            3.5
        )  # half, within retake
