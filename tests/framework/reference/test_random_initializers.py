"""UniformRandom, Xavier and He, judged by statistics."""

import math

import numpy as np
import pytest
from scipy.stats import chi2, kstest, norm

from framework.reference.he import He
from framework.reference.uniform_random import UniformRandom
from framework.reference.xavier import Xavier

FALSE_ALARM = 1e-6  # of every statistical test
NORMAL = {  # the standard deviation for fan_in 3, fan_out 50
    Xavier: math.sqrt(2 / 53),
    He: math.sqrt(2 / 3),
}
normal = pytest.mark.parametrize("new", NORMAL, ids=lambda c: c.__name__)
every = pytest.mark.parametrize("new", [UniformRandom, *NORMAL], ids=lambda c: c.__name__)


@normal
@pytest.mark.parametrize("shape", [(100, 70), (10, 7, 10, 10)])
def test_is_normal_with_the_spread_of_the_fans_it_is_told(rng, new, shape):
    drawn, sigma = new(rng=rng).initialize(shape, 3, 50).ravel(), NORMAL[new]
    assert kstest(drawn, norm(0, sigma).cdf).pvalue > FALSE_ALARM
    # Sharper than the first: the sum of squares, which in units of sigma**2 follows chi squared.
    low, high = chi2.ppf([FALSE_ALARM / 2, 1 - FALSE_ALARM / 2], drawn.size)
    assert low < np.sum(np.square(drawn / sigma)) < high


def test_uniform(rng):
    drawn = UniformRandom(rng=rng).initialize((100, 70), 3, 50)
    assert drawn.min() >= 0
    assert drawn.max() < 1
    assert kstest(drawn.ravel(), "uniform").pvalue > FALSE_ALARM


@every
def test_two_draws_differ_and_a_seed_repeats_them(new):
    one, other = (new(rng=np.random.default_rng(5)) for _ in range(2))
    first = one.initialize((3, 4), 3, 4)
    np.testing.assert_array_equal(first, other.initialize((3, 4), 3, 4))
    assert not np.array_equal(first, one.initialize((3, 4), 3, 4))
    assert not np.array_equal(new().initialize((3, 4), 3, 4), new().initialize((3, 4), 3, 4))


@every
def test_does_not_touch_numpys_global_generator(new):
    before = np.random.get_state()[1].copy()
    new().initialize((3, 4), 3, 4)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@normal
def test_rejects_fans(new):
    with pytest.raises(ValueError, match="fan_in"):
        new().initialize((3, 4), 0, 4)
