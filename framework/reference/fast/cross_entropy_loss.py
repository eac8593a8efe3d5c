"""The cross entropy loss on batch-innermost memory. N batch, K classes."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference import cross_entropy_loss
from framework.reference.fast._memory import batch_first, batch_last, is_single_or_double


class CrossEntropyLoss(cross_entropy_loss.CrossEntropyLoss):
    """Covers float32 and float64 with labels of any dtype; other numbers go to the general path."""

    def forward(self, prediction: Array, label: Array) -> float:
        """Return the loss of the probabilities `prediction` (N, K) for `label` (N, K)."""
        self._is_fast = prediction.ndim == 2 and prediction.shape == label.shape and is_single_or_double(prediction)
        if not self._is_fast:
            return super().forward(prediction, label)
        memory = batch_last(prediction)
        # backward divides by the same sum, so it is kept; a log of all classes is cheaper than finding the true ones.
        self._p = memory + memory.dtype.type(self.epsilon) if self.epsilon_in_backward else memory.copy()
        log = np.log(self._p if self.epsilon_in_backward else memory + memory.dtype.type(self.epsilon))
        self._label = batch_last(label).astype(memory.dtype, copy=False)
        return -float(np.vdot(self._label, log))

    def backward(self, label: Array) -> Array:
        """Return dL/d(prediction) = -label / (prediction + eps), (N, K)."""
        if not self._is_fast:
            return super().backward(label)
        memory = batch_last(label).astype(self._p.dtype, copy=False)
        if self.epsilon_in_backward:
            return batch_first(-memory / self._p)
        dp = np.zeros_like(memory)
        with np.errstate(divide="ignore"):
            np.divide(-memory, self._p, out=dp, where=memory != 0)
        return batch_first(dp)
