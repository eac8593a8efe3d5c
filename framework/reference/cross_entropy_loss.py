"""The cross entropy loss. N batch, K classes."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.loss import Loss
from framework.reference._arguments import floating


class CrossEntropyLoss(Loss):
    """The sum over the batch of -sum_k y_k ln(p_k + eps), with eps the machine epsilon of float64.

    For one-hot labels that is -ln(p + eps) of the true class; soft labels work as well. The contract leaves open
    whether backward divides by p + eps, as the derivative of this forward does, or by p alone:
    `epsilon_in_backward` chooses. Without it, p = 0 at the true class gives an infinite gradient.
    """

    epsilon = float(np.finfo(float).eps)

    def __init__(self, *, epsilon_in_backward: bool = True) -> None:
        self.epsilon_in_backward = epsilon_in_backward

    def forward(self, prediction: Array, label: Array) -> float:
        """Return the loss of the probabilities `prediction` (N, K) for `label` (N, K).

        Raises ValueError if the shapes differ: broadcasting would compare every sample with every label.
        """
        if prediction.shape != label.shape:
            raise ValueError(f"prediction has shape {prediction.shape}, label {label.shape}")
        self._prediction = np.array(floating(prediction))
        return float(-np.sum(label * np.log(self._prediction + self.epsilon)))

    def backward(self, label: Array) -> Array:
        """Return dL/d(prediction) = -label / (prediction + eps), (N, K)."""
        label = label.astype(self._prediction.dtype)  # float64 labels must not widen a float32 network
        divisor = self._prediction + self.epsilon if self.epsilon_in_backward else self._prediction
        dp = np.zeros_like(label)
        with np.errstate(divide="ignore"):
            # Only where there is a label: elsewhere the gradient is 0 even if p is, and 0/0 would be NaN.
            np.divide(-label, divisor, out=dp, where=label != 0)
        return dp
