import numpy as np
import pytest

from framework.reference.adam import Adam


def test_two_steps_on_floats():
    adam = Adam(1.0, 0.01, 0.02)
    w = adam.step("w", 1.0, 1.0)
    assert w == pytest.approx(0, abs=1e-7)
    # k = 2: v = .01 * .99 + .99 * .5, r = .02 * .98 + .98 * .25, divided by 1 - .01**2 and 1 - .02**2
    v, r = (0.0099 + 0.495) / 0.9999, (0.0196 + 0.245) / 0.9996
    assert adam.step("w", w, 0.5) == pytest.approx(-v / r**0.5, abs=1e-7)
    assert -v / r**0.5 == pytest.approx(-0.98144732, abs=1e-7)


def test_the_first_step_has_the_size_of_the_learning_rate(rng):
    g = rng.normal(size=(3, 4)) * 10.0 ** rng.integers(-3, 4, size=(3, 4))
    w = Adam(0.1, 0.9, 0.999).step("w", np.zeros((3, 4)), g)
    np.testing.assert_allclose(w, -0.1 * np.sign(g), rtol=1e-4)


def test_epsilon_bounds_the_step_of_a_tiny_gradient():
    assert Adam(1.0, 0.9, 0.999, epsilon=1e-8).step("w", 0.0, 1e-8) == pytest.approx(-0.5, rel=1e-6)
    assert Adam(1.0, 0.9, 0.999, epsilon=1e-16).step("w", 0.0, 1e-8) == pytest.approx(-1, rel=1e-6)
    assert Adam(1.0, 0.9, 0.999).step("w", 3.0, 0.0) == 3.0


@pytest.mark.parametrize("arguments", [(1, 1.0, 0.9), (1, 0.9, 1.0), (1, -0.1, 0.9), (1, 0.9, 1.1), (-1, 0.9, 0.9)])
def test_rejects_rates(arguments):
    with pytest.raises(ValueError, match=r"mu|rho|learning_rate"):
        Adam(*arguments)


def test_rejects_a_negative_epsilon():
    with pytest.raises(ValueError, match="epsilon"):
        Adam(1, 0.9, 0.999, epsilon=-1e-8)
