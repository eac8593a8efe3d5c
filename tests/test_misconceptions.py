"""Mutation test of the grader: every misconception fails a check of its row's tier, and nothing that it should not."""

from __future__ import annotations

from itertools import cycle

import pytest

from grader.misconceptions.catalogue import rows
from grader.model import Misconception, Tier, Verdict
from grader.selftest.imitations import bad, forms, grade_imitation
from tests.grader.handins import registry

TIERS = {row.id: row.tier for row in rows()}
EVERY = registry().misconceptions
NAMES = [f"{one.name}-{i}" for i, one in enumerate(EVERY)]


@pytest.mark.parametrize(("wrong", "seed"), list(zip(EVERY, cycle((2, 3, 5, 7)), strict=False)), ids=NAMES)
def test_misconception_is_noticed(wrong: Misconception, seed: int) -> None:
    asked = [(t, form) for t in wrong.tasks for form in forms(wrong) if registry().tasks[t].asked_of(form)]
    task, form = asked[seed % len(asked)]  # every form and ten seeds: python -m tests.accuracy
    report = grade_imitation(registry(), wrong, task, form, seed)
    failed = bad(report)
    assert not [r for r in failed if r.verdict is Verdict.BROKEN], failed
    assert {r.check for r in failed if r.tier is Tier(TIERS[wrong.id])}, f"nothing of tier {TIERS[wrong.id]} fails"
    assert report.passed == (TIERS[wrong.id] != "core")


@pytest.mark.parametrize("form", ["fau", "native"])
@pytest.mark.parametrize("task", [name for name, task in registry().tasks.items() if task.replayable])
def test_reference_passes_in_every_form(task: str, form: str) -> None:
    if registry().tasks[task].asked_of(form):
        assert not bad(grade_imitation(registry(), None, task, form, 4))
