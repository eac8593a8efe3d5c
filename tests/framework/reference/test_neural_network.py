import pickle

import numpy as np
import pytest

from framework.layer import Layer
from framework.reference.adam import Adam
from framework.reference.batch_normalization import BatchNormalization
from framework.reference.constant import Constant
from framework.reference.conv import Conv
from framework.reference.cross_entropy_loss import CrossEntropyLoss
from framework.reference.dropout import Dropout
from framework.reference.flatten import Flatten
from framework.reference.fully_connected import FullyConnected
from framework.reference.l1_regularizer import L1_Regularizer
from framework.reference.l2_loss import L2Loss
from framework.reference.l2_regularizer import L2_Regularizer
from framework.reference.neural_network import NeuralNetwork
from framework.reference.relu import ReLU
from framework.reference.rnn import RNN
from framework.reference.sgd import Sgd
from framework.reference.soft_max import SoftMax
from framework.reference.xavier import Xavier


class Batches:
    """A data layer of random batches that counts; the generator makes it unfit for pickling."""

    def __init__(self, rng, shape=(5, 4), classes=3):
        self.rng, self.shape, self.classes = rng, shape, classes
        self.drawn = []
        self.running = (None for _ in range(1))

    def next(self):
        x = self.rng.normal(size=self.shape)
        label = np.eye(self.classes)[self.rng.integers(self.classes, size=self.shape[0])]
        self.drawn.append((x, label))
        return x, label


class Log(Layer):
    """Passes everything on, and writes down what happens to it."""

    def __init__(self, events, name):
        super().__init__()
        self.events, self.name = events, name

    def forward(self, x):
        self.events.append(f"{self.name} forward" + (" in training" if self.training else ""))
        return x.copy()

    def backward(self, dout):
        self.events.append(f"{self.name} backward")
        return dout.copy()

    def zero_grad(self):
        self.events.append(f"{self.name} zero_grad")


def classifier(rng, optimizer, *layers):
    network = NeuralNetwork(optimizer, Xavier(rng=rng), Constant(0.1))
    network.loss_layer = CrossEntropyLoss()
    network.data_layer = Batches(rng)
    for layer in layers or (FullyConnected(4, 6), ReLU(), FullyConnected(6, 3), SoftMax()):
        network.append_layer(layer)
    return network


def test_one_sgd_step_by_hand():
    network = NeuralNetwork(Sgd(0.1), Constant(0.5), Constant(1))
    network.append_layer(FullyConnected(2, 1))
    network.loss_layer = L2Loss()

    class Data:
        def next(self):
            return np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[2.0], [5.0]])

    network.data_layer = Data()
    # y = .5 + 1 + 1 = 2.5 and 1.5 + 2 + 1 = 4.5; errors 0.5 and -0.5, so dout = 1 and -1
    network.train(1)
    assert network.loss == [0.5]
    np.testing.assert_allclose(network.layers[0].parameters["W"], [[0.5 - 0.1 * (1 - 3)], [0.5 - 0.1 * (2 - 4)]])
    np.testing.assert_allclose(network.layers[0].parameters["b"], [1])


def test_the_order_of_events(rng):
    events = []
    network = NeuralNetwork(Sgd(0.1), Constant(), Constant())
    for name in "ab":
        network.append_layer(Log(events, name))
    network.data_layer, network.loss_layer = Batches(rng, classes=4), L2Loss()
    network.train(1)
    assert events[:2] == ["a forward in training", "b forward in training"]
    assert sorted(events[2:4]) == ["a zero_grad", "b zero_grad"]
    assert events[4:] == ["b backward", "a backward"]
    events.clear()
    network.test(np.ones((1, 4)))
    assert events == ["a forward", "b forward"]


def test_one_batch_per_iteration_and_one_loss(rng):
    network = classifier(rng, Sgd(0.01))
    network.train(4)
    network.train(2)
    assert len(network.loss) == len(network.data_layer.drawn) == 6
    assert all(type(loss) is float for loss in network.loss)


def test_training_learns(rng):
    network = classifier(rng, Adam(0.02, 0.9, 0.99))
    x, label = network.data_layer.next()
    network.data_layer.next = lambda: (x, label)
    network.train(300)
    assert network.loss[-1] < 0.05 < network.loss[0]
    np.testing.assert_array_equal(network.test(x).argmax(axis=1), label.argmax(axis=1))


def test_gradients_do_not_pile_up(rng):
    network = classifier(rng, Sgd(0))
    network.train(1)
    x, label = network.data_layer.drawn[0]
    network.data_layer.next = lambda: (x, label)
    once = [g.copy() for layer in network.layers for g in layer.gradients.values()]
    network.train(2)
    for seen, expected in zip([g for layer in network.layers for g in layer.gradients.values()], once, strict=True):
        np.testing.assert_array_equal(seen, expected)


def test_updates_happen_in_place_and_after_backward():
    """The second layer must send back its error through the weights of forward, even with a huge learning rate."""
    gradients = []
    for learning_rate in (0, 100):
        network = classifier(np.random.default_rng(3), Sgd(learning_rate))
        arrays = [dict(layer.parameters) for layer in network.layers]
        network.train(1)
        gradients.append(network.layers[0].gradients["W"])
        for layer, before in zip(network.layers, arrays, strict=True):
            assert all(layer.parameters[name] is array for name, array in before.items())
    np.testing.assert_array_equal(*gradients)


