import numpy as np
import pytest

from framework.reference.sgd_with_momentum import SgdWithMomentum


def test_two_steps_on_floats():
    optimizer = SgdWithMomentum(1.0, 0.9)
    assert optimizer.step("w", 1.0, 1.0) == 0
    assert optimizer.step("w", 0.0, 1.0) == pytest.approx(-1.9, rel=1e-15)


def test_without_a_gradient_it_rolls_on():
    optimizer = SgdWithMomentum(0.1, 0.5)
    w = np.array([1.0, -1.0])
    for expected in ([0.9, -0.9], [0.85, -0.85], [0.825, -0.825]):
        g = np.sign(w) if expected[0] == 0.9 else np.zeros(2)
        w = optimizer.step("w", w, g)
        np.testing.assert_allclose(w, expected, rtol=1e-14)


@pytest.mark.parametrize("momentum_rate", [-0.1, 1.1, np.nan])
def test_rejects_momentum_rates(momentum_rate):
    with pytest.raises(ValueError, match="momentum_rate"):
        SgdWithMomentum(0.1, momentum_rate)
