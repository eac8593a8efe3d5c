import numpy as np
import pytest
import torch

from framework.reference.adam import Adam
from framework.reference.constant import Constant
from framework.reference.cross_entropy_loss import CrossEntropyLoss
from framework.reference.l2_regularizer import L2_Regularizer
from framework.reference.lenet import build
from framework.reference.sgd import Sgd

EPS = np.finfo(float).eps


class Noise:
    """Random images, continuous so that no two pixels of a pooling window are equal."""

    def __init__(self, rng, batch):
        self.rng, self.batch = rng, batch

    def next(self):
        self.last = self.rng.random((self.batch, 1, 28, 28)), np.eye(10)[self.rng.integers(10, size=self.batch)]
        return self.last


def torch_loss(x, label, parameters):
    functional = torch.nn.functional
    for i in (0, 3):
        x = functional.conv2d(x, parameters[i]["W"], parameters[i]["b"], padding=2)
        x = functional.max_pool2d(torch.relu(x), 2)
    x = x.flatten(1)
    for i in (7, 9):
        x = torch.relu(x @ parameters[i]["W"] + parameters[i]["b"])
    x = torch.softmax(x @ parameters[11]["W"] + parameters[11]["b"], dim=1)
    return -(label * torch.log(x + EPS)).sum()


def test_fifty_adam_steps_agree_with_torch(rng):
    network = build(rng=rng)
    network.data_layer = Noise(rng, 4)
    parameters = {
        i: {name: torch.tensor(value, requires_grad=True) for name, value in layer.parameters.items()}
        for i, layer in enumerate(network.layers)
    }
    flat = [tensor for tensors in parameters.values() for tensor in tensors.values()]
    peer = torch.optim.AdamW(flat, lr=5e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=4e-4)
    for step in range(50):
        network.train(1)
        x, label = map(torch.tensor, network.data_layer.last)
        weights = [tensors["W"] for tensors in parameters.values() if tensors]
        penalty = 4e-4 * sum(float((w.detach() ** 2).sum()) for w in weights)
        peer.zero_grad()
        loss = torch_loss(x, label, parameters)
        loss.backward()
        peer.step()
        assert network.loss[step] == pytest.approx(loss.item() + penalty, rel=1e-10)
    for i, tensors in parameters.items():
        for name, tensor in tensors.items():
            expected, seen = tensor.detach().numpy(), network.layers[i].parameters[name]
            assert np.max(np.abs(seen - expected)) <= 1e-10 * np.max(np.abs(expected))


def test_layers_and_defaults(rng):
    network = build(rng=rng)
    names = [type(layer).__name__ for layer in network.layers]
    assert names == [
        *["Conv", "ReLU", "Pooling"] * 2,
        "Flatten",
        *["FullyConnected", "ReLU"] * 2,
        "FullyConnected",
        "SoftMax",
    ]
    sizes = [sum(p.size for p in layer.parameters.values()) for layer in network.layers]
    assert [size for size in sizes if size] == [156, 2416, 94200, 10164, 850]
    assert isinstance(network.loss_layer, CrossEntropyLoss)
    assert network.data_layer is None
    assert isinstance(network.optimizer, Adam)
    assert (network.optimizer.learning_rate, network.optimizer.mu, network.optimizer.rho) == (5e-4, 0.9, 0.999)
    assert isinstance(network.optimizer.regularizer, L2_Regularizer)
    assert network.optimizer.regularizer.alpha == 4e-4
    probabilities = network.test(rng.random((3, 1, 28, 28)))
    assert probabilities.shape == (3, 10)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_choices():
    optimizer = Sgd(0.1)
    network = build(optimizer, weights_initializer=Constant(1), bias_initializer=Constant(2))
    assert network.optimizer is optimizer
    assert (network.layers[0].parameters["W"] == 1).all()
    assert (network.layers[11].parameters["b"] == 2).all()


def test_the_generator_decides_everything():
    one, same, other = (build(rng=np.random.default_rng(seed)) for seed in (1, 1, 2))
    for a, b, c in zip(one.layers, same.layers, other.layers, strict=True):
        for name, value in a.parameters.items():
            np.testing.assert_array_equal(value, b.parameters[name])
            assert name == "b" or not np.array_equal(value, c.parameters[name])
