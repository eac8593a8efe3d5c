import numpy as np
import pytest
import torch

from framework.reference.batch_normalization import BatchNormalization
from framework.reference.constant import Constant

SHAPES = [(3, 4), (7, 1), (2, 5), (3, 2, 6), (3, 2, 4, 5), (1, 2, 4, 5), (3, 1, 2, 2)]


def make(rng, shape, **choices):
    layer = BatchNormalization(shape[1], **choices)
    layer.parameters["gamma"][...] = rng.normal(1, 0.5, size=shape[1])
    layer.parameters["beta"][...] = rng.normal(size=shape[1])
    return layer


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("training", [True, False])
def test_agrees_with_torch(rng, autograd, shape, training):
    layer = make(rng, shape, epsilon=1e-3)  # large enough to show where it stands
    layer.forward(rng.normal(2, 3, size=shape))  # now the moving statistics are neither 0 nor 1
    mean, variance = torch.tensor(layer.moving_mean), torch.tensor(layer.moving_variance)
    if not training:
        layer.eval()
    x, dout = rng.normal(2, 3, size=shape), rng.normal(size=shape)

    def reference(x, gamma, beta):
        return torch.nn.functional.batch_norm(x, mean.clone(), variance.clone(), gamma, beta, training, eps=1e-3)

    y, dx, gradients = autograd(reference, x, dout, layer.parameters)
    np.testing.assert_allclose(layer.forward(x), y, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(layer.backward(dout), dx, rtol=1e-9, atol=1e-13)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(layer.gradients[name], gradient, rtol=1e-10, atol=1e-13)


def test_by_hand():
    layer = BatchNormalization(1)
    np.testing.assert_allclose(layer.forward(np.array([[1.0], [3.0]])), [[-1], [1]], rtol=1e-10)
    assert layer.moving_mean == [2]
    assert layer.moving_variance == [1]


@pytest.mark.parametrize("decay", [0.8, 0.9])
def test_moving_statistics_over_three_batches(rng, decay):
    layer = BatchNormalization(2, decay=decay)
    batches = rng.normal([5, -3], [1, 2], size=(3, 6, 2))
    for x in batches:
        layer.forward(x)
    weights = np.array([decay**2, decay * (1 - decay), 1 - decay])  # the first batch is the starting value
    np.testing.assert_allclose(layer.moving_mean, weights @ batches.mean(axis=1), rtol=1e-13)
    np.testing.assert_allclose(layer.moving_variance, weights @ batches.var(axis=1), rtol=1e-13)
    layer.eval()
    x = rng.normal(size=(4, 2))
    expected = (x - layer.moving_mean) / np.sqrt(layer.moving_variance)
    np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-10)


def test_moving_statistics_may_start_at_zero_and_one(rng):
    layer = BatchNormalization(2, decay=0.8, start_from_first_batch=False)
    x = rng.normal([5, -3], [1, 2], size=(6, 2))
    layer.forward(x)
    np.testing.assert_allclose(layer.moving_mean, 0.2 * x.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(layer.moving_variance, 0.8 + 0.2 * x.var(axis=0), rtol=1e-13)


def test_the_test_phase_learns_nothing_and_looks_at_one_sample_at_a_time(rng):
    layer = make(rng, (5, 3))
    layer.forward(rng.normal(size=(5, 3)))
    mean, variance = layer.moving_mean.copy(), layer.moving_variance.copy()
    layer.eval()
    x = rng.normal(size=(4, 3))
    together = layer.forward(x)
    np.testing.assert_allclose(np.concatenate([layer.forward(row[None]) for row in x]), together, rtol=1e-14)
    np.testing.assert_array_equal(layer.moving_mean, mean)
    np.testing.assert_array_equal(layer.moving_variance, variance)


def test_the_phase_of_forward_decides_how_backward_goes(rng):
    layer, x, dout = make(rng, (5, 3)), rng.normal(size=(5, 3)), rng.normal(size=(5, 3))
    layer.forward(x)
    expected = layer.backward(dout)
    layer.eval()
    np.testing.assert_array_equal(layer.backward(dout), expected)


def test_before_any_training_the_test_phase_hardly_changes_its_input(rng):
    layer, x = BatchNormalization(3), rng.normal(size=(5, 3))
    layer.eval()
    np.testing.assert_allclose(layer.forward(x), x, rtol=1e-10)


@pytest.mark.parametrize("shape", [(1, 3), (4, 3), (2, 3, 2, 2)])
def test_a_constant_feature_stays_finite(shape):
    layer = BatchNormalization(3)
    np.testing.assert_allclose(layer.forward(np.full(shape, 0.1)), 0, atol=1e-9)
    assert np.isfinite(layer.backward(np.ones(shape))).all()


def test_initialize_ignores_the_initializers_and_starts_again(rng):
    layer = make(rng, (5, 3))
    layer.forward(rng.normal(size=(5, 3)))
    layer.initialize(Constant(7), Constant(7))
    assert (layer.parameters["gamma"] == 1).all()
    assert (layer.parameters["beta"] == 0).all()
    x = rng.normal(size=(5, 3))
    layer.forward(x)
    np.testing.assert_allclose(layer.moving_mean, x.mean(axis=0), rtol=1e-14)


def test_a_2d_batch_after_a_4d_one(rng):
    layer = make(rng, (3, 2))
    fresh = BatchNormalization(2)
    fresh.parameters = {name: value.copy() for name, value in layer.parameters.items()}
    layer.backward(layer.forward(rng.normal(size=(3, 2, 4, 5))))
    x = rng.normal(size=(3, 2))
    np.testing.assert_array_equal(layer.forward(x), fresh.forward(x))
    np.testing.assert_array_equal(layer.backward(x), fresh.backward(x))


def test_the_default_epsilon_is_below_the_exercises_bound():
    assert 0 < BatchNormalization(1).epsilon < 1e-10


@pytest.mark.parametrize("choices", [{"channels": 0}, {"decay": 1.1}, {"decay": -0.1}, {"epsilon": -1}])
def test_rejects_arguments(choices):
    with pytest.raises(ValueError, match=next(iter(choices))):
        BatchNormalization(**{"channels": 2, **choices})


@pytest.mark.parametrize("shape", [(3, 4), (2,), (3, 4, 2, 2)])
def test_rejects_inputs(shape):
    with pytest.raises(ValueError, match="expected input of shape"):
        BatchNormalization(2).forward(np.zeros(shape))
