"""A regrade: who gains, who loses and why; and nothing replaced unless that is wanted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.batch import run
from grader.batch.regrade import compare
from grader.cli import BROKEN, OK
from grader.dispatching import UsageError
from grader.executors import inline
from grader.graded import Edition
from grader.model import Report, Verdict
from grader.reporters.terminal import Style
from grader.results import Results
from grader.store import Store
from tests.grader.classes import run_class, small_class, stored
from tests.grader.command import RIGHT, hand_in
from tests.grader.reporters.conftest import relu, sgd

OLD, NEW = Edition(7, "a" * 16), Edition(7, "b" * 16)


def told(old: list[Report], new: list[Report], changed: dict[str, tuple[Edition, Edition]]) -> str:
    return compare(Results(old), Results(new), changed, Style(100))


def named(report: Report, name: str, **more: object) -> Report:
    return replace(report, submission=name, **more)  # type: ignore[arg-type]


def test_who_gains_who_loses_and_why() -> None:
    old, better = sgd("x", Verdict.FAILED), sgd("x")
    old = replace(old, score=0)
    text = told(
        [named(relu("a"), "ada"), named(old, "ada"), named(better, "bob"), named(better, "eve")],
        [named(relu("a"), "ada"), named(better, "ada"), named(old, "bob"), named(better, "eve")],
        {"Sgd": (OLD, NEW)},
    )
    assert text.splitlines() == [
        "Regrade of Sgd (the grader, its tasks, profile or limits have changed): 1 gain, 1 lose, 0 change",
        "otherwise, 1 stay as they are",
        "  -5.00  bob  5 -> 0  Sgd: “first_step is right” passed -> failed",
        "  +5.00  ada  1 -> 6  Sgd: “first_step is right” failed -> passed",
    ]


def test_other_points_for_the_same_verdicts_are_told_too() -> None:
    text = told([sgd("x")], [replace(sgd("x"), score=4.0)], {"Sgd": (OLD, Edition(8, "b" * 16))})
    assert "Sgd (seed 7 -> 8; the grader, its tasks, profile or limits have changed)" in text.replace("\n", " ")
    assert "-1.00  x  5 -> 4  Sgd: other points (5 / 5 before)" in text


def test_a_new_task_and_a_grader_problem_are_reasons() -> None:
    assert "Sgd is new" in told([relu("a")], [relu("a"), named(sgd("a"), "x")], {"Sgd": (OLD, NEW)})
    assert "graded -> grader problem" in told([sgd("a")], [sgd("a", Verdict.BROKEN)], {"Sgd": (OLD, NEW)})


def test_another_seed_replaces_nothing_until_yes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = small_class(tmp_path, right=2, empty=0)
    run_class(inbox, seed=7)
    first = stored(tmp_path / "s.sqlite")
    capsys.readouterr()
    assert run_class(inbox, seed=8, regrade=True) == OK
    out = capsys.readouterr().out
    assert "Regrade of ReLU, Sgd (seed 7 -> 8): 0 gain, 0 lose, 0 change otherwise, 3 stay as they are" in out
    assert "Nothing is replaced yet" in out
    with Store(tmp_path / "s.sqlite") as store:
        assert {edition.seed for edition in store.editions().values()} == {7}
    both = stored(tmp_path / "s.sqlite")
    assert len(both) == 2 * len(first)
    assert run_class(inbox, seed=8, regrade=True, yes=True) == OK
    assert "Replaced. The old marks stay in the history of the store." in capsys.readouterr().out
    assert stored(tmp_path / "s.sqlite") == both
    with Store(tmp_path / "s.sqlite") as store:
        assert {edition.seed for edition in store.editions().values()} == {8}
        assert {edition.seed for _, edition, _ in store.history()} == {7, 8}
    assert run_class(inbox) == OK
    with pytest.raises(UsageError, match="nothing to regrade"):
        run_class(inbox, regrade=True)


def test_a_changed_grader_shows_what_changes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As if a check had been wrong: after the change, one hand-in loses what it should not have had."""
    inbox = small_class(tmp_path, right=1, empty=0)
    real, target = inline.grade_submission, tmp_path / "grades.csv"

    def generous(*args: object, **more: object) -> object:
        for report in real(*args, **more):  # type: ignore[arg-type]
            results = [replace(r, verdict=Verdict.PASSED, points=r.max_points) for r in report.results]
            yield replace(report, results=tuple(results), score=report.max_score)

    with monkeypatch.context() as patch:
        patch.setattr(inline, "grade_submission", generous)
        assert run_class(inbox) == OK
    monkeypatch.setattr(run, "task_fingerprint", lambda *_: "new state of it")
    with pytest.raises(UsageError, match="was graded with another state of the grader"):
        run_class(inbox)
    capsys.readouterr()
    assert run_class(inbox, regrade=True, reports=(("csv", str(target)),)) == OK
    out = " ".join(capsys.readouterr().out.split())
    assert "0 gain, 1 lose, 0 change otherwise, 1 stay as they are" in out
    assert "backward returns the derivative of the loss with respect to the input” passed -> failed" in out
    assert ",10,10,100.0,graded" in target.read_text().splitlines()[2]  # the old marks still count
    assert run_class(inbox, regrade=True, yes=True, reports=(("csv", str(target)),)) == OK
    assert ",100.0,graded" not in target.read_text().splitlines()[2]


def test_a_regrade_that_the_grader_failed_in_replaces_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    run_class(inbox, seed=7)

    def stumbles(*_: object, **__: object) -> object:
        raise ZeroDivisionError("our fault")

    monkeypatch.setattr(inline, "grade_submission", stumbles)
    assert run_class(inbox, seed=8, regrade=True, yes=True) == BROKEN
    assert "Nothing is replaced: the grader failed on some hand-ins" in capsys.readouterr().out
    with Store(tmp_path / "s.sqlite") as store:
        assert {edition.seed for edition in store.editions().values()} == {7}


def test_one_seed_for_all_tasks(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    run_class(inbox, seed=7)
    with pytest.raises(UsageError, match=r"--regrade --seed is for all tasks of the class; --task leaves out Sgd"):
        run_class(inbox, seed=8, regrade=True, tasks=("ReLU",))


def test_a_stronger_isolation_can_be_asked_for_later(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        from grader.graded import Graded

        store.add(Graded.of(replace(relu("a"), isolation="process")))
        assert store.standing("a", "process")
        assert not store.standing("a", "kernel")
        store.add(Graded.of(replace(relu("a"), isolation="full")))
        assert store.standing("a", "kernel")
        assert store.count() == 1


def test_a_late_hand_in_is_graded_as_the_others_are(tmp_path: Path) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    run_class(inbox, seed=7)
    run_class(inbox, seed=8, regrade=True, yes=True)
    hand_in(inbox, "late", RIGHT + "# late\n")
    assert run_class(inbox) == OK
    late = [edition.seed for (_, _, edition) in stored(tmp_path / "s.sqlite")]
    assert sorted(late) == [7, 7, 8, 8, 8, 8]
