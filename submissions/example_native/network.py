"""The container, and LeNet built with it."""

import copy
import pickle

import framework.network
from convolution import Conv, Pooling
from initializers import Constant, He
from layers import Flatten, FullyConnected, ReLU, SoftMax
from losses import CrossEntropyLoss
from optimizers import Adam
from regularizers import L2_Regularizer


class NeuralNetwork(framework.network.NeuralNetwork):
    def __init__(self, optimizer, weights_initializer, bias_initializer):
        self.optimizer = optimizer
        self.weights_initializer = weights_initializer
        self.bias_initializer = bias_initializer
        self.loss = []
        self.layers = []
        self.data_layer = None
        self.loss_layer = None
        self._phase = "train"
        self.label = None

    @property
    def phase(self):
        return self._phase

    @phase.setter
    def phase(self, phase):
        if phase not in ("train", "test"):
            raise ValueError(f"unknown phase {phase}")
        self._phase = phase
        for layer in self.layers:
            self.switch(layer)

    def switch(self, layer):
        if self._phase == "train":
            layer.train()
        else:
            layer.eval()

    def append_layer(self, layer):
        if layer.trainable:
            layer.initialize(self.weights_initializer, self.bias_initializer)
            layer.optimizer = copy.deepcopy(self.optimizer)
        self.switch(layer)
        self.layers.append(layer)

    def forward(self):
        x, self.label = self.data_layer.next()
        regularization = 0.0
        for layer in self.layers:
            x = layer.forward(x)
            if layer.trainable and layer.optimizer.regularizer is not None:
                for w in layer.parameters.values():
                    regularization += layer.optimizer.regularizer.norm(w)
        return self.loss_layer.forward(x, self.label) + regularization

    def backward(self):
        for layer in self.layers:
            layer.zero_grad()
        error = self.loss_layer.backward(self.label)
        for layer in reversed(self.layers):
            error = layer.backward(error)
        # only now the weights may change
        for layer in self.layers:
            if layer.trainable:
                for name, w in layer.parameters.items():
                    w[...] = layer.optimizer.step(name, w, layer.gradients[name])

    def train(self, iterations):
        self.phase = "train"
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def test(self, x):
        self.phase = "test"
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def save(self, filename):
        # the data layer may hold things that cannot be pickled
        net = copy.copy(self)
        net.data_layer = None
        with open(filename, "wb") as file:
            pickle.dump(net, file)

    @classmethod
    def load(cls, filename, data_layer):
        with open(filename, "rb") as file:
            net = pickle.load(file)
        net.data_layer = data_layer
        return net


def build():
    """LeNet for images (N, 1, 28, 28)."""
    optimizer = Adam(5e-4, 0.9, 0.999)
    optimizer.add_regularizer(L2_Regularizer(4e-4))
    net = NeuralNetwork(optimizer, He(), Constant(0.1))
    net.append_layer(Conv((1, 1), (1, 5, 5), 6))
    net.append_layer(ReLU())
    net.append_layer(Pooling((2, 2), (2, 2)))
    net.append_layer(Conv((1, 1), (6, 5, 5), 16))
    net.append_layer(ReLU())
    net.append_layer(Pooling((2, 2), (2, 2)))
    net.append_layer(Flatten())
    net.append_layer(FullyConnected(16 * 7 * 7, 120))
    net.append_layer(ReLU())
    net.append_layer(FullyConnected(120, 84))
    net.append_layer(ReLU())
    net.append_layer(FullyConnected(84, 10))
    net.append_layer(SoftMax())
    net.loss_layer = CrossEntropyLoss()
    return net
