"""Elman RNN."""

import numpy as np

from framework.layer import Layer
from layers import sigmoid


class RNN(Layer):
    """h_t = tanh(x_t Wx + h_{t-1} Wh + bh),  y_t = sigmoid(h_t Wy + by)."""

    trainable = True

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.output_size = output_size
        self.memorize = False
        self.parameters["Wx"] = np.random.rand(input_size, hidden_size)
        self.parameters["Wh"] = np.random.rand(hidden_size, hidden_size)
        self.parameters["bh"] = np.random.rand(hidden_size)
        self.parameters["Wy"] = np.random.rand(hidden_size, output_size)
        self.parameters["by"] = np.random.rand(output_size)
        self.zero_grad()
        self.last_hidden = np.zeros(hidden_size)

    def initialize(self, weights_initializer, bias_initializer):
        p = self.parameters
        # hidden layer: one unit sees the input and the old hidden state
        fans = (self.input_size + self.hidden_size, self.hidden_size)
        p["Wx"][...] = weights_initializer.initialize(p["Wx"].shape, *fans)
        p["Wh"][...] = weights_initializer.initialize(p["Wh"].shape, *fans)
        p["bh"][...] = bias_initializer.initialize(p["bh"].shape, *fans)
        # output layer
        fans = (self.hidden_size, self.output_size)
        p["Wy"][...] = weights_initializer.initialize(p["Wy"].shape, *fans)
        p["by"][...] = bias_initializer.initialize(p["by"].shape, *fans)

    def forward(self, x):
        p = self.parameters
        steps = x.shape[0]
        self.x = x
        # row 0 is the state before the sequence, row t+1 the state after step t
        self.h = np.zeros((steps + 1, self.hidden_size))
        if self.memorize:
            self.h[0] = self.last_hidden
        for t in range(steps):
            self.h[t + 1] = np.tanh(x[t] @ p["Wx"] + self.h[t] @ p["Wh"] + p["bh"])
        self.last_hidden = self.h[-1].copy()
        self.y = sigmoid(self.h[1:] @ p["Wy"] + p["by"])
        return self.y

    def backward(self, dout):
        p = self.parameters
        g = self.gradients
        steps = self.x.shape[0]

        # output layer, all steps at once
        do = dout * self.y * (1 - self.y)
        g["Wy"] += self.h[1:].T @ do
        g["by"] += do.sum(axis=0)
        dh_out = do @ p["Wy"].T

        # back through time; the state before the sequence is a constant
        da = np.zeros((steps, self.hidden_size))
        dh_next = np.zeros(self.hidden_size)
        for t in reversed(range(steps)):
            dh = dh_out[t] + dh_next
            da[t] = dh * (1 - self.h[t + 1] ** 2)
            dh_next = da[t] @ p["Wh"].T
        g["Wx"] += self.x.T @ da
        g["Wh"] += self.h[:-1].T @ da
        g["bh"] += da.sum(axis=0)
        return da @ p["Wx"].T
