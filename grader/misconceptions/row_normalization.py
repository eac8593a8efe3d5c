"""Batch normalization as students write it: images are brought into rows (R, C), R = N H W, and back.

N batch, C channels. The same numbers as the reference's; the steps are apart, for mistakes to get hold of.
"""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference.batch_normalization import BatchNormalization


class RowNormalization(BatchNormalization):
    """The reference over rows."""

    def forward(self, x: Array) -> Array:
        """Return the normalized `x` (N, C, ...)."""
        self._shape = x.shape
        self._from_batch = self.training
        rows = self._to_rows(np.asarray(x, np.float64))
        if self.training:
            mean, variance = self._row_statistics(rows)
            self._update_moving(mean, variance)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        self._divisor = self._divisor_of(variance)
        self._hat = (rows - mean) / self._divisor
        return self._to_input(self.parameters["gamma"] * self._hat + self.parameters["beta"])

    def backward(self, dout: Array) -> Array:
        """Add the gradients of gamma and beta; return dL/dx, shaped like `dout` (N, C, ...)."""
        rows = self._to_rows(dout)
        self.gradients["gamma"] += np.sum(rows * self._hat, axis=0)
        self.gradients["beta"] += np.sum(rows, axis=0)
        return self._to_input(self._rows_gradient(rows))

    def _to_rows(self, x: Array) -> Array:
        return np.moveaxis(x, 1, -1).reshape(-1, self.channels)

    def _to_input(self, rows: Array) -> Array:
        n, _, *space = self._shape
        return np.moveaxis(rows.reshape(n, *space, self.channels), -1, 1)

    def _row_statistics(self, rows: Array) -> tuple[Array, Array]:
        """Return mean and variance, both of a shape that broadcasts against rows (R, C)."""
        return rows.mean(axis=0), rows.var(axis=0)

    def _divisor_of(self, variance: Array) -> Array:
        """Return what x - mean is divided by."""
        return np.asarray(np.sqrt(variance + self.epsilon))

    def _rows_gradient(self, rows: Array) -> Array:
        """Return dL/d(rows of x), (R, C)."""
        dx_hat = self._through_gamma(rows)
        if self._from_batch:
            dx_hat = dx_hat - self._along_mean(dx_hat) - self._along_variance(dx_hat)
        return np.asarray(dx_hat / self._divisor)

    def _through_gamma(self, rows: Array) -> Array:
        return np.asarray(rows * self.parameters["gamma"])

    def _along_mean(self, dx_hat: Array) -> Array:
        """Return what reaches x through the batch's mean."""
        return self._average(dx_hat)

    def _along_variance(self, dx_hat: Array) -> Array:
        """Return what reaches x through the batch's variance."""
        return np.asarray(self._hat * self._average(dx_hat * self._hat))

    def _average(self, rows: Array) -> Array:
        return np.asarray(rows.mean(axis=0))
