"""The interface of a loss (native contract). N is the batch, K the number of classes."""

from __future__ import annotations

from abc import ABC, abstractmethod

from framework.layer import Array


class Loss(ABC):
    """Compares a prediction with its label; both losses sum over the batch (no 1/N anywhere).

    `CrossEntropyLoss()`: the sum of -ln(p + eps) over the entries with label one, eps = `np.finfo(float).eps`.
    `L2Loss()`: the sum of (p - y)**2.
    """

    @abstractmethod
    def forward(self, prediction: Array, label: Array) -> float:
        """Return the loss of `prediction` (N, K) for one-hot `label` (N, K), and keep what `backward` needs."""

    @abstractmethod
    def backward(self, label: Array) -> Array:
        """Return dL/d(prediction), shape (N, K), for the last forward, whose `label` this is.

        Cross entropy: -label / (prediction + eps), with or without the eps.
        """
