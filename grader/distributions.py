"""Does a sample come from a distribution? Tests whose rate of false alarms holds for every sample size.

No draw is ever compared with another generator's draw. The bounds are inequalities, not approximations, so that
nothing has to be looked up:

* mean of a normal: Chernoff's bound, P(|mean| > std sqrt(2 t / n)) <= 2 exp(-t);
* standard deviation of a normal: Laurent and Massart, "Adaptive estimation of a quadratic functional by model
  selection", 2000, lemma 1, bounds a chi-square variable with n degrees of freedom:
  P(Q > n + 2 sqrt(n t) + 2 t) <= exp(-t) and P(Q < n - 2 sqrt(n t)) <= exp(-t);
* everything else: Dvoretzky, Kiefer and Wolfowitz, with Massart's constant (1990), bounds the largest distance between
  the share of draws below x and its expectation: P(D > d) <= 2 exp(-2 n d^2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from grader.compare import number
from grader.model import Case
from grader.remote import Array

Features = dict[str, tuple[float, float]]
FALSE_ALARM = 1e-6  # of one sample, all tests together
_EACH = FALSE_ALARM / 3
CASES = (  # 20000 draws each; the fans cannot be read off the shapes
    Case("matrix", {}, (200, 100), shapes={"fans": (300, 40)}),
    Case("kernels", {}, (25, 8, 10, 10), shapes={"fans": (30, 11)}),
)


class Distribution(Protocol):
    """What draws can be compared with."""

    def complaint(self, draws: Array) -> str:
        """Say why these draws are not from here, or nothing."""

    def features(self, draws: Array) -> Features:
        """Return what these draws show and what is expected, by the statistic's name."""


@dataclass(frozen=True)
class Normal:
    """Mean zero, standard deviation `std`."""

    std: float
    name: str = "normal"

    def features(self, draws: Array) -> Features:
        """Return what these draws show and what is expected, by the statistic's name."""
        spread = float(np.std(draws))
        shape = (draws - np.mean(draws)) / (spread or 1.0)
        fourth = float(np.mean((draws / self.std) ** 4) / 3) ** 0.25
        return {
            "mean over the standard deviation": (float(np.mean(draws)) / (spread or 1.0), 0.0),
            "standard deviation, in doublings of the expected one": (_doublings(spread, self.std), 0.0),
            "mean size, in doublings": (
                _doublings(float(np.mean(np.abs(draws))), self.std * (2 / math.pi) ** 0.5),
                0.0,
            ),
            "fourth root of the fourth moment, in doublings": (_doublings(fourth, 1.0), 0.0),
            "fourth moment over the squared variance": (float(np.mean(shape**4)), 3.0),
            "the thousandth farthest draw, in standard deviations": (float(np.quantile(np.abs(shape), 0.999)), 3.29),
        }

    def below(self, x: Array) -> Array:
        """Return the probability of a draw below each x."""
        return np.array([0.5 * math.erfc(-value / (self.std * math.sqrt(2.0))) for value in x.ravel()])

    def complaint(self, draws: Array) -> str:
        """Say why these draws are not from here, or nothing."""
        n, t = draws.size, math.log(2 / _EACH)
        mean, found = float(np.mean(draws)), float(np.mean(np.square(draws)))
        if not abs(mean) <= self.std * math.sqrt(2 * t / n):
            return f"the mean of {n} draws is {number(mean)}; 0 was expected"
        low, high = 1 - 2 * math.sqrt(t / n), 1 + 2 * math.sqrt(t / n) + 2 * t / n
        if not low <= found / self.std**2 <= high:
            return f"the standard deviation of {n} draws is {number(math.sqrt(found))}; {number(self.std)} was expected"
        return _misplaced(draws, self.below(np.sort(draws.ravel())), self.name)


@dataclass(frozen=True)
class Uniform:
    """Every number between 0 and 1 alike."""

    name: str = "uniform"

    def features(self, draws: Array) -> Features:
        """Return what these draws show and what is expected, by the statistic's name."""
        return {
            "mean": (float(np.mean(draws)), 0.5),
            "standard deviation, in doublings of the expected one": (_doublings(float(np.std(draws)), 12**-0.5), 0.0),
            "smallest draw": (float(np.min(draws)), 0.0),
            "largest draw": (float(np.max(draws)), 1.0),
        }

    def complaint(self, draws: Array) -> str:
        """Say why these draws are not from here, or nothing."""
        outside = draws[(draws < 0) | (draws > 1)]
        if outside.size:
            return f"{outside.size} of {draws.size} draws lie outside [0, 1), the first is {number(outside.flat[0])}"
        return _misplaced(draws, np.sort(draws.ravel()), self.name)


def _doublings(spread: float, expected: float) -> float:
    return math.log2(max(spread, 1e-300) / expected)


def _misplaced(draws: Array, expected: Array, name: str) -> str:
    """Compare the shares of draws up to each draw with what was `expected` there; both in ascending order."""
    n = draws.size
    ordered = np.sort(draws.ravel())
    allowed = math.sqrt(math.log(2 / _EACH) / (2 * n))
    above, under = np.arange(1, n + 1) / n - expected, expected - np.arange(n) / n
    worst = int(np.argmax(np.maximum(above, under)))
    if max(above[worst], under[worst]) <= allowed:
        return ""
    share = (worst + 1) / n if above[worst] >= under[worst] else worst / n
    return (
        f"the draws are not {name}: {share:.1%} of {n} lie below {number(ordered[worst])}, where "
        f"{expected[worst]:.1%} were expected"
    )
