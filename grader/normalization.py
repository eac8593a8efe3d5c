"""What a batch normalization layer has in its moving averages, read off its outputs. N batch, C channels.

In the test phase every channel is a straight line, y = gamma (x - mean) / deviation + beta. With gamma and beta known,
slope and height give mean and variance (epsilon included, which with large inputs plays no part).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.model import Conventions
from grader.tolerance import deviates

Array = NDArray[Any]
DECAYS = (0.5, 0.999)  # the share of the old average that counts as one


@dataclass(frozen=True)
class Statistics:
    """Mean and variance of every channel, (C,) each, and from how many numbers they come (0: from no batch)."""

    mean: Array
    variance: Array
    count: int = 0

    def variance_with(self, ddof: int) -> Array:
        """Return the variance divided by count - ddof instead of count."""
        return self.variance * (self.count / max(self.count - ddof, 1))


def statistics(x: Array) -> Statistics:
    """Return the mean and the (biased) variance of a batch (N, C, …)."""
    by_channel = _by_channel(x)
    return Statistics(by_channel.mean(axis=1), by_channel.var(axis=1), by_channel.shape[1])


def statistics_in_use(x: Array, y: Array, gamma: Array, beta: Array) -> Statistics | None:
    """Return the statistics with which `x` (N, C, …) was made into `y`, in its precision; None if `y` is no line."""
    if x.shape != y.shape or not np.isfinite(y).all():
        return None
    inputs, outputs = _by_channel(x), _by_channel(y)
    centred = inputs - inputs.mean(axis=1, keepdims=True)
    height = outputs.mean(axis=1)
    slope = (centred * outputs).sum(axis=1) / (centred**2).sum(axis=1)
    line = slope[:, None] * centred + height[:, None]
    if deviates(outputs, line, "value").any() or not (slope * gamma > 0).all():
        return None
    mean, variance = inputs.mean(axis=1) - (height - beta) / slope, (gamma / slope) ** 2
    return Statistics(mean.astype(y.dtype), variance.astype(y.dtype))  # no more precise than what they come from


def decay_of(old: Statistics, batch: Statistics, new: Statistics) -> float | None:
    """Return d for which the mean went from `old` to d * old + (1 - d) * batch; None if there is none."""
    way = old.mean - batch.mean
    decay = float((new.mean - batch.mean) @ way / (way @ way))
    expected = decay * old.mean + (1 - decay) * batch.mean
    return None if deviates(new.mean, expected, "update").any() else decay


def moved_variance(old: Statistics, batch: Statistics, decay: float, ddof: int) -> Array:
    """Return what the moving variance should be after a batch."""
    return np.asarray(decay * old.variance + (1 - decay) * batch.variance_with(ddof))


def explain(old: Statistics, batch: Statistics, new: Statistics) -> Conventions:
    """Return decay and kind of variance that lead from `old` over `batch` to `new`."""
    decay = decay_of(old, batch, new)
    if decay is None or not is_admissible(decay):
        return Conventions(fitted=False)
    for ddof in (0, 1):
        if not deviates(new.variance, moved_variance(old, batch, decay, ddof), "update").any():
            return Conventions(decay=decay, ddof=ddof)
    return Conventions(decay=decay, fitted=False)


def starts_from_first(first: Statistics, used: Statistics, found: Conventions) -> bool:
    """Tell whether the statistics `used` after the `first` batch are its own, not its share of an average.

    That is one with mean 0 and variance 1, or with mean 0 and variance 0; several batches later they are the same.
    Anything else counts as its own, too: that is what a wrong start is held against.
    """
    if not found.fitted:
        return True
    zeros = np.zeros_like(first.mean)
    if deviates(used.mean, (1 - found.decay) * first.mean, "update").any():
        return True
    starts = (Statistics(zeros, np.full_like(zeros, variance)) for variance in (1.0, 0.0))
    moved = (moved_variance(start, first, found.decay, found.ddof) for start in starts)
    return all(bool(deviates(used.variance, variance, "update").any()) for variance in moved)


def is_admissible(decay: float) -> bool:
    """Tell whether most of the old average is kept, and not all of it."""
    return DECAYS[0] - 1e-6 <= decay <= DECAYS[1] + 1e-6


def _by_channel(x: Array) -> Array:
    """Return `x` (N, C, …) as (C, numbers of a channel)."""
    return np.moveaxis(x, 1, 0).reshape(x.shape[1], -1)
