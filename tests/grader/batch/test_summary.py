"""The closing lines of a batch."""

from __future__ import annotations

from grader.batch.results import StoredResults
from grader.batch.summary import Summary
from grader.reporters.terminal import Style
from grader.results import Handin, Results, Row, Status
from tests.grader.reporters.conftest import school

__all__ = ["school"]  # the class of five, as a fixture


def test_who_has_a_mark_and_who_has_to_be_looked_at(school: StoredResults) -> None:
    text = Summary.of(school).text(Style(100), "seed 7")
    assert text.splitlines()[:6] == [
        "5 hand-ins: 2 graded (0 passed everything), 1 rejected, 2 grader problem",
        "marks: mean 60 %, median 60 %",
        "Could not be read (no mark; have a look):",
        "  Eve: the zip is encrypted; hand it in without a password",
        "The grader failed on these (no mark, and no zero; the same command tries them again):",
        "  Bob Best: the grader failed on Sgd",
    ]
    assert text.endswith("seed 7\n")
    assert "\x1b" not in text


def test_long_lists_are_cut_and_nobody_is_a_class_too() -> None:
    class Empty(Results):
        def rows(self):  # type: ignore[no-untyped-def]  # a stand-in
            return (Row(Handin(f"n{n}", problem="is a link"), (), list) for n in range(30))

    text = Summary.of(Empty(())).text(Style(60, ascii=True), "seed 7")
    assert "  n19: is a link\n  and 10 more\n" in text
    assert "marks" not in text
    assert Summary.of(Results(())).text(Style(60), "seed 7").startswith("0 hand-ins: 0 graded")


def test_what_is_missing_is_a_problem() -> None:
    row = Row(Handin("x"), (), list, expected=2)
    assert row.status is Status.MISSING
    assert row.percent == 0.0
