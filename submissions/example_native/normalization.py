"""Batch normalization for (N, C) and (N, C, H, W)."""

import numpy as np

from framework.layer import Layer


class BatchNormalization(Layer):
    trainable = True

    def __init__(self, channels):
        super().__init__()
        self.channels = channels
        self.eps = 1e-11
        self.alpha = 0.8  # share of the old moving average
        self.parameters["gamma"] = np.ones(channels)
        self.parameters["beta"] = np.zeros(channels)
        self.zero_grad()
        self.moving_mean = None
        self.moving_var = None

    def initialize(self, weights_initializer, bias_initializer):
        # the initializers are ignored, gamma and beta always start like this
        self.parameters["gamma"][...] = 1
        self.parameters["beta"][...] = 0
        self.moving_mean = None
        self.moving_var = None

    def forward(self, x):
        # everything but the channel axis
        self.axes = (0, *range(2, x.ndim))
        self.shape = (1, -1) + (1,) * (x.ndim - 2)

        self.batch_statistics = self.training
        if self.training:
            mean = x.mean(axis=self.axes)
            var = x.var(axis=self.axes)
            if self.moving_mean is None:
                self.moving_mean = mean
                self.moving_var = var
            else:
                self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
                self.moving_var = self.alpha * self.moving_var + (1 - self.alpha) * var
        elif self.moving_mean is None:
            # not trained yet
            mean = np.zeros(self.channels)
            var = np.ones(self.channels)
        else:
            mean = self.moving_mean
            var = self.moving_var

        self.inv_std = (1 / np.sqrt(var + self.eps)).reshape(self.shape)
        self.x_hat = (x - mean.reshape(self.shape)) * self.inv_std
        gamma = self.parameters["gamma"].reshape(self.shape)
        beta = self.parameters["beta"].reshape(self.shape)
        return gamma * self.x_hat + beta

    def backward(self, dout):
        self.gradients["gamma"] += np.sum(dout * self.x_hat, axis=self.axes)
        self.gradients["beta"] += np.sum(dout, axis=self.axes)
        dx_hat = dout * self.parameters["gamma"].reshape(self.shape)
        if not self.batch_statistics:
            # the moving averages do not depend on x
            return dx_hat * self.inv_std
        # mean and variance do: take out what shifts and what scales the whole batch
        shift = dx_hat.mean(axis=self.axes, keepdims=True)
        scale = np.mean(dx_hat * self.x_hat, axis=self.axes, keepdims=True)
        return self.inv_std * (dx_hat - shift - self.x_hat * scale)
