"""Batch normalization whose moving variance is made of sample variances. N batch, C channels."""

from __future__ import annotations

from framework.layer import Array
from framework.reference.batch_normalization import BatchNormalization


class MovingSampleVariance(BatchNormalization):
    """The reference, with the choice of `ddof` for the variance that enters the moving average.

    A batch's own variance is divided by the count of its numbers; what enters the moving one, by count - `ddof`.
    """

    def __init__(self, channels: int, *, decay: float, ddof: int, start_from_first_batch: bool = True) -> None:
        super().__init__(channels, decay=decay, start_from_first_batch=start_from_first_batch)
        self._ddof = ddof

    def _statistics(self, x: Array) -> tuple[Array, Array]:
        self._count = x.size // self.channels
        return super()._statistics(x)

    def _update_moving(self, mean: Array, variance: Array) -> None:
        super()._update_moving(mean, variance * (self._count / max(self._count - self._ddof, 1)))
