"""What goes wrong with the moving statistics of BatchNormalization and with its test phase. N batch, C channels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from framework.layer import Array
from framework.reference.batch_normalization import BatchNormalization
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.misconceptions.row_normalization import RowNormalization
from grader.misconceptions.variants import variant
from grader.model import Misconception


class BatchStatisticsInTest(BatchNormalization):
    """the test phase normalizes with the statistics of the batch that is being tested

    Would a photograph be classified differently if it were shown together with others? What is the test phase for?
    """

    def forward(self, x: Array) -> Array:
        """Compute as in training."""
        training, self.training = self.training, True
        try:
            return super().forward(x)
        finally:
            self.training = training


class MovingRates(BatchNormalization):
    """the moving statistics are not an average over the batches

    Write down the moving mean before and after the second batch. Which of the two is on the left of your assignment,
    and does the old one appear on the right?
    """

    _mean_decay: float | None = 0.0  # the share of the old value; None: as it should be
    _variance_decay: float | None = 0.0

    def _update_moving(self, mean: Array, variance: Array) -> None:
        old_mean, old_variance, first = self.moving_mean, self.moving_variance, not self._has_seen_a_batch
        super()._update_moving(mean, variance)
        if first:
            return
        if self._mean_decay is not None:
            self.moving_mean = self._mean_decay * old_mean + (1 - self._mean_decay) * mean
        if self._variance_decay is not None:
            self.moving_variance = self._variance_decay * old_variance + (1 - self._variance_decay) * variance


class DecaySwapped(MovingRates):
    """the new batch's statistics get the large share of the moving average, the old ones the small one

    The decay says how much of the past stays. Which of the two terms carries it?
    """


class Frozen(MovingRates):
    """the moving statistics stay those of the first batch

    Train with ten batches and print the moving mean after each. What do the later batches do to it?
    """

    _mean_decay = _variance_decay = 1.0


class StartsAtZeroAndOne(BatchNormalization):
    """the moving averages start at mean zero and variance one, instead of at the first batch's statistics

    There is nothing to average with when the first batch arrives. What should the moving mean be after it?
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options | {"start_from_first_batch": False})


class BlendsFirstBatch(StartsAtZeroAndOne):
    __doc__ = StartsAtZeroAndOne.__doc__

    def _forget(self) -> None:
        super()._forget()
        self.moving_variance = np.zeros(self.channels)


class MovingDeviation(BatchNormalization):
    """the moving average is one of standard deviations, not of variances

    Is the root of an average the average of the roots? Which of the two is normalized with in training?
    """

    def _update_moving(self, mean: Array, variance: Array) -> None:
        self.moving_variance = np.sqrt(self.moving_variance)
        super()._update_moving(mean, np.sqrt(variance))
        self.moving_variance = self.moving_variance**2


class DeviationForVariance(BatchNormalization):
    __doc__ = MovingDeviation.__doc__

    def _update_moving(self, mean: Array, variance: Array) -> None:
        super()._update_moving(mean, np.sqrt(variance))


class TestLearns(RowNormalization):
    """the moving statistics are updated in the test phase, too

    Test the same batch twice. What has the layer learnt from the first time, and should it have?
    """

    _before_use = False
    _both = True

    def forward(self, x: Array) -> Array:
        """Let a batch of the test phase enter the moving statistics as well."""
        if self.training:
            return super().forward(x)
        statistics = self._row_statistics(self._to_rows(np.asarray(x, np.float64)))
        if self._before_use:
            self._learn(*statistics)
        y = super().forward(x)
        if not self._before_use:
            self._learn(*statistics)
        return y

    def _learn(self, mean: Array, variance: Array) -> None:
        kept = self.moving_variance
        self._update_moving(mean, variance)
        if not self._both:
            self.moving_variance = kept


_MISTAKES: Mapping[str, Sequence[type[Any]]] = {
    "bn-test-uses-batch-stats": [BatchStatisticsInTest],
    "bn-moving-average-missing": [
        MovingRates,
        variant(MovingRates, _mean_decay=None),
        variant(MovingRates, _variance_decay=None),
    ],
    "bn-alpha-swapped": [
        variant(DecaySwapped, _mean_decay=mean, _variance_decay=variance)
        for mean, variance in ((0.2, 0.2), (0.1, 0.1), (0.2, None), (None, 0.2))
    ],
    "bn-frozen-after-first": [Frozen, variant(Frozen, _mean_decay=None), variant(Frozen, _variance_decay=None)],
    "bn-moving-init-zero-one": [StartsAtZeroAndOne, BlendsFirstBatch],
    "bn-moving-variance-uses-std": [MovingDeviation, DeviationForVariance],
    "bn-test-updates-moving": [
        TestLearns,
        variant(TestLearns, _before_use=True),
        variant(TestLearns, _both=False),
    ],
}


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [misconception(name, cls, "BatchNormalization") for name, classes in _MISTAKES.items() for cls in classes]
