"""A fast optimizer may get something that it does not cover at any time: its state then moves to the general path."""

import numpy as np
import pytest

from framework.reference import adam, sgd, sgd_with_momentum
from framework.reference.fast import adam as fast_adam
from framework.reference.fast import sgd as fast_sgd
from framework.reference.fast import sgd_with_momentum as fast_momentum

PAIRS = {
    "Sgd": (lambda: sgd.Sgd(0.1), lambda: fast_sgd.Sgd(0.1)),
    "SgdWithMomentum": (
        lambda: sgd_with_momentum.SgdWithMomentum(0.1, 0.9),
        lambda: fast_momentum.SgdWithMomentum(0.1, 0.9),
    ),
    "Adam": (lambda: adam.Adam(0.1, 0.9, 0.99), lambda: fast_adam.Adam(0.1, 0.9, 0.99)),
}
each_pair = pytest.mark.parametrize("pair", PAIRS.values(), ids=PAIRS)


@each_pair
def test_changing_between_the_paths_keeps_the_state(rng, pair):
    general, fast = pair[0](), pair[1]()
    w = mine = rng.normal(size=(3, 4))
    for dtype in (float, float, np.longdouble, float, np.float32, float, float):
        g = rng.normal(size=w.shape).astype(dtype)
        w, mine = general.step("w", w, g), fast.step("w", mine, g)
        np.testing.assert_allclose(mine.astype(float), w.astype(float), rtol=1e-12)
        w, mine = w.astype(float), mine.astype(float)


@each_pair
def test_more_numbers_than_a_piece(rng, pair):
    general, fast = pair[0](), pair[1]()
    w = rng.normal(size=fast_adam.PIECE + 7)
    in_place = w.copy()
    for _ in range(3):
        g = rng.normal(size=w.shape)
        w = general.step("w", w, g)
        fast.update("w", in_place, g)
        np.testing.assert_allclose(in_place, w, rtol=1e-12, atol=1e-14)


def test_other_decay_rates_on_the_way(rng):
    general, fast = (new() for new in PAIRS["Adam"])
    w = mine = rng.normal(size=5)
    for mu, rho in ((0.9, 0.99), (0.8, 0.99), (0.8, 0.5)):
        general.mu = fast.mu = mu
        general.rho = fast.rho = rho
        g = rng.normal(size=5)
        w, mine = general.step("w", w, g), fast.step("w", mine, g)
        np.testing.assert_allclose(mine, w, rtol=1e-12)