def test_every_layer_has_an_optimizer_of_its_own(rng):
    """Two layers with parameters of the same names: a shared Adam would fail, or mix their moments."""
    network = classifier(rng, Adam(0.05, 0.9, 0.99), FullyConnected(4, 4), FullyConnected(4, 3), SoftMax())
    weights = [layer.parameters["W"].copy() for layer in network.layers[:2]]
    alone = [Adam(0.05, 0.9, 0.99), Adam(0.05, 0.9, 0.99)]
    for _ in range(3):
        network.train(1)
        for i, layer in enumerate(network.layers[:2]):
            weights[i] = alone[i].step("W", weights[i], layer.gradients["W"])
            np.testing.assert_array_equal(layer.parameters["W"], weights[i])


def test_initializers_reach_weights_and_biases():
    network = NeuralNetwork(Sgd(0.1), Constant(2), Constant(3))
    for layer in (Conv(1, (1, 3, 3), 2), Flatten(), FullyConnected(4, 3), RNN(3, 2, 1)):
        network.append_layer(layer)
        for name, value in layer.parameters.items():
            assert (value == (3 if name.startswith("b") else 2)).all()


@pytest.mark.parametrize("regularizer", [L1_Regularizer(0.1), L2_Regularizer(0.1)])
def test_loss_contains_the_norm_of_all_weights_but_no_biases(rng, regularizer):
    optimizer = Sgd(0)
    optimizer.add_regularizer(regularizer)
    layers = (
        Conv(1, (1, 2, 2), 3),
        BatchNormalization(3),
        Flatten(),
        FullyConnected(12, 4),
        ReLU(),
        RNN(4, 5, 3),
        SoftMax(),
    )
    network = classifier(rng, optimizer, *layers)
    network.data_layer = Batches(rng, shape=(5, 1, 2, 2))
    total = network.forward()
    conv, norm, fc, rnn = (layers[i].parameters for i in (0, 1, 3, 5))
    weights = np.concatenate([w.ravel() for w in (conv["W"], norm["gamma"], fc["W"], rnn["Wx"], rnn["Wh"], rnn["Wy"])])
    penalty = 0.1 * np.sum(weights**2 if isinstance(regularizer, L2_Regularizer) else np.abs(weights))
    x, label = network.data_layer.drawn[0]
    plain = CrossEntropyLoss().forward(network._output(x), label)
    assert total == pytest.approx(plain + penalty, rel=1e-12)


def test_the_phase_reaches_every_layer_and_train_and_test_set_it(rng):
    layers = (FullyConnected(4, 6), BatchNormalization(6), Dropout(0.5), FullyConnected(6, 3))
    network = classifier(rng, Sgd(0.01), *layers)
    assert network.phase == "train"
    x = rng.normal(size=(2, 4))
    network.data_layer, network.loss_layer = Batches(rng), L2Loss()
    network.train(1)
    first = network.test(x)
    assert network.phase == "test"
    assert not any(layer.training for layer in network.layers)
    np.testing.assert_array_equal(network.test(x), first)
    network.append_layer(Dropout(0.5))
    assert not network.layers[-1].training
    network.train(1)
    assert network.phase == "train"
    assert all(layer.training for layer in network.layers)
    network.phase = "test"
    assert not any(layer.training for layer in network.layers)
    with pytest.raises(ValueError, match="phase"):
        network.phase = "eval"


def test_forward_and_backward_leave_the_phase_alone(rng):
    network = classifier(rng, Sgd(0.01))
    network.phase = "test"
    network.forward()
    network.backward()
    assert network.phase == "test"


def test_a_saved_network_goes_on_as_if_nothing_had_happened(rng, tmp_path):
    layers = (FullyConnected(4, 6), BatchNormalization(6), Dropout(0.5), FullyConnected(6, 3), SoftMax())
    network = classifier(rng, Adam(0.05, 0.9, 0.99), *layers)
    network.train(3)
    data, file = network.data_layer, tmp_path / "network"
    network.save(str(file))
    assert network.data_layer is data
    loaded = NeuralNetwork.load(str(file), Batches(np.random.default_rng(1)))
    assert loaded.loss == network.loss
    network.data_layer = Batches(np.random.default_rng(1))
    for each in (network, loaded):
        each.train(3)
    x = rng.normal(size=(2, 4))
    np.testing.assert_array_equal(loaded.test(x), network.test(x))
    assert loaded.loss == network.loss
    assert loaded.layers[0] is not network.layers[0]


def test_a_failed_save_leaves_the_old_file(rng, tmp_path):
    network, file = classifier(rng, Sgd(0.1)), tmp_path / "network"
    network.save(str(file))
    before = file.read_bytes()
    network.layers[0].generator = (None for _ in range(1))
    with pytest.raises(TypeError):
        network.save(str(file))
    assert file.read_bytes() == before


def test_load_rejects_another_object(tmp_path):
    (tmp_path / "list").write_bytes(pickle.dumps([1, 2]))
    with pytest.raises(TypeError, match="holds a list"):
        NeuralNetwork.load(str(tmp_path / "list"), None)


@pytest.mark.parametrize("missing", ["data_layer", "loss_layer"])
def test_says_what_is_missing(rng, missing):
    network = classifier(rng, Sgd(0.1))
    setattr(network, missing, None)
    with pytest.raises(RuntimeError, match=missing):
        network.forward()
