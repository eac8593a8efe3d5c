"""The squared error. N batch, K outputs."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.loss import Loss
from framework.reference._arguments import floating


class L2Loss(Loss):
    """The sum of (p - y)**2 over the batch and all outputs, without a factor 1/2 or 1/N."""

    def forward(self, prediction: Array, label: Array) -> float:
        """Return the squared distance between `prediction` (N, K) and `label` (N, K).

        Raises ValueError if the shapes differ: broadcasting would compare every sample with every label.
        """
        if prediction.shape != label.shape:
            raise ValueError(f"prediction has shape {prediction.shape}, label {label.shape}")
        self._prediction = np.array(floating(prediction))
        return float(np.sum(np.square(self._prediction - label)))

    def backward(self, label: Array) -> Array:
        """Return dL/d(prediction) = 2 (prediction - label), (N, K)."""
        label = label.astype(self._prediction.dtype)  # float64 labels must not widen a float32 network
        return 2 * (self._prediction - label)
