"""What the interface promises of every loss."""

import numpy as np
import pytest

from framework.reference.cross_entropy_loss import CrossEntropyLoss
from framework.reference.l2_loss import L2Loss

losses = pytest.mark.parametrize("loss", [CrossEntropyLoss(), CrossEntropyLoss(epsilon_in_backward=False), L2Loss()])


@losses
@pytest.mark.parametrize("n", [1, 3])
def test_backward_is_the_derivative_of_forward(rng, loss, n):
    p, y = rng.dirichlet(np.ones(4), size=n), np.eye(4)[rng.integers(4, size=n)]
    v, h = rng.normal(size=p.shape), 1e-6 * p.min()
    numeric = (loss.forward(p + h * v, y) - loss.forward(p - h * v, y)) / (2 * h)
    loss.forward(p, y)
    assert np.sum(loss.backward(y) * v) == pytest.approx(numeric, rel=1e-4, abs=1e-6)


@losses
def test_changes_neither_argument_and_keeps_a_copy(rng, loss):
    p, y = rng.dirichlet(np.ones(4), size=3), np.eye(4)[[0, 3, 3]]
    p_before, y_before = p.copy(), y.copy()
    loss.forward(p, y)
    expected = loss.backward(y)
    np.testing.assert_array_equal(p, p_before)
    np.testing.assert_array_equal(y, y_before)
    p[...] = 0.5
    np.testing.assert_array_equal(loss.backward(y), expected)


@losses
def test_float32_stays_float32_even_with_float64_labels(rng, loss):
    p, y = rng.dirichlet(np.ones(4), size=3).astype(np.float32), np.eye(4)[[0, 3, 3]]
    loss.forward(p, y)
    assert loss.backward(y).dtype == np.float32


@losses
def test_integers_are_promoted(loss):
    p = np.array([[1, 0], [0, 1]], dtype=np.int8)
    assert loss.forward(p, p) == pytest.approx(0, abs=1e-15)
    assert loss.backward(p).dtype == np.float64
