"""The catalogue of mistakes is complete, and every graded mistake in it exists as a class."""

from __future__ import annotations

from grader.misconceptions.catalogue import TIERS, rows
from tests.grader.handins import registry


def test_every_known_mistake_has_its_row() -> None:
    ids = [row.id for row in rows()]
    relatives = [row.id for row in rows() if row.reason.startswith("not counted in hand-ins")]
    assert len(ids) == len(set(ids)) == 219 + len(relatives)
    assert len(relatives) == 5


def test_every_row_has_a_known_tier_and_a_reason() -> None:
    assert {row.tier for row in rows()} == set(TIERS)
    assert all(row.reason[-1] not in ".;," and len(row.reason) < 110 for row in rows())
    assert sum(row.graded for row in rows()) >= 170


def test_component_of_a_graded_row_is_a_task_or_a_word_for_several() -> None:
    several = {"any", "initializers", "optimizers"}
    assert {row.component for row in rows() if row.graded} <= set(registry().tasks) | several


def test_misconceptions_carry_ids_of_the_catalogue() -> None:
    graded = {row.id for row in rows() if row.graded}
    assert {wrong.id for wrong in registry().misconceptions} <= graded


def test_every_graded_mistake_is_a_misconception() -> None:
    missing = {row.id for row in rows() if row.graded} - {wrong.id for wrong in registry().misconceptions}
    assert missing == set()
