"""How often pure chance does what a check calls a mistake. No check on a random layer may do so once in a million."""

from __future__ import annotations

import math

import numpy as np

FALSE_ALARM = 1e-6  # the probability with which a right layer may fail one statistical check on one case


def binomial_bounds(trials: int, probability: float, false_alarm: float = FALSE_ALARM) -> tuple[int, int]:
    """Return (low, high) such that a binomial count lies outside with a probability of at most `false_alarm`.

    Exact: half of `false_alarm` at most lies below `low`, half above `high`.
    """
    if not 0 < probability < 1:
        return round(trials * probability), round(trials * probability)
    k = np.arange(trials + 1)
    log_factorial = np.array([math.lgamma(i + 1.0) for i in range(trials + 1)])
    log_mass = log_factorial[-1] - log_factorial - log_factorial[::-1]
    mass = np.exp(log_mass + k * math.log(probability) + (trials - k) * math.log1p(-probability))
    below, above = np.cumsum(mass), np.cumsum(mass[::-1])[::-1]  # P(X <= k), P(X >= k)
    low = int(np.searchsorted(below, false_alarm / 2, side="right"))
    high = trials - int(np.searchsorted(above[::-1], false_alarm / 2, side="right"))
    return low, high
