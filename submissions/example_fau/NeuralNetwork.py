import copy
import pickle


def save(filename, net):
    with open(filename, "wb") as file:
        pickle.dump(net, file)


def load(filename, data_layer):
    with open(filename, "rb") as file:
        net = pickle.load(file)
    net.data_layer = data_layer
    return net


class NeuralNetwork:
    def __init__(self, optimizer, weights_initializer=None, bias_initializer=None):
        self.optimizer = optimizer
        self.weights_initializer = weights_initializer
        self.bias_initializer = bias_initializer
        self.loss = []
        self.layers = []
        self.data_layer = None
        self.loss_layer = None
        self.label_tensor = None
        # False: training, True: testing
        self._phase = False

    def __getstate__(self):
        # the data layer has a generator inside, which can not be pickled
        state = self.__dict__.copy()
        del state["data_layer"]
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.data_layer = None

    @property
    def phase(self):
        return self._phase

    @phase.setter
    def phase(self, phase):
        self._phase = phase
        for layer in self.layers:
            layer.testing_phase = phase

    def append_layer(self, layer):
        if layer.trainable:
            layer.optimizer = copy.deepcopy(self.optimizer)
            if self.weights_initializer is not None and self.bias_initializer is not None:
                layer.initialize(self.weights_initializer, self.bias_initializer)
        layer.testing_phase = self._phase
        self.layers.append(layer)

    def regularization_loss(self):
        loss = 0
        for layer in self.layers:
            if not layer.trainable:
                continue
            regularizer = getattr(layer.optimizer, "regularizer", None)
            if regularizer is None:
                continue
            if hasattr(layer, "calculate_regularization_loss"):
                # RNN has two weight matrices
                loss += layer.calculate_regularization_loss()
            else:
                loss += regularizer.norm(layer.weights)
        return loss

    def forward(self):
        input_tensor, self.label_tensor = self.data_layer.next()
        for layer in self.layers:
            input_tensor = layer.forward(input_tensor)
        return self.loss_layer.forward(input_tensor, self.label_tensor) + self.regularization_loss()

    def backward(self):
        error_tensor = self.loss_layer.backward(self.label_tensor)
        for layer in reversed(self.layers):
            error_tensor = layer.backward(error_tensor)

    def train(self, iterations):
        self.phase = False
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def test(self, input_tensor):
        self.phase = True
        for layer in self.layers:
            input_tensor = layer.forward(input_tensor)
        return input_tensor
