"""Batch normalization one channel at a time, in pieces. N batch, C channels, and M = all numbers of a channel."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference import batch_normalization
from framework.reference.fast._layer import FastLayer
from framework.reference.fast._memory import batch_first, batch_last, is_single_or_double

PIECE = 2**19  # bytes at a time: shorter ones stay in a faster cache, but the calls that they cost take longer


class BatchNormalization(FastLayer, batch_normalization.BatchNormalization):
    """Covers float32 and float64; other numbers go to the general path.

    With the batch innermost a channel is one row of memory (M,). Its sums are dot products, the fastest way to read a
    row, and what is done to a row is done in pieces that stay in the cache. The normalized input is never written
    down: with d = x - mean and s = sqrt(variance + epsilon),

        y = gamma / s * d + beta        dx = gamma / s * (dout - mean(dout) - d * mean(dout * d) / s**2)

    In the test phase, where mean and variance do not depend on x, dx = gamma / s * dout.
    """

    def forward(self, x: Array) -> Array:
        """Return the normalized `x` (N, C, ...). Raises ValueError if its channels are not those of the constructor."""
        gamma, beta = self.parameters["gamma"], self.parameters["beta"]
        legal = x.ndim >= 2 and x.shape[1] == self.channels and x.size > 0
        self._is_fast = legal and is_single_or_double(x, gamma, beta)
        if not self._is_fast:
            return super().forward(x)
        self._from_batch = self.training
        dtype = np.result_type(x, gamma, beta)
        memory = batch_last(x.astype(dtype, copy=False))
        rows = memory.reshape(self.channels, -1)
        self._set_parts(rows)
        self._d = self._workspace.array("d", rows.shape, dtype)
        if self.training:
            mean, variance = self._row_statistics(rows)
            self._update_moving(mean, variance)
        else:
            mean, variance = self.moving_mean.astype(dtype), self.moving_variance.astype(dtype)
            np.subtract(rows, mean[:, None], out=self._d)
        self._s = np.sqrt(variance + self.epsilon)
        y = self._result("y", memory.shape, dtype)
        scales = (gamma / self._s).tolist()  # Python's numbers cost an operation less time than NumPy's
        for y_row, d, scale, shift in zip(y.reshape(rows.shape), self._d, scales, beta.tolist(), strict=True):
            for part in self._parts:
                out = np.multiply(d[part], scale, out=y_row[part])
                out += shift
        return batch_first(y)

    def backward(self, dout: Array) -> Array:
        """Add the gradients of gamma and beta; return dL/dx, shaped like `dout` (N, C, ...)."""
        if not self._is_fast:
            if self.overwrites_gradients:
                self.zero_grad()
            return super().backward(dout)
        dtype, shape = self._d.dtype, self._d.shape
        memory = batch_last(dout.astype(dtype, copy=False))
        rows = memory.reshape(shape)
        dx = self._result("dx", memory.shape, dtype)
        total, along_d = np.zeros((2, self.channels), dtype)  # sums of dout and of dout * d
        factors = zip((self.parameters["gamma"] / self._s).tolist(), (self._s**2).tolist(), strict=True)
        for c, (scale, s_squared) in enumerate(factors):
            row, d, dx_row = rows[c], self._d[c], dx.reshape(shape)[c]
            for part in self._parts:
                total[c] += np.dot(row[part], self._ones[: part.stop - part.start])
                along_d[c] += np.dot(row[part], d[part])
            slope = scale * float(along_d[c]) / s_squared / len(row)
            shift = scale * float(total[c]) / len(row)
            for part in self._parts:
                out = np.multiply(row[part], scale, out=dx_row[part])
                if self._from_batch:
                    through_statistics = np.multiply(d[part], slope, out=self._scratch[: len(out)])
                    through_statistics += shift
                    out -= through_statistics
        self._take("gamma", along_d / self._s)
        self._take("beta", total)
        return batch_first(dx)

    def _row_statistics(self, rows: Array) -> tuple[Array, Array]:
        """Return mean and biased variance of every row, (C,) each, and leave the rows minus their means in `_d`."""
        total, squares = np.zeros((2, self.channels), rows.dtype)
        for c, (row, d) in enumerate(zip(rows, self._d, strict=True)):
            for part in self._parts:
                total[c] += np.dot(row[part], self._ones[: part.stop - part.start])
            mean = float(total[c]) / len(row)
            for part in self._parts:
                np.subtract(row[part], mean, out=d[part])
                squares[c] += np.dot(d[part], d[part])
        return total / rows.shape[1], squares / rows.shape[1]

    def _set_parts(self, rows: Array) -> None:
        """Cut the rows (C, M) into parts of equal size."""
        M = rows.shape[1]
        count = -(-M * rows.itemsize // PIECE)
        self._parts = [slice(M * i // count, M * (i + 1) // count) for i in range(count)]
        self._ones, self._scratch = np.ones((2, -(-M // count)), rows.dtype)
