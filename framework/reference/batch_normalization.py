"""Batch normalization. N batch, C channels (or features), then any number of spatial axes."""

from __future__ import annotations

import numpy as np

from framework.initializer import Initializer
from framework.layer import Array, Layer
from framework.reference._arguments import floating, positive_int, rate


class BatchNormalization(Layer):
    """y = gamma (x - mean) / sqrt(variance + epsilon) + beta, per channel (Ioffe and Szegedy, 2015).

    In training, mean and (biased) variance are those of the batch, over all axes but the channels'. In the test phase
    they are the moving ones, which every training batch updates:

        moving = decay * moving + (1 - decay) * of this batch

    `gamma` starts as ones, `beta` as zeros, both (C,). The contract leaves two things open: the decay ("e.g. 0.8"),
    and where the moving statistics start, at the first batch's or (`start_from_first_batch=False`) at mean 0 and
    variance 1. Before any training the test phase uses mean 0 and variance 1 in either case.

    Raises ValueError unless `channels` is a positive whole number, decay lies in [0, 1] and epsilon is not negative.
    """

    trainable = True
    moving_mean: Array  # (C,), like the variance
    moving_variance: Array
    _has_seen_a_batch: bool

    def __init__(
        self, channels: int, *, decay: float = 0.8, epsilon: float = 1e-11, start_from_first_batch: bool = True
    ) -> None:
        super().__init__()
        self.channels = positive_int("channels", channels)
        self.decay = rate("decay", decay, 0, 1)
        self.epsilon = rate("epsilon", epsilon, 0)
        self.start_from_first_batch = start_from_first_batch
        self.parameters = {"gamma": np.ones(self.channels), "beta": np.zeros(self.channels)}
        self.zero_grad()
        self._forget()

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        """Start again, with gamma one, beta zero and no moving statistics: random values would help nobody here."""
        self.parameters["gamma"][...] = 1
        self.parameters["beta"][...] = 0
        self._forget()

    def forward(self, x: Array) -> Array:
        """Return the normalized `x` (N, C, ...). Raises ValueError if its channels are not those of the constructor."""
        if x.ndim < 2 or x.shape[1] != self.channels:
            raise ValueError(f"expected input of shape (N, {self.channels}, ...), not {x.shape}")
        x = floating(x)
        self._from_batch = self.training
        if self.training:
            mean, variance = self._statistics(x)
            self._update_moving(mean, variance)
        else:
            mean, variance = self.moving_mean.astype(x.dtype), self.moving_variance.astype(x.dtype)
        self._deviation = np.sqrt(variance + self.epsilon)
        self._x_hat = (x - self._spread(mean, x)) / self._spread(self._deviation, x)
        gamma, beta = self.parameters["gamma"], self.parameters["beta"]
        y: Array = self._spread(gamma, x) * self._x_hat + self._spread(beta, x)
        return y

    def backward(self, dout: Array) -> Array:
        """Add the gradients of gamma and beta; return dL/dx, shaped like `dout` (N, C, ...)."""
        self.gradients["gamma"] += self._gamma_gradient(dout)
        self.gradients["beta"] += self._beta_gradient(dout)
        return self._input_gradient(dout)

    def _statistics(self, x: Array) -> tuple[Array, Array]:
        """Return mean and biased variance of every channel, (C,) each."""
        return x.mean(axis=self._axes(x)), x.var(axis=self._axes(x))

    def _update_moving(self, mean: Array, variance: Array) -> None:
        """Let a training batch's statistics enter the moving ones."""
        first = not self._has_seen_a_batch and self.start_from_first_batch
        decay = 0.0 if first else self.decay
        self.moving_mean = decay * self.moving_mean + (1 - decay) * mean
        self.moving_variance = decay * self.moving_variance + (1 - decay) * variance
        self._has_seen_a_batch = True

    def _gamma_gradient(self, dout: Array) -> Array:
        gradient: Array = np.sum(dout * self._x_hat, axis=self._axes(dout))
        return gradient

    def _beta_gradient(self, dout: Array) -> Array:
        gradient: Array = np.sum(dout, axis=self._axes(dout))
        return gradient

    def _input_gradient(self, dout: Array) -> Array:
        """Return dL/dx, shaped like `dout` (N, C, ...)."""
        dx_hat = dout * self._spread(self.parameters["gamma"], dout)
        if self._from_batch:
            # x moves the batch's mean and variance too. Going through them removes from the gradient its own mean
            # and its projection onto x_hat, the two directions in which a change of x leaves x_hat as it is.
            axes = self._axes(dx_hat)
            along_mean = dx_hat.mean(axis=axes)
            along_x_hat = np.mean(dx_hat * self._x_hat, axis=axes)
            dx_hat = dx_hat - self._spread(along_mean, dx_hat) - self._x_hat * self._spread(along_x_hat, dx_hat)
        return dx_hat / self._spread(self._deviation, dx_hat)

    def _forget(self) -> None:
        self.moving_mean = np.zeros(self.channels)
        self.moving_variance = np.ones(self.channels)
        self._has_seen_a_batch = False

    @staticmethod
    def _axes(x: Array) -> tuple[int, ...]:
        """Return the axes over which a channel's numbers lie: all but the second."""
        return (0, *range(2, x.ndim))

    @staticmethod
    def _spread(per_channel: Array, x: Array) -> Array:
        """Return `per_channel` (C,) in a shape that broadcasts against `x`, (1, C, 1, ...)."""
        return per_channel.reshape(1, -1, *[1] * (x.ndim - 2))
