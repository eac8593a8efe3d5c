"""What a fast network does in its own way: parts of a batch, arrays used again, flat parameters, precision."""

import copy
import pickle

import numpy as np
import pytest

from framework.reference import adam, batch_normalization, l2_loss, lenet
from framework.reference import neural_network as general_network
from framework.reference.constant import Constant
from framework.reference.fast import adam as fast_adam
from framework.reference.fast import fully_connected, neural_network, relu
from framework.reference.fast import lenet as fast_lenet
from framework.reference.l2_regularizer import L2_Regularizer
from framework.reference.xavier import Xavier


class Images:
    """Random images; the sizes of the batches change."""

    def __init__(self, *sizes, dtype=float):
        self.rng, self.sizes, self.dtype, self.drawn = np.random.default_rng(5), sizes, dtype, 0

    def next(self):
        N = self.sizes[self.drawn % len(self.sizes)]
        self.drawn += 1
        return self.rng.random((N, 1, 28, 28)).astype(self.dtype), np.eye(10)[self.rng.integers(10, size=N)]


def trained(build, sizes, steps=6, **choices):
    network = build(rng=np.random.default_rng(1), **choices)
    network.data_layer = Images(*sizes)
    network.train(steps)
    return network


def parameters(network):
    return [value for layer in network.layers for value in layer.parameters.values()]


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize("sizes", [(4,), (3, 1, 5), (2, 129)], ids=str)
def test_trains_as_the_general_network(fused, sizes):
    judge, network = trained(lenet.build, sizes, 4), trained(fast_lenet.build, sizes, 4, fused=fused)
    np.testing.assert_allclose(network.loss, judge.loss, rtol=1e-11)
    for mine, theirs in zip(parameters(network), parameters(judge), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-11 * np.abs(theirs).max())
    x = np.random.default_rng(2).random((130, 1, 28, 28))
    np.testing.assert_allclose(network.test(x), judge.test(x), rtol=1e-9)


@pytest.mark.parametrize("fused", [False, True])
def test_single_precision_follows(fused):
    judge, network = trained(lenet.build, (8,), 4), trained(fast_lenet.build, (8,), 4, fused=fused, dtype=np.float32)
    assert {value.dtype for value in parameters(network)} == {np.dtype(np.float32)}
    assert network.test(np.zeros((2, 1, 28, 28))).dtype == np.float32
    np.testing.assert_allclose(network.loss, judge.loss, rtol=1e-4)


def test_the_originals_second_convolution():
    network = trained(fast_lenet.build, (3,), 2, second_padding="valid")
    assert [value.size for value in parameters(network)][4] == 16 * 25 * 120


def test_what_test_returns_belongs_to_the_caller():
    network = fast_lenet.build()
    x = np.random.default_rng(2).random((3, 1, 28, 28))
    first = network.test(x)
    before = first.copy()
    network.test(x[::-1])
    np.testing.assert_array_equal(first, before)


@pytest.mark.parametrize("fused", [False, True])
def test_a_test_between_changes_nothing(fused):
    """Not even if the network is then trained in the test phase, by hand."""
    losses = []
    for tested in (False, True):
        network = fast_lenet.build(rng=np.random.default_rng(1), fused=fused)
        network.data_layer = Images(4)
        network.phase = "test"
        for _ in range(3):
            if tested:
                network.test(np.ones((2, 1, 28, 28)))
            losses.append(network.forward())
            network.backward()
    assert losses[:3] == losses[3:]


def test_a_first_layer_does_not_overwrite_the_images(rng):
    network = neural_network.NeuralNetwork(fast_adam.Adam(0.1, 0.9, 0.9), Xavier(rng=rng), Constant())
    for layer in (relu.ReLU(), fully_connected.FullyConnected(4, 4), relu.ReLU()):
        network.append_layer(layer)
    assert [layer.owns_arguments for layer in network.layers] == [False, False, True]
    x = np.asfortranarray(rng.normal(size=(3, 4)))  # as it lies in a fast network: nothing makes a copy of it
    before = x.copy()
    network.test(x)
    np.testing.assert_array_equal(x, before)


def test_batch_normalization_sees_the_whole_batch():
    network = neural_network.NeuralNetwork(fast_adam.Adam(0.1, 0.9, 0.9), Xavier(), Constant())
    network.append_layer(batch_normalization.BatchNormalization(3))
    network.loss_layer = l2_loss.L2Loss()
    x = np.random.default_rng(1).normal(size=(150, 3))

    class Data:
        def next(self):
            return x, x

    network.data_layer = Data()
    network.train(1)
    np.testing.assert_allclose(network.layers[0].moving_mean, x.mean(axis=0))


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda network: pickle.loads(pickle.dumps(network))])
def test_a_copy_goes_its_own_way(copied):
    network = trained(fast_lenet.build, (3,), 2)
    twin, before = copied(network), [value.copy() for value in parameters(network)]
    for each in (twin, network):
        each.data_layer = Images(4)
    twin.train(2)
    for value, old in zip(parameters(network), before, strict=True):
        np.testing.assert_array_equal(value, old)
    network.train(2)
    assert network.loss == twin.loss


def test_parameters_that_were_exchanged_are_taken_up():
    network, judge = trained(fast_lenet.build, (3,), 2), trained(lenet.build, (3,), 2)
    for each in (network, judge):
        for layer in each.layers:
            layer.parameters = {name: 0.5 * value for name, value in layer.parameters.items()}
        each.layers[0].parameters["b"] = np.arange(6.0)
        each.train(3)
    np.testing.assert_allclose(network.loss, judge.loss, rtol=1e-11)


def test_a_layer_that_comes_later_counts_its_own_steps():
    losses = []
    for new, rule in ((neural_network.NeuralNetwork, fast_adam.Adam), (general_network.NeuralNetwork, adam.Adam)):
        network = new(rule(0.01, 0.9, 0.99), Xavier(rng=np.random.default_rng(3)), Constant())
        network.optimizer.add_regularizer(L2_Regularizer(0.1))
        network.loss_layer, network.data_layer = l2_loss.L2Loss(), Rows()
        for layer in (fully_connected.FullyConnected(4, 4), relu.ReLU()):
            network.append_layer(layer)
        network.train(3)
        network.append_layer(fully_connected.FullyConnected(4, 4))
        network.train(3)
        losses.append(network.loss)
    np.testing.assert_allclose(*losses, rtol=1e-12)


class Rows:
    def next(self):
        return np.linspace(-1, 1, 12).reshape(3, 4), np.eye(4)[:3]


@pytest.mark.parametrize("dtype", [np.float16, int, "complex128"])
def test_rejects_other_precisions(dtype):
    with pytest.raises(ValueError, match="float32 or float64"):
        neural_network.NeuralNetwork(fast_adam.Adam(0.1, 0.9, 0.9), Xavier(), Constant(), dtype=dtype)
