"""The closing lines of a batch."""

from __future__ import annotations

import pytest

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


class Tried(Results):
    """Attempts of a class: their ids, numbers and totals."""

    def __init__(self, *attempts: tuple[str, int, int]) -> None:
        super().__init__(())
        self.handins = [Handin(name, name.partition(" #")[0], number, of) for name, number, of in attempts]

    def rows(self):  # type: ignore[no-untyped-def]  # a stand-in
        return (Row(handin, (), list) for handin in self.handins)


@pytest.mark.parametrize(
    ("attempts", "said"),
    [
        ([("ada", 2, 2), ("bob", 2, 2), ("eve", 1, 1)], "2 earlier attempts are not counted (…): ada, bob"),
        ([("ada", 2, 2)], "1 earlier attempt is not counted (…): ada"),
        ([("ada", 1, 3)], "2 later attempts are not counted (…): ada"),  # --attempt first
        ([("ada #2", 2, 3), ("bob #2", 2, 2)], "3 other attempts are not counted (…): ada #2, bob #2"),  # best
        ([("ada #1", 1, 2), ("ada #2", 2, 2), ("eve", 1, 1)], ""),  # all
    ],
)
def test_attempts_that_do_not_count_are_said(attempts: list[tuple[str, int, int]], said: str) -> None:
    text = Summary.of(Tried(*attempts)).text(Style(100), "seed 7")
    (*_, line, last) = text.splitlines()
    assert last == "seed 7"
    assert line == said.replace("…", "--attempt changes the rule") if said else "attempt" not in text


def test_many_attempts_that_do_not_count_are_cut() -> None:
    text = Summary.of(Tried(*((f"n{n}", 2, 2) for n in range(30)))).text(Style(2000), "seed 7")
    assert "30 earlier attempts are not counted" in text
    assert "n19 and 10 more\nseed 7" in text


def test_what_is_missing_is_a_problem() -> None:
    row = Row(Handin("x"), (), list, expected=2)
    assert row.status is Status.MISSING
    assert row.percent == 0.0
