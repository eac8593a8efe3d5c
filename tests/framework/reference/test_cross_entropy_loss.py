import math

import numpy as np
import pytest
import torch

from framework.reference.cross_entropy_loss import CrossEntropyLoss

EPS = np.finfo(float).eps


def one_hot(classes, k):
    return np.eye(k)[list(classes)]


def test_sums_over_the_batch():
    prediction = np.array([[0.5, 0.25, 0.25], [0.1, 0.2, 0.7]])
    loss = CrossEntropyLoss().forward(prediction, one_hot([0, 1], 3))
    assert loss == pytest.approx(math.log(2) + math.log(5), rel=1e-14)
    assert type(loss) is float


def test_a_totally_wrong_prediction_costs_minus_log_eps():
    assert CrossEntropyLoss().forward(one_hot([1] * 9, 4), one_hot([0] * 9, 4)) == pytest.approx(324.3928805, abs=1e-6)


def test_soft_labels_agree_with_torch(rng, autograd):
    prediction, label = rng.dirichlet(np.ones(5), size=3), rng.dirichlet(np.ones(5), size=3)
    loss, dp, _ = autograd(lambda p: -(torch.tensor(label) * torch.log(p + EPS)).sum(), prediction, np.array(1.0))
    layer = CrossEntropyLoss()
    assert layer.forward(prediction, label) == pytest.approx(float(loss), rel=1e-14)
    np.testing.assert_allclose(layer.backward(label), dp, rtol=1e-14)


def test_backward_at_probability_zero():
    prediction, label = np.array([[0.0, 1.0, 0.0]]), one_hot([0], 3)
    with_eps, without = CrossEntropyLoss(), CrossEntropyLoss(epsilon_in_backward=False)
    for layer in (with_eps, without):
        layer.forward(prediction, label)
    np.testing.assert_allclose(with_eps.backward(label), [[-1 / EPS, 0, 0]], rtol=1e-15)
    np.testing.assert_array_equal(without.backward(label), [[-np.inf, 0, 0]])


def test_without_epsilon_a_perfect_prediction_has_slope_exactly_minus_one():
    prediction = np.array([[1.0, 1e-44, 0.0]])
    label = one_hot([0], 3)
    layer = CrossEntropyLoss(epsilon_in_backward=False)
    layer.forward(prediction, label)
    np.testing.assert_array_equal(layer.backward(label), [[-1, 0, 0]])


def test_rejects_shapes_that_only_broadcast():
    with pytest.raises(ValueError, match="shape"):
        CrossEntropyLoss().forward(np.ones((3, 1)), np.ones((3,)))
