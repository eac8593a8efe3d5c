"""What an initializer hands out: the shape asked for, fresh numbers at every call, the right distribution."""

from __future__ import annotations

import numpy as np

from grader.checks.define import by_hand, check
from grader.distributions import Distribution
from grader.hookspecs import hookimpl
from grader.model import Case, Check
from grader.probe import Probe
from grader.remote import Array, RemoteInitializer

_SHAPES = ((3, 4), (1, 5), (2, 3, 4), (4, 2, 3, 5))


@check(traits=["initializer"])
@by_hand("$start", yours="draw().shape", expected="$shape")
def check_shape(initializer: RemoteInitializer, probe: Probe) -> None:
    """initialize returns an array of the shape asked for, with two axes or with four.

    Fully connected layers ask for matrices, convolutions for kernels; the shape is an argument.
    """
    for shape in _SHAPES:
        probe.assert_shape(initializer.draw(shape, 7, 11), shape, f"what initialize returns for {shape}")


@check(points=2, traits=["initializer", "random"], needs="shape")
@by_hand("$start", yours="np.array_equal(draw(), draw())", expected="False")
def check_fresh_draws(initializer: RemoteInitializer, probe: Probe, case: Case) -> None:
    """Every call draws new numbers, and leaves other people's random numbers alone.

    Who sets the seed of an experiment: each part of it, or the one who runs it?
    """
    fans = case.shapes["fans"]
    first = initializer.draw(case.input_shape, *fans)
    probe.assert_true(
        np.unique(first).size > first.size // 2,
        f"only {np.unique(first).size} of {first.size} draws differ from each other",
    )
    again = initializer.draw(case.input_shape, *fans)
    probe.feature("share of equal numbers in two calls", _share(first, again), 0.0)
    probe.assert_true(not np.array_equal(first, again), "two calls return the same numbers")
    for number in ("second", "third"):
        anew = initializer.draw_anew(case.input_shape, *fans)
        most = max(_share(anew, first), _share(anew, again))
        probe.feature(f"share of equal numbers from a {number} instance", most, 0.0)
        probe.assert_true(most < 1, f"a {number} instance returns the numbers of the first")
    streams = [initializer.stream(case.input_shape, *fans) for _ in range(2)]
    for name, numbers in streams[0].items():
        again = streams[1].get(name, numbers)
        probe.feature(f"share of equal numbers of {name}'s generator after two calls", _share(numbers, again), 0.0)
        probe.assert_true(
            not np.array_equal(numbers, again), f"after initialize, {name}'s shared random generator starts over"
        )


@check(points=3, traits=["initializer", "random"], needs="shape")
@by_hand("$start", "w = draw()", yours="(w.mean(), w.std())", expected="$moments")
def check_distribution(initializer: RemoteInitializer, oracle: Distribution, probe: Probe, case: Case) -> None:
    """The numbers have the distribution of the formula, for the fans that were passed.

    Put the fans of this case into the formula. Which of a generator's arguments is a standard deviation, which a
    variance? fan_in and fan_out are arguments too: not every weight has a shape from which they could be read.
    """
    fan_in, fan_out = case.shapes["fans"]
    draws = initializer.draw(case.input_shape, fan_in, fan_out)
    probe.assert_shape(draws, case.input_shape, "what initialize returns")
    probe.assert_true(bool(np.isfinite(draws).all()), "some of the numbers are infinite or undefined")
    more = [initializer.draw(case.input_shape, fan_in, fan_out) for _ in range(3)]  # statistics to name a mistake by
    enough = np.stack([draws, *(some for some in more if some.shape == draws.shape)])
    for name, (found, expected) in oracle.features(enough.astype(np.float64)).items():
        probe.feature(name, found, expected)
    complaint = oracle.complaint(draws.astype(np.float64))
    probe.assert_true(not complaint, f"for fan_in={fan_in}, fan_out={fan_out}, {complaint}")


def _share(one: Array, other: Array) -> float:
    """Return the share of entries in which two arrays agree; none if they have different shapes."""
    return float(np.mean(one == other)) if one.shape == other.shape and one.size else 0.0


@hookimpl
def backcheck_checks() -> list[Check]:
    """Return the checks of this module."""
    return [check_shape, check_fresh_draws, check_distribution]
