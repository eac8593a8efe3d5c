"""A regrade: who gains, who loses and why; and nothing replaced unless that is wanted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from grader.batch import run
from grader.batch.regrade import Change, compare
from grader.cli import BROKEN, OK
from grader.dispatching import UsageError
from grader.executors import inline
from grader.graded import Edition
from grader.model import Report, Tier, Verdict
from grader.reporters.terminal import Style
from grader.results import Handin, Results
from grader.store import Store
from tests.grader.classes import TASKS, run_class, small_class, stored
from tests.grader.command import RIGHT, hand_in
from tests.grader.reporters.conftest import relu, sgd

OLD, NEW = Edition(7, "a" * 16), Edition(7, "b" * 16)


def told(
    old: list[Report],
    new: list[Report],
    changed: dict[str, tuple[Edition, Edition]],
    *,
    causes: tuple[str, ...] = (),
    earlier: dict[str, Handin] | None = None,
    team: dict[str, str] | None = None,
    width: int = 100,
) -> str:
    known = {row.handin.id: row.handin for row in Results(old).rows()} if earlier is None else earlier
    return compare(Results(old), Results(new), Change(changed, causes, known, team or {}), Style(width))


def named(report: Report, name: str, **more: object) -> Report:
    return replace(report, submission=name, **more)  # type: ignore[arg-type]


def failed_sgd() -> Report:
    report = sgd("x", Verdict.FAILED)
    return replace(report, score=0, results=(replace(report.results[0], points=0),))


def scaled(report: Report, factor: float) -> Report:
    """As if a profile had given the task other points."""
    results = [replace(r, points=factor * r.points, max_points=factor * r.max_points) for r in report.results]
    more = {"score": factor * report.score, "max_score": factor * report.max_score}
    return replace(report, results=tuple(results), **more)  # type: ignore[arg-type]


def test_who_gains_who_loses_and_why() -> None:
    old, better = failed_sgd(), sgd("x")
    text = told(
        [named(relu("a"), "ada"), named(old, "ada"), named(better, "bob"), named(better, "eve")],
        [named(relu("a"), "ada"), named(better, "ada"), named(old, "bob"), named(better, "eve")],
        {"Sgd": (OLD, NEW)},
    )
    assert text.splitlines() == [
        "Regrade of Sgd (the grader, its tasks, profile or limits have changed): 1 gain, 1 lose, 0 change",
        "otherwise, 1 stay as they are",
        "  -5.00  bob  5 -> 0",
        "      Sgd: “first_step is right” passed (5 / 5) -> failed (0 / 5)",
        "  +5.00  ada  1 -> 6",
        "      Sgd: “first_step is right” failed (0 / 5) -> passed (5 / 5)",
    ]


def test_other_points_for_the_same_verdicts_are_told_too() -> None:
    text = told([sgd("x")], [replace(sgd("x"), score=4.0)], {"Sgd": (OLD, Edition(8, "b" * 16))})
    assert "Sgd (seed 7 -> 8; the grader, its tasks, profile or limits have changed)" in text.replace("\n", " ")
    assert "  -1.00  x  5 -> 4\n      Sgd: 5 / 5 -> 4 / 5\n" in text


def test_with_another_maximum_the_percentage_decides() -> None:
    """ReLU counts double. Who is better in it than in the rest gains, whatever the points are."""
    a, b = named(relu("a"), "ada"), named(sgd("a"), "ada")  # 1 / 5 and 5 / 5: 60 %, and 7 / 15 is 47 %
    c, d = named(relu("b"), "bob"), named(failed_sgd(), "bob")  # 10 %, and 13 %
    eve = named(sgd("e"), "eve")
    text = told([a, b, c, d, eve], [scaled(a, 2), b, scaled(c, 2), d, scaled(eve, 2)], {"ReLU": (OLD, NEW)})
    assert text.splitlines() == [
        "Regrade of ReLU (the grader, its tasks, profile or limits have changed): 1 gain, 1 lose, 0 change",
        "otherwise, 0 stay as they are, 1 keep their percent of another maximum",
        "  -13.33 %  ada  6 / 10 -> 7 / 15",
        "      ReLU: 1 / 5 -> 2 / 10",
        "   +3.33 %  bob  1 / 10 -> 2 / 15",
        "      ReLU: 1 / 5 -> 2 / 10",
    ]


def test_what_changed_is_named_once_and_every_check_with_before_and_after() -> None:
    old = relu("a")
    hidden, gradient = old.results[3], old.results[1]
    more = replace(old, score=2.5, results=(*old.results[:1], replace(gradient, points=0.5), *old.results[2:3]))
    more = replace(more, results=(*more.results, replace(hidden, tier=Tier.ROBUST), replace(hidden, check="extra")))
    text = told([old], [more], {"ReLU": (OLD, NEW)}, causes=("checks", "points"))
    assert text.count("what changed: checks, points") == 1
    assert text.splitlines()[2:] == [
        "  +1.50  x  1 -> 2.5",
        "      ReLU: “hidden is right” is new: failed (0 / 1)",
        "      ReLU: “hidden is right” is a remark now: failed (0 / 1) before",
        "      ReLU: “later is right” is gone: skipped (0 / 1) before",
        "      ReLU: “gradient is right” failed: 1 / 3 -> 1.5 / 3",
    ]


def test_who_has_no_mark_before_or_after_neither_gains_nor_loses() -> None:
    good, broken = sgd("d"), sgd("d", Verdict.BROKEN)
    names = ("new", "locked", "ours", "now", "fine")
    old = [named(broken if name == "ours" else good, name) for name in names]
    new = [named(broken if name == "now" else good, name) for name in names]
    earlier = {name: Handin(name, digest="d", problem="a password" * (name == "locked")) for name in names[1:]}
    lines = told(old, new, {"Sgd": (OLD, NEW)}, earlier=earlier).splitlines()
    assert " ".join(lines[:2]).endswith("0 gain, 0 lose, 0 change otherwise, 1 stay as they are, 4 listed apart")
    assert lines[2:] == [
        "Neither gain nor loss, as there was no mark before or is none now:",
        "  new: new; 5 / 5 now",
        "  locked: could not be read before; 5 / 5 now",
        "  ours: the grader failed on it before; 5 / 5 now",
        "  now: 5 / 5 before; the grader fails now",
    ]


def test_another_attempt_may_be_the_best_one_now() -> None:
    team = {"ada #1": "ada", "ada #2": "ada"}
    old = [named(sgd("1"), "ada #1"), named(sgd("b"), "bob")]
    new = [named(sgd("b"), "bob"), named(failed_sgd(), "ada #2")]
    earlier = {name: Handin(name) for name in ("ada #1", "ada #2", "bob")}
    lines = told(old, new, {"Sgd": (OLD, NEW)}, team=team, earlier=earlier).splitlines()
    assert lines[2:] == ["  -5.00  ada #2  5 -> 0", "      the best attempt now; it was ada #1"]


@pytest.mark.parametrize("width", [40, 60, 100])
def test_the_comparison_keeps_to_the_width(width: int) -> None:
    name = "a_very_long_name_of_a_student_" * 3
    reports = [named(failed_sgd(), name), named(sgd("n"), "n" * 70)]
    better = [named(sgd("x"), name), reports[1]]
    text = told(reports, better, {"Sgd": (OLD, NEW)}, earlier={name: Handin(name)}, width=width)
    assert width - 15 < max(map(len, text.splitlines())) <= width
    assert "failed (0 / 5) -> passed (5 / 5)" in " ".join(text.split())


def test_a_new_task_and_a_grader_problem_are_reasons() -> None:
    assert "Sgd is new: 5 / 5" in told([relu("a")], [relu("a"), named(sgd("a"), "x")], {"Sgd": (OLD, NEW)})
    text = told([sgd("a")], [sgd("a", Verdict.BROKEN)], {"Sgd": (OLD, NEW)})
    assert "  x: 5 / 5 before; the grader fails now" in text


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
    assert "backward returns the derivative of the loss with respect to the input” passed (" in out
    assert "The reports show the marks that count by now." in out
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

    with pytest.raises(UsageError, match=r"--regrade --seed is for all tasks of the class; --task leaves out ReLU"):
        run_class(inbox, seed=8, regrade=True, tasks=("TanH",))


def counted(store: Path) -> tuple[int, dict[str, int]]:
    with Store(store) as opened:
        return opened.seed(lambda: -1), {task: edition.seed for task, edition in opened.editions().items()}


def test_a_task_that_is_new_counts_only_with_yes_and_under_the_same_seed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = small_class(tmp_path, right=1, wrong=0, empty=0)
    store, target, more = tmp_path / "s.sqlite", tmp_path / "grades.csv", (*TASKS, "TanH")
    run_class(inbox, seed=7)
    csv = (("csv", str(target)),)
    assert run_class(inbox, seed=8, regrade=True, tasks=more, reports=csv) == OK
    assert "TanH is new: 0 / " in capsys.readouterr().out
    assert counted(store) == (7, {"ReLU": 7, "Sgd": 7})
    assert "TanH" not in target.read_text()  # it does not count, and so is no column
    assert ",10,10,100.0,graded" in target.read_text()
    assert run_class(inbox) == OK  # the class is as it was
    assert run_class(inbox, seed=8, regrade=True, yes=True, tasks=more, reports=csv) == OK
    assert counted(store) == (8, {"ReLU": 8, "Sgd": 8, "TanH": 8})
    assert "TanH" in target.read_text()
    assert run_class(inbox, tasks=more) == OK
    with pytest.raises(UsageError, match=r"nothing to regrade.* were; L2_Regularizer is new, and is graded without"):
        run_class(inbox, regrade=True, tasks=("ReLU", "L2_Regularizer"))


def test_marks_that_count_are_still_reported_if_the_grader_fails_in_a_regrade(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, target = small_class(tmp_path, right=1, wrong=0, empty=0), tmp_path / "grades.csv"
    run_class(inbox, seed=7)

    def stumbles(*_: object, **__: object) -> object:
        raise ZeroDivisionError("our fault")

    monkeypatch.setattr(inline, "grade_submission", stumbles)
    assert run_class(inbox, seed=8, regrade=True, reports=(("csv", str(target)),)) == BROKEN
    assert "  right0: 10 / 10 before; the grader fails now\n" in capsys.readouterr().out
    assert ",10,10,100.0,graded" in target.read_text()


def test_what_the_grader_failed_on_before_is_told_as_often_as_one_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox, target = small_class(tmp_path, right=2, wrong=0, empty=0), tmp_path / "grades.csv"
    real = inline.grade_submission

    def stumbles(submission: object, *rest: object, **more: object) -> object:
        if submission.id == "right0":  # type: ignore[attr-defined]  # a Submission
            raise ZeroDivisionError("our fault")
        return real(submission, *rest, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(inline, "grade_submission", stumbles)
        assert run_class(inbox, seed=7) == BROKEN
    capsys.readouterr()
    for _ in range(2):
        assert run_class(inbox, seed=8, regrade=True, reports=(("csv", str(target)),)) == OK
        assert "  right0: the grader failed on it before; 10 / 10 now\n" in capsys.readouterr().out
        assert ",grader problem,ZeroDivisionError: our fault," in target.read_text()


def test_of_several_attempts_the_best_ones_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = small_class(tmp_path, right=1, wrong=1, empty=0)
    (inbox / "wrong0").rename(inbox / "ada_attempt_2")
    (inbox / "right0").rename(inbox / "ada")
    run_class(inbox, seed=7, rule="best")
    capsys.readouterr()
    assert run_class(inbox, seed=8, rule="best", regrade=True) == OK
    assert "0 gain, 0 lose, 0 change otherwise, 1 stay as they are\n" in capsys.readouterr().out


def test_late_and_mended_hand_ins_are_no_gain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inbox = small_class(tmp_path, right=1, wrong=1, empty=1)
    run_class(inbox, seed=7)
    hand_in(inbox, "late", RIGHT + "# late\n")
    hand_in(inbox, "empty0", RIGHT + "# mended\n")
    (inbox / "wrong0" / "more.py").write_text("")
    capsys.readouterr()
    assert run_class(inbox, seed=8, regrade=True) == OK
    out = capsys.readouterr().out
    assert "0 gain, 0 lose, 0 change otherwise, 1 stay as they are, 3 listed apart" in " ".join(out.split())
    assert "  empty0: could not be read before; 10 / 10 now\n  late: new; 10 / 10 now\n" in out
    assert "  wrong0: handed in anew; " in out


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
