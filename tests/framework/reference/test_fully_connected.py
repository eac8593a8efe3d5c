import numpy as np
import pytest
import torch

from framework.reference.constant import Constant
from framework.reference.fully_connected import FullyConnected


def test_forward_by_hand():
    layer = FullyConnected(2, 3)
    layer.parameters["W"][...] = [[1, 2, 3], [4, 5, 6]]
    layer.parameters["b"][...] = [10, 20, 30]
    np.testing.assert_array_equal(layer.forward(np.array([[1.0, 0.0], [1.0, -1.0]])), [[11, 22, 33], [7, 17, 27]])


def test_backward_by_hand():
    layer = FullyConnected(2, 1)
    layer.parameters["W"][...] = [[2], [-3]]
    layer.forward(np.array([[1.0, 5.0], [7.0, 11.0]]))
    np.testing.assert_array_equal(layer.backward(np.array([[1.0], [10.0]])), [[2, -3], [20, -30]])
    np.testing.assert_array_equal(layer.gradients["W"], [[71], [115]])
    np.testing.assert_array_equal(layer.gradients["b"], [11])


@pytest.mark.parametrize(("n", "d", "m"), [(1, 4, 3), (3, 4, 3), (3, 1, 5), (3, 5, 1), (1, 1, 1)])
def test_agrees_with_torch(rng, autograd, n, d, m):
    layer = FullyConnected(d, m, rng=rng)
    x, dout = rng.normal(size=(n, d)), rng.normal(size=(n, m))
    y, dx, gradients = autograd(lambda x, W, b: torch.nn.functional.linear(x, W.T, b), x, dout, layer.parameters)
    np.testing.assert_allclose(layer.forward(x), y, rtol=1e-12)
    np.testing.assert_allclose(layer.backward(dout), dx, rtol=1e-12)
    for name, gradient in gradients.items():
        np.testing.assert_allclose(layer.gradients[name], gradient, rtol=1e-12, atol=1e-14)


def test_first_weights_are_uniform_and_differ_between_layers():
    one, other = FullyConnected(50, 40), FullyConnected(50, 40)
    for values in one.parameters.values():
        assert values.min() >= 0
        assert values.max() < 1
    assert not np.array_equal(one.parameters["W"], other.parameters["W"])
    seeds = [np.random.default_rng(7), np.random.default_rng(7)]
    same = [FullyConnected(3, 2, rng=seed).parameters["W"] for seed in seeds]
    np.testing.assert_array_equal(*same)


def test_initialize_uses_one_initializer_each_and_the_fans_without_the_bias(recorder):
    layer = FullyConnected(4, 3)
    before = dict(layer.parameters)
    layer.initialize(recorder, Constant(7))
    assert recorder.calls == [((4, 3), 4, 3)]
    assert (layer.parameters["b"] == 7).all()
    assert (layer.parameters["W"] == recorder.last).all()
    assert all(layer.parameters[name] is array for name, array in before.items())


@pytest.mark.parametrize("sizes", [(0, 3), (3, -1), (2.5, 3), ("3", 3)])
def test_rejects_sizes(sizes):
    with pytest.raises(ValueError, match="size must be"):
        FullyConnected(*sizes)
