import numpy as np
import pytest
from scipy.stats import binom

from framework.reference.dropout import Dropout

FALSE_ALARM = 1e-6  # of every statistical test, two-sided


def assert_binomial(hits, trials, probability):
    low, high = binom.ppf([FALSE_ALARM / 2, 1 - FALSE_ALARM / 2], trials, probability)
    assert low <= hits <= high


@pytest.mark.parametrize("probability", [0.25, 0.5, 0.9])
def test_keeps_its_fraction_and_scales_it(rng, probability):
    y = Dropout(probability, rng=rng).forward(np.ones((100, 200)))
    np.testing.assert_allclose(np.unique(y), [0, 1 / probability])
    assert_binomial(np.count_nonzero(y), y.size, probability)


def test_elements_are_dropped_independently(rng):
    """Neighbours along each axis, and the same element in the next forward, agree as often as chance has it."""
    layer, p = Dropout(0.3, rng=rng), 0.3
    first, second = (layer.forward(np.ones((100, 200))) > 0 for _ in range(2))
    both = p**2
    # Every element belongs to one pair only, so that the pairs are independent of each other.
    assert_binomial(np.sum(first[::2] & first[1::2]), first.size // 2, both)
    assert_binomial(np.sum(first[:, ::2] & first[:, 1::2]), first.size // 2, both)
    assert_binomial(np.sum(first & second), first.size, both)


def test_masks_come_from_the_generator_and_differ_without_one():
    x = np.ones((10, 20))
    seeded = [Dropout(0.5, rng=np.random.default_rng(3)).forward(x) for _ in range(2)]
    np.testing.assert_array_equal(*seeded)
    assert not np.array_equal(Dropout(0.5).forward(x), Dropout(0.5).forward(x))


def test_the_count_of_kept_elements_varies(rng):
    """Each of 200 rows keeps exactly 50 of 100 with probability 0.08; all of them never would."""
    kept = np.count_nonzero(Dropout(0.5, rng=rng).forward(np.ones((200, 100))), axis=1)
    assert len(set(kept)) > 1


def test_backward_uses_the_mask_of_the_last_forward(rng):
    layer = Dropout(0.4, rng=rng)
    layer.forward(np.ones((3, 50)))
    y = layer.forward(np.ones((5, 20)))
    dout = rng.normal(size=(5, 20))
    np.testing.assert_array_equal(layer.backward(dout), dout * y)
    np.testing.assert_array_equal(layer.backward(dout), dout * y)


def test_the_test_phase_changes_nothing_and_draws_nothing(rng):
    layer, x = Dropout(0.4, rng=rng), rng.normal(size=(3, 20))
    state = rng.bit_generator.state
    layer.eval()
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x), x)
    assert rng.bit_generator.state == state
    layer.train()
    assert (layer.forward(x) == 0).any()


def test_probability_one_is_the_identity(rng):
    x = rng.normal(size=(30, 20))
    np.testing.assert_array_equal(Dropout(1, rng=rng).forward(x), x)


def test_does_not_touch_numpys_global_generator():
    before = np.random.get_state()[1].copy()
    Dropout(0.5).forward(np.ones((3, 4)))
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("probability", [0, -0.1, 1.1, np.nan])
def test_rejects_probabilities(probability):
    with pytest.raises(ValueError, match="probability"):
        Dropout(probability)
