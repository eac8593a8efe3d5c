"""The softmax. N batch, M classes."""

from __future__ import annotations

import numpy as np

from framework.layer import Array, Layer
from framework.reference._arguments import floating


class SoftMax(Layer):
    """Turns each row of scores into probabilities: y_k = exp(x_k) / sum_j exp(x_j).

    The loss is a separate class, so backward multiplies by the whole Jacobian, dy_k/dx_j = y_k (delta_kj - y_j).
    """

    def forward(self, x: Array) -> Array:
        """Return the row-wise softmax, (N, M) -> (N, M)."""
        powers = np.exp(self._shifted(floating(x)))
        self._y = powers / powers.sum(axis=1, keepdims=True)
        return np.array(self._y)

    def backward(self, dout: Array) -> Array:
        """Return dL/dx = y (dout - sum_j dout_j y_j), (N, M) -> (N, M)."""
        weighted_mean = np.sum(dout * self._y, axis=1, keepdims=True)
        dx: Array = self._y * (dout - weighted_mean)
        return dx

    def _shifted(self, x: Array) -> Array:
        # A constant added to a row changes nothing, and with its maximum at zero exp cannot overflow. Every row
        # needs its own: under the maximum of another row, all of its powers may vanish.
        shifted: Array = x - x.max(axis=1, keepdims=True)
        return shifted
