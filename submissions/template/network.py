"""The container, and LeNet built with it."""

import framework.network


class NeuralNetwork(framework.network.NeuralNetwork):
    """A stack of layers; `data_layer` and `loss_layer` are set from outside."""

    def __init__(self, optimizer, weights_initializer, bias_initializer):
        self.optimizer = optimizer
        self.weights_initializer = weights_initializer
        self.bias_initializer = bias_initializer
        self.loss = []
        self.layers = []
        self.data_layer = None
        self.loss_layer = None

    @property
    def phase(self):
        """The phase the network is in, "train" (at first) or "test"."""
        raise NotImplementedError("NeuralNetwork.phase is yours to write")

    @phase.setter
    def phase(self, phase):
        """Switch every layer with its `train()` or `eval()`."""
        raise NotImplementedError("NeuralNetwork.phase is yours to write")

    def append_layer(self, layer):
        """Add a layer; initialize it and give it its own copy of the optimizer if it is trainable."""
        raise NotImplementedError("NeuralNetwork.append_layer is yours to write")

    def forward(self):
        """Draw a batch with `data_layer.next()`, pass it through all layers, return the loss (keep the labels).

        The loss is that of `loss_layer` plus, if there is a regularizer, its norm for all trainable weights.
        """
        raise NotImplementedError("NeuralNetwork.forward is yours to write")

    def backward(self):
        """Zero all gradients, go back from the loss through all layers, and only then update in place.

        For every parameter of a trainable layer: `w[...] = optimizer.step(name, w, gradient)`.
        """
        raise NotImplementedError("NeuralNetwork.backward is yours to write")

    def train(self, iterations):
        """Training phase; then `iterations` times forward (append the loss to `self.loss`) and backward."""
        raise NotImplementedError("NeuralNetwork.train is yours to write")

    def test(self, x):
        """Test phase; x (N, ...) through all layers, return the last layer's output."""
        raise NotImplementedError("NeuralNetwork.test is yours to write")

    def save(self, filename):
        """Write everything but the data layer (it may hold things that pickle cannot write)."""
        raise NotImplementedError("NeuralNetwork.save is yours to write")

    @classmethod
    def load(cls, filename, data_layer):
        """Read a saved network, give it `data_layer` and return it."""
        raise NotImplementedError("NeuralNetwork.load is yours to write")


def build():
    """LeNet for 28 x 28 grey images (N, 1, 28, 28) and ten classes, with its `loss_layer` set.

    Conv 5x5, 6 kernels, "same" - ReLU - max pooling 2x2, stride 2 - Conv 5x5, 16 kernels, "same" - ReLU - max pooling
    2x2, stride 2 - Flatten (16 * 7 * 7 = 784) - FullyConnected 120 - ReLU - FullyConnected 84 - ReLU -
    FullyConnected 10 - SoftMax, then the cross entropy. Adam(5e-4, 0.9, 0.999) with L2_Regularizer(4e-4); He for the
    weights, Constant(0.1) for the biases.
    """
    raise NotImplementedError("LeNet is yours to write")
