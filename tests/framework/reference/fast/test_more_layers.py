"""Batch normalization, dropout and the recurrent layer where the fast path does something of its own."""

import numpy as np
import pytest

from framework.reference import batch_normalization, dropout, rnn
from framework.reference.fast import batch_normalization as fast_batch_normalization
from framework.reference.fast import dropout as fast_dropout
from framework.reference.fast import rnn as fast_rnn


@pytest.mark.parametrize("phase", ["train", "eval"])
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-11), (np.float32, 1e-4)])
@pytest.mark.parametrize("shape", [(3, 2), (5, 2, 3, 7), (20, 2, 40, 41)])  # the last in several parts
def test_batch_normalization(rng, shape, dtype, tolerance, phase):
    judge, layer = batch_normalization.BatchNormalization(2), fast_batch_normalization.BatchNormalization(2)
    for each, precision in ((judge, float), (layer, dtype)):
        each.parameters = {"gamma": np.array([2, -0.5], precision), "beta": np.array([1, 3], precision)}
        each.gradients = {name: np.zeros(2, precision) for name in ("gamma", "beta")}
    for _ in range(2):
        x = (rng.normal(size=shape) + 5).astype(dtype)
        y, expected = layer.forward(x), judge.forward(x.astype(float))
        if phase == "eval":
            layer.eval(), judge.eval()
    dout = rng.normal(size=shape).astype(dtype)
    seen, wanted = [y, layer.backward(dout)], [expected, judge.backward(dout.astype(float))]
    seen += [*layer.gradients.values(), layer.moving_mean, layer.moving_variance]
    wanted += [*judge.gradients.values(), judge.moving_mean, judge.moving_variance]
    for mine, theirs in zip(seen, wanted, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=tolerance * np.abs(theirs).max())


def test_a_large_mean_does_not_spoil_the_variance(rng):
    x = rng.normal(size=(1000, 1)) + 1e6
    y = fast_batch_normalization.BatchNormalization(1).forward(x)
    np.testing.assert_allclose(y, batch_normalization.BatchNormalization(1).forward(x), rtol=0, atol=1e-8)


@pytest.mark.parametrize("probability", [1 / 512, 0.3, 0.5, 0.999, 1 - 1 / 512, 1.0])
def test_dropout_keeps_with_exactly_the_probability(probability):
    """Within six standard deviations, which chance exceeds once in 5e8 times."""
    N = 2_000_000
    layer = fast_dropout.Dropout(probability, rng=np.random.default_rng(1))
    kept = np.count_nonzero(layer.forward(np.ones((N, 1))))
    assert abs(kept - N * probability) <= 6 * np.sqrt(N * probability * (1 - probability))


def test_dropout_differs_from_the_general_masks_and_from_batch_to_batch():
    x = np.ones((10, 10))
    layer = fast_dropout.Dropout(0.5, rng=np.random.default_rng(1))
    general = dropout.Dropout(0.5, rng=np.random.default_rng(1))
    masks = [layer.forward(x), layer.forward(x), general.forward(x)]
    assert len({mask.tobytes() for mask in masks}) == 3
    np.testing.assert_array_equal(fast_dropout.Dropout(0.5, rng=np.random.default_rng(1)).forward(x), masks[0])


def many(dtype=float, **choices):
    layer = fast_rnn.RNN(3, 4, 2, rng=np.random.default_rng(1), **choices)
    for arrays in (layer.parameters, layer.gradients):
        arrays.update({name: value.astype(dtype) for name, value in arrays.items()})
    return layer


@pytest.mark.parametrize("N", [1, 3, 100])
@pytest.mark.parametrize("activation", ["sigmoid", "linear"])
def test_many_sequences_are_as_each_alone(rng, N, activation):
    layer, alone = many(output_activation=activation), rnn.RNN(3, 4, 2, output_activation=activation)
    alone.parameters = layer.parameters
    layer.memorize = True
    x, dout = rng.normal(size=(2, 5, N, 3)), rng.normal(size=(2, 5, N, 2))
    for part in range(2):  # the second continues the first
        layer.zero_grad()
        y, dx = layer.forward(x[part]), layer.backward(dout[part])
    alone.memorize = True
    for n in range(N):
        alone.memorize = False
        alone.memorize = True
        alone.forward(x[0, :, n])
        np.testing.assert_allclose(y[:, n], alone.forward(x[1, :, n]), rtol=1e-12)
        np.testing.assert_allclose(dx[:, n], alone.backward(dout[1, :, n]), rtol=1e-9, atol=1e-14)
    for name, gradient in alone.gradients.items():
        np.testing.assert_allclose(layer.gradients[name], gradient, rtol=1e-9, atol=1e-12)


def test_other_sequences_than_remembered(rng):
    layer = many()
    layer.memorize = True
    layer.forward(rng.normal(size=(5, 2, 3)))
    with pytest.raises(ValueError, match="memorize off and on"):
        layer.forward(rng.normal(size=(5, 3, 3)))
    layer.memorize = False
    assert layer.forward(rng.normal(size=(5, 3, 3))).shape == (5, 3, 2)


def test_single_precision_follows(rng):
    x, dout = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    judge, layer = many(), many(np.float32)
    np.testing.assert_allclose(layer.forward(x.astype(np.float32)), judge.forward(x), rtol=1e-5)
    dx = layer.backward(dout.astype(np.float32))
    assert dx.dtype == np.float32
    np.testing.assert_allclose(dx, judge.backward(dout), rtol=0, atol=1e-5)


@pytest.mark.parametrize("size", [10, 1000])
def test_tanh_by_exp(size):
    z = np.concatenate([np.linspace(-25, 25, size), [0, 1e-300, -1e-20, 1e5, -1e5, np.inf, -np.inf, np.nan]])
    with np.errstate(over="ignore"):
        seen = fast_rnn.tanh_by_exp(z.copy(), np.empty_like(z))
    np.testing.assert_allclose(seen, np.tanh(z), rtol=0, atol=4.5e-16)


@pytest.mark.parametrize(
    ("dtype", "size", "by_exp"), [(float, 1000, True), (float, 10, False), (np.float32, 1000, False)]
)
def test_tanh_by_exp_is_for_long_arrays_in_double_precision(dtype, size, by_exp):
    assert fast_rnn._tanh_for(np.zeros(size, dtype)) is (fast_rnn.tanh_by_exp if by_exp else np.tanh)
