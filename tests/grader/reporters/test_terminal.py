"""The terminal's report: what is said of checks that are hidden, of those that wait, and of warnings."""

from __future__ import annotations

from dataclasses import replace

from grader.model import Report, Verdict, Visibility
from grader.reporters.terminal import Style, render
from tests.grader.reporters.conftest import result

WAITING = (
    result("BN", "value", Verdict.FAILED, 0, 2, message="differs"),
    result("BN", "mean", Verdict.PASSED, 1, 1),
    result("BN", "gradient", Verdict.SKIPPED, 0, 0.75, message="needs: value is right"),
    result("BN", "step", Verdict.SKIPPED, 0, 1.5, message="needs: value is right"),
)
REPORT = Report("x", "a", "BN", 7, WAITING, score=1, max_score=5.25)
WARNING = "Layers/BN.py:111: RuntimeWarning: invalid value encountered in sqrt"


def shown(report: Report = REPORT, **style: bool) -> list[str]:
    return render(report, Style(width=80, **style), "again").splitlines()


def test_what_waits_is_told_from_what_needs_work() -> None:
    assert "  ·  2 more checks (2.25 points) wait for “value is right”" in shown()
    assert "  1 of the 4 checks that give points needs work. Again: again" in shown()


def test_where_nothing_gives_points_none_are_spoken_of() -> None:
    free = tuple(replace(one, points=0.0, max_points=0.0) for one in WAITING)
    lines = shown(replace(REPORT, results=free, score=0.0, max_score=0.0))
    assert "  ·  2 more checks wait for “value is right”" in lines
    assert "  1 of 4 checks needs work. Again: again" in lines


def test_points_end_where_the_total_does() -> None:
    for style in ({}, {"ascii": True}, {"ascii": True, "verbose": True}):
        total, row, *_ = shown(**style)
        assert total.endswith("1 / 5.25")
        assert row.endswith("0 / 2")
        assert len(total) == len(row) == 80


def test_hidden_check_that_fails_says_that_it_is_hidden() -> None:
    secret = result("BN", "secret", Verdict.FAILED, 0, 3, message="42.4242", visibility=Visibility.HIDDEN)
    lines = shown(replace(REPORT, results=(*WAITING, secret)))
    assert [line.split("  ")[2] for line in lines if "secret" in line] == ["secret is right (hidden by your course)"]
    assert "42.4242" not in "".join(lines)
    hidden = replace(WAITING[1], visibility=Visibility.HIDDEN)
    assert "hidden by" not in "".join(shown(replace(REPORT, results=(hidden,)), verbose=True))


def test_first_warning_is_shown_with_its_line() -> None:
    printed = f"hello\n{WARNING}\n  y = np.sqrt(\x1b[31mx)\nLayers/BN.py:112: RuntimeWarning: another\n"
    lines = shown(replace(REPORT, output=printed))
    assert f"  {WARNING}" in lines
    assert "  It printed 4 lines (-v shows them)" in lines
    assert "another" not in "".join(lines)
    assert not [line for line in shown(replace(REPORT, output="RuntimeWarning: I said so")) if "Warning" in line]


def test_of_what_is_not_written_its_own_comes_first() -> None:
    unwritten = {"details": {"error": "NotImplementedError"}}
    others = result("BN", "adam", Verdict.FAILED, 0, 1, message="not written yet: Adam.step is yours", **unwritten)
    own = result("BN", "value", Verdict.FAILED, 0, 1, message="not written yet: BN.forward is yours", **unwritten)
    assert shown(replace(REPORT, results=(others, own)))[1:] == ["  ✗  not written yet: BN.forward is yours"]
    assert shown(replace(REPORT, results=(others,)))[1:] == ["  ✗  not written yet: Adam.step is yours"]
