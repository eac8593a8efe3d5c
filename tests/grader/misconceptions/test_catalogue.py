"""The catalogue of mistakes is complete, and every graded mistake in it exists as a class."""

from __future__ import annotations

from grader.misconceptions.catalogue import TIERS, rows
from tests.grader.handins import registry

# graded rows that no class stands for yet: this set only ever shrinks
PENDING = """
fc-dx-averaged
fc-bias-missing-in-gradient
fc-no-bias
fc-bias-not-summed
fc-dx-includes-bias
fc-weight-gradient-transposed
fc-forward-transposed-square
fc-initializer-ignores-bias
fc-fan-in-plus-one
fc-grad-not-recomputed
fc-init-zero-or-seeded
fc-optimizer-setter-lost
relu-gradient-at-negative
relu-masks-by-error-sign
relu-derivative-of-output-binary
relu-inplace-modifies-input
relu-modifies-error
relu-mask-first-sample-only
leaky-instead-of-relu
sigmoid-derivative-incomplete
sigmoid-derivative-on-preactivation
tanh-derivative-on-preactivation
tanh-overflow
activation-cached-from-other-call
softmax-overflow
softmax-global-max
softmax-wrong-axis
softmax-no-keepdims
softmax-diagonal-only
softmax-backward-assumes-crossentropy
softmax-mutates-input
xent-divides-by-batch
xent-forward-mean-backward-sum
xent-missing-eps
xent-eps-wrong-size
xent-backward-missing-eps
xent-backward-fused
xent-sign
xent-log-base
xent-uses-argmax-of-prediction
xent-both-terms
mse-missing-2
mse-mean-mismatch
sgd-ascent
momentum-sign
momentum-uses-old-velocity
momentum-dampened
momentum-state-not-kept
adam-no-bias-correction
adam-bias-correction-without-power
adam-k-starts-at-zero
adam-k-shared-or-reset
adam-second-moment-not-squared
adam-mu-rho-swapped
adam-inplace-moment
optimizer-shared-between-weights-and-bias
optimizer-mutates-gradient
optimizer-mutates-weights
optimizer-called-when-none
init-fan-swapped
init-conv-fans-kernel-ignored
init-fans-from-shape
init-xavier-missing-brackets
init-variance-as-std
init-uniform-for-normal
init-constant-ignored-value
init-fixed-seed
conv-forward-true-convolution
conv-kernel-not-flipped-in-backward
conv-channel-flipped
conv-weight-gradient-reversed
conv-weight-gradient-over-one-sample
conv-bias-gradient-missing-axes
conv-bias-per-channel
conv-bias-missing-in-forward
conv-stride-missing-in-backward
conv-stride-before-padding
conv-stride-offset
conv-output-size-floor
conv-scalar-stride
conv-stride-axes-swapped
conv-even-kernel-backward-misaligned
conv-zero-pad-slice-empty
conv-1x1-special-case-broken
conv-1d-gradient
conv-edge-padding
conv-full-crop-wrong
conv-large-kernel
conv-remainder-lost
conv-bias-optimizer-never-set
conv-single-optimizer
conv-shape-cached
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
rnn-hidden-state-not-reset
rnn-memorize-ignored
rnn-memorize-list-grows
rnn-memorize-off-keeps-state
rnn-bptt-truncated-at-one-step
rnn-dh-not-added
rnn-gradient-overwritten-not-accumulated
rnn-gradient-accumulates-over-calls
rnn-last-activation-reused
rnn-tanh-derivative-on-preactivation
rnn-hidden-index-off-by-one
rnn-time-order
rnn-update-every-step
rnn-output-layer-not-trained
rnn-shared-optimizer
rnn-weights-setter-missing
rnn-gradient-weights-shape
rnn-treats-rows-as-batch
rnn-returns-only-last
rnn-bias-missing-in-concat
rnn-sequence-length-cached
rnn-dx-contains-hidden
rnn-gradient-clipped
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
