"""What goes wrong in Dropout. N batch, D features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from framework.layer import Array
from framework.reference.dropout import Dropout
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.misconceptions.variants import variant
from grader.model import Misconception


class NotScaled(Dropout):
    """what stays is not divided by the probability

    Keep a quarter of a batch of ones. What is the sum of the output on average, and what was that of the input?
    """

    def _draw(self, x: Array) -> Array:
        return super()._draw(x) * self.probability


class ScaledAtTest(Dropout):
    """outputs are scaled in the test phase too, or twice in training

    How often must the missing elements be made up for? Compare the average output of training and test phase.
    """

    _power_in_training = 0
    _power_at_test = 1

    def forward(self, x: Array) -> Array:
        """Return `x` times powers of the probability."""
        super().forward(x)
        self._factor = self._factor * self.probability ** (
            self._power_in_training if self.training else self._power_at_test
        )
        return x * self._factor


class ProbabilityInverted(Dropout):
    """the probability is taken for the share to drop

    Read the exercise again: with probability 0.25, how many of a hundred elements are left?
    """

    _scaled_by_kept_share = True

    def _draw(self, x: Array) -> Array:
        keep = 1 - self.probability
        scale = np.float64(keep if self._scaled_by_kept_share else self.probability)
        return np.asarray((self._rng.random(x.shape) < keep) / scale)


class MaskNotAppliedInBackward(Dropout):
    """backward lets the error of dropped elements through

    An element that was dropped did not reach the loss. How much does the loss change with it?
    """

    _scaled = True

    def backward(self, dout: Array) -> Array:
        """Return `dout`, scaled."""
        return dout / self.probability if self._scaled else np.array(dout)


class BackwardNotScaled(Dropout):
    """backward does not scale the error of what was kept

    Forward multiplied the element by a number. By what does its derivative have to be multiplied?
    """

    def backward(self, dout: Array) -> Array:
        """Return `dout` where it was kept."""
        return np.where(self._factor != 0, dout, 0.0)


class NewMaskInBackward(Dropout):
    """backward draws a mask of its own

    Which elements took part in forward? How can backward know, if it asks the random generator again?
    """

    def backward(self, dout: Array) -> Array:
        """Return `dout`, thinned out anew."""
        return dout * self._draw(dout)


class ActiveInEval(Dropout):
    """elements are dropped in the test phase, too

    Ask for the prediction of the same sample twice. Should it depend on chance?
    """

    def forward(self, x: Array) -> Array:
        """Return `x` thinned out, in either phase."""
        self._factor = self._draw(x)
        return x * self._factor


class MaskShared(Dropout):
    """one mask serves all samples of the batch

    How many random numbers does a batch of N samples with D features need?
    """

    def _draw(self, x: Array) -> Array:
        return np.array(np.broadcast_to(super()._draw(x[:1]), x.shape))


class MaskPerSample(Dropout):
    """whole samples are dropped, with all their features

    What is a unit that can be dropped: a row of the batch, or an entry of the row?
    """

    def _draw(self, x: Array) -> Array:
        first = (slice(None), *[slice(0, 1)] * (x.ndim - 1))
        return np.array(np.broadcast_to(super()._draw(x[first]), x.shape))


class ReseedsGenerator(Dropout):
    """the random generator is seeded anew in every forward

    What does a generator give after the same seed? How many different masks will the network see in an epoch?
    """

    def _draw(self, x: Array) -> Array:
        self._rng = np.random.default_rng(1337)
        return super()._draw(x)


class FixedCount(Dropout):
    """exactly the same number of elements is kept every time

    Toss ten coins, twice. Does either result tell you the number of heads of the other?
    """

    _by_sample = False

    def _draw(self, x: Array) -> Array:
        ranks = self._rng.permuted(np.broadcast_to(np.arange(x[0].size), (len(x), x[0].size)), axis=1)
        share = ranks / x[0].size
        if not self._by_sample:
            share = self._rng.permutation(x.size) / x.size
        return np.asarray((share.reshape(x.shape) < self.probability) / self.probability)


class MaskInPlace(Dropout):
    """forward writes into the array that it was given

    The layer before may still need what it handed on. Which of your operators makes a new array?
    """

    def forward(self, x: Array) -> Array:
        """Return `x` itself, thinned out."""
        self._factor = self._draw(x) if self.training else np.ones_like(x)
        x *= self._factor
        return x


class ProbabilityOne(Dropout):
    """with probability 1 the formula divides by zero

    Put 0 and 1 into your formula. Which parts of it become zero, and does anything divide by them?
    """

    _raises = False

    def _draw(self, x: Array) -> Array:
        dropped = 1 - self.probability
        if self._raises and dropped == 0:
            raise ZeroDivisionError("division by zero")
        return np.asarray(super()._draw(x) * dropped / np.float64(dropped))


_MISTAKES: Mapping[str, Sequence[type[Any]]] = {
    "dropout-not-scaled": [NotScaled],
    "dropout-scaled-twice-or-at-test": [
        ScaledAtTest,
        variant(ScaledAtTest, _power_at_test=-1),
        variant(ScaledAtTest, _power_at_test=0, _power_in_training=-1),
        variant(ScaledAtTest, _power_in_training=1),
    ],
    "dropout-probability-inverted": [
        ProbabilityInverted,
        variant(ProbabilityInverted, _scaled_by_kept_share=False),
    ],
    "dropout-mask-not-applied-in-backward": [
        MaskNotAppliedInBackward,
        variant(MaskNotAppliedInBackward, _scaled=False),
    ],
    "dropout-backward-not-scaled": [BackwardNotScaled],
    "dropout-new-mask-in-backward": [NewMaskInBackward],
    "dropout-active-in-eval": [ActiveInEval],
    "dropout-mask-shared-across-batch": [MaskShared],
    "dropout-mask-per-sample": [MaskPerSample],
    "dropout-reseeds-rng": [ReseedsGenerator],
    "dropout-fixed-count": [FixedCount, variant(FixedCount, _by_sample=True)],
    "dropout-mask-inplace": [MaskInPlace],
    "dropout-p0-or-p1": [ProbabilityOne, variant(ProbabilityOne, _raises=True)],
}


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [misconception(name, cls, "Dropout") for name, classes in _MISTAKES.items() for cls in classes]
