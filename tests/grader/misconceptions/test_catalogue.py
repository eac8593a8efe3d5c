"""The catalogue of mistakes is complete, and every graded mistake in it exists as a class."""

from __future__ import annotations

from grader.misconceptions.catalogue import TIERS, rows
from tests.grader.handins import registry

# graded rows that no class stands for yet: this set only ever shrinks
PENDING = """
optimizer-mutates-gradient
init-fan-swapped
init-fans-from-shape
init-xavier-missing-brackets
init-variance-as-std
init-uniform-for-normal
init-constant-ignored-value
init-fixed-seed
l2-norm-not-squared
l2-spectral-norm
l2-gradient-factor
l1-missing-sign
l1-nan-at-zero
reg-in-moments
reg-weight-decay-after-update
reg-lr-missing
dropout-not-scaled
dropout-scaled-twice-or-at-test
dropout-probability-inverted
dropout-mask-not-applied-in-backward
dropout-backward-not-scaled
dropout-new-mask-in-backward
dropout-active-in-eval
dropout-mask-shared-across-batch
dropout-mask-per-sample
dropout-reseeds-rng
dropout-fixed-count
dropout-mask-inplace
dropout-p0-or-p1
bn-test-uses-batch-stats
bn-moving-average-missing
bn-alpha-swapped
bn-moving-init-zero-one
bn-moving-variance-uses-std
bn-frozen-after-first
bn-test-updates-moving
bn-missing-epsilon
bn-std-vs-variance
bn-axis-wrong
bn-4d-over-batch-only
bn-reformat-without-transpose
bn-gradient-scale-4d
bn-stats-treated-as-constants
bn-missing-gamma-in-dx
bn-gamma-beta-gradients-swapped
bn-unbiased-variance
bn-update-before-dx
bn-one-parameter-updated
bn-param-shape
bn-stale-4d-shape
bn-batch-size-1
lenet-flatten-400
lenet-channels
lenet-no-loss-layer
alias-cached-output
class-level-state
hard-cast
input-must-be-square
"""


def test_every_known_mistake_has_its_row() -> None:
    ids = [row.id for row in rows()]
    assert len(ids) == len(set(ids)) == 219


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
    assert missing <= set(PENDING.split())
