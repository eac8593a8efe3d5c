"""The table of costs: the same number of forward passes whatever the size, and a bounded one to locate a mistake."""

from __future__ import annotations

import pytest

from grader.localise import FORWARDS
from tests.accuracy.gradient_cost import forwards, milliseconds, table


@pytest.mark.parametrize("weights", [100, 1_000, 10_000])
def test_right_gradient_costs_eight_passes(weights: int) -> None:
    assert forwards(weights) == (8, "")


@pytest.mark.parametrize("wrong", ["one entry", "one column", "everything"])
def test_mistake_is_located_within_the_limit(wrong: str) -> None:
    count, said = forwards(1_000, wrong)
    assert 8 < count <= 8 + 8 + FORWARDS
    assert "output 33" in said or wrong == "everything"


def test_table_has_a_line_for_every_size() -> None:
    lines, right, located = table((100, 1_000))
    assert [line.split()[0] for line in lines[1:3]] == ["100", "1000"]
    assert right == [8, 8]
    assert len(located) == 6


def test_checks_of_all_layers_pass_while_they_are_timed() -> None:
    times, number = milliseconds(1)
    assert len(times) == 1
    assert number >= 14
