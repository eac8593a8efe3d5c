import copy
import numpy as np
from Layers.Base import BaseLayer
from Layers.FullyConnected import FullyConnected
from Layers.TanH import TanH
from Layers.Sigmoid import Sigmoid


class RNN(BaseLayer):
    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.trainable = True
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.output_size = output_size

        # h_t = tanh([x_t, h_(t-1), 1] W_h),  y_t = sigmoid([h_t, 1] W_y)
        self.hidden_fc = FullyConnected(input_size + hidden_size, hidden_size)
        self.output_fc = FullyConnected(hidden_size, output_size)
        self.tanh = TanH()
        self.sigmoid = Sigmoid()

        self.hidden_state = np.zeros((1, hidden_size))
        self._memorize = False

        # the two fully connected layers never get an optimizer themselves, because the
        # update has to happen once per sequence and not in every time step
        self._optimizer = None
        self._output_optimizer = None
        self._gradient_weights = None
        self._gradient_weights_output = None

        # stored values of every time step
        self.hidden_inputs = []
        self.hidden_states = []
        self.output_inputs = []
        self.outputs = []

    @property
    def memorize(self):
        return self._memorize

    @memorize.setter
    def memorize(self, value):
        self._memorize = value

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        # each matrix has its own optimizer state
        self._optimizer = copy.deepcopy(optimizer)
        self._output_optimizer = copy.deepcopy(optimizer)

    @property
    def weights(self):
        return self.hidden_fc.weights

    @weights.setter
    def weights(self, weights):
        self.hidden_fc.weights = weights

    @property
    def gradient_weights(self):
        return self._gradient_weights

    def initialize(self, weights_initializer, bias_initializer):
        self.hidden_fc.initialize(weights_initializer, bias_initializer)
        self.output_fc.initialize(weights_initializer, bias_initializer)

    def calculate_regularization_loss(self):
        regularizer = getattr(self._optimizer, "regularizer", None)
        if regularizer is None:
            return 0
        return regularizer.norm(self.hidden_fc.weights) + regularizer.norm(self.output_fc.weights)

    def forward(self, input_tensor):
        time_steps = input_tensor.shape[0]
        output = np.zeros((time_steps, self.output_size))

        self.hidden_inputs = []
        self.hidden_states = []
        self.output_inputs = []
        self.outputs = []

        if self._memorize:
            hidden = self.hidden_state
        else:
            hidden = np.zeros((1, self.hidden_size))

        for t in range(time_steps):
            x = input_tensor[t].reshape(1, -1)
            hidden = self.tanh.forward(self.hidden_fc.forward(np.hstack([x, hidden])))
            y = self.sigmoid.forward(self.output_fc.forward(hidden))
            output[t] = y[0]

            self.hidden_inputs.append(self.hidden_fc.input_tensor)
            self.hidden_states.append(hidden)
            self.output_inputs.append(self.output_fc.input_tensor)
            self.outputs.append(y)

        self.hidden_state = hidden
        return output

    def backward(self, error_tensor):
        time_steps = error_tensor.shape[0]
        previous_error = np.zeros((time_steps, self.input_size))
        gradient_hidden = np.zeros(self.hidden_fc.weights.shape)
        gradient_output = np.zeros(self.output_fc.weights.shape)
        # error that comes from the next time step
        hidden_error = np.zeros((1, self.hidden_size))

        for t in reversed(range(time_steps)):
            # put the values of this time step back into the layers
            self.sigmoid.activation = self.outputs[t]
            self.output_fc.input_tensor = self.output_inputs[t]
            self.tanh.activation = self.hidden_states[t]
            self.hidden_fc.input_tensor = self.hidden_inputs[t]

            error = self.sigmoid.backward(error_tensor[t].reshape(1, -1))
            error = self.output_fc.backward(error)
            gradient_output = gradient_output + self.output_fc.gradient_weights

            error = self.tanh.backward(error + hidden_error)
            error = self.hidden_fc.backward(error)
            gradient_hidden = gradient_hidden + self.hidden_fc.gradient_weights

            previous_error[t] = error[0, :self.input_size]
            hidden_error = error[:, self.input_size:]

        self._gradient_weights = gradient_hidden
        self._gradient_weights_output = gradient_output

        if self._optimizer is not None:
            self.hidden_fc.weights = self._optimizer.calculate_update(self.hidden_fc.weights, gradient_hidden)
            self.output_fc.weights = self._output_optimizer.calculate_update(self.output_fc.weights,
                                                                             gradient_output)
        return previous_error
