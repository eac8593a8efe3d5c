"""What goes wrong in BatchNormalization's arithmetic and training. N batch, C channels, R = N H W rows.

What goes wrong with the moving statistics is in `batch_normalization_moving.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from framework.layer import Array
from framework.reference.batch_normalization import BatchNormalization
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.misconceptions.row_normalization import RowNormalization
from grader.misconceptions.variants import variant
from grader.model import Misconception

Step = Callable[..., None]


class Epsilon(RowNormalization):
    """epsilon is missing, too large, or not under the root with the variance

    What is 0 / 0? Put a feature that never varies into your formula, and then one that varies by a ten-thousandth.
    """

    _inside = 0.0
    _outside = 0.0

    def _divisor_of(self, variance: Array) -> Array:
        return np.asarray(np.sqrt(variance + self._inside) + self._outside)


class VarianceInsteadOfDeviation(RowNormalization):
    """the deviation from the mean is divided by the variance

    Which unit does the output have if the input is in metres? Which one should it have?
    """

    def _divisor_of(self, variance: Array) -> Array:
        return np.asarray(variance + self.epsilon)


class WrongAxes(BatchNormalization):
    """mean and variance are taken over the features of a sample, instead of over the batch

    Take a table with three features and six samples. How many means does the layer need?
    """

    _everywhere = False

    def _over(self, x: Array) -> tuple[int, ...]:
        return (1,)

    def _statistics(self, x: Array) -> tuple[Array, Array]:
        return x.mean(axis=self._over(x), keepdims=True), x.var(axis=self._over(x), keepdims=True)

    def _input_gradient(self, dout: Array) -> Array:
        if not self._everywhere or not self._from_batch:
            return super()._input_gradient(dout)
        dx_hat, over = dout * self._spread(self.parameters["gamma"], dout), self._over(dout)
        product = (dx_hat * self._x_hat).mean(axis=over, keepdims=True)
        return np.asarray((dx_hat - dx_hat.mean(axis=over, keepdims=True) - self._x_hat * product) / self._deviation)

    @staticmethod
    def _spread(per_channel: Array, x: Array) -> Array:
        """Return what is not per channel as it is."""
        return per_channel if per_channel.ndim == x.ndim else BatchNormalization._spread(per_channel, x)


class SampleStatistics(WrongAxes):
    __doc__ = WrongAxes.__doc__

    def _over(self, x: Array) -> tuple[int, ...]:
        return tuple(range(1, x.ndim))


class OverBatchOnly(WrongAxes):
    """images: every pixel has a mean of its own, instead of every channel

    A convolution treats all places of an image alike. How many means does an image with two channels need?
    """

    def _over(self, x: Array) -> tuple[int, ...]:
        return (0,)


class RowsByPlace(RowNormalization):
    __doc__ = OverBatchOnly.__doc__

    def _row_statistics(self, rows: Array) -> tuple[Array, Array]:
        n = self._shape[0]
        images = rows.reshape(n, -1, self.channels)
        return np.tile(images.mean(axis=0), (n, 1)), np.tile(images.var(axis=0), (n, 1))


class ReformatWithoutTranspose(RowNormalization):
    """images are reshaped to rows without moving the channels to the last axis first

    Number the entries of a tiny image with two channels and print it after your reshape. Which channel is each column?
    """

    def _to_rows(self, x: Array) -> Array:
        return x.reshape(-1, self.channels)

    def _to_input(self, rows: Array) -> Array:
        return rows.reshape(self._shape)


class ScaleOfBatchOnly(RowNormalization):
    """images: the gradient's means are divided by the number of images

    How many numbers went into one channel's mean in forward? And into the mean in backward?
    """

    _mean = True
    _product = True

    def _along_mean(self, dx_hat: Array) -> Array:
        return super()._along_mean(dx_hat) * (self._too_large() if self._mean else 1)

    def _along_variance(self, dx_hat: Array) -> Array:
        return super()._along_variance(dx_hat) * (self._too_large() if self._product else 1)

    def _too_large(self) -> float:
        return float(len(self._hat) / self._shape[0])


class StatisticsAreConstants(RowNormalization):
    """the gradient takes the batch's mean or variance for constants

    Change one entry of x a little. Which other quantities of forward move with it?
    """

    _mean = True
    _variance = True

    def _along_mean(self, dx_hat: Array) -> Array:
        return np.zeros_like(dx_hat) if self._mean else super()._along_mean(dx_hat)

    def _along_variance(self, dx_hat: Array) -> Array:
        return np.zeros_like(dx_hat) if self._variance else super()._along_variance(dx_hat)


class MissingGamma(RowNormalization):
    """gamma is missing in the gradient of the input

    With gamma equal to one nobody notices. Where does gamma stand in forward, and where in backward?
    """

    def _through_gamma(self, rows: Array) -> Array:
        return np.array(rows)


class GradientsSwapped(BatchNormalization):
    """the gradients of gamma and beta are exchanged

    Write forward with one gamma and one beta. Which of the two is multiplied by x_hat?
    """

    def _gamma_gradient(self, dout: Array) -> Array:
        return super()._beta_gradient(dout)

    def _beta_gradient(self, dout: Array) -> Array:
        return super()._gamma_gradient(dout)


class UnbiasedVariance(RowNormalization):
    """the batch's variance is divided by N - 1

    After normalization the batch should have variance exactly one. Compute it for two numbers.
    """

    _backward_too = False

    def _row_statistics(self, rows: Array) -> tuple[Array, Array]:
        mean = rows.mean(axis=0)
        with np.errstate(all="ignore"):  # one row: 0 / 0, as in NumPy's own
            return mean, np.sum((rows - mean) ** 2, axis=0) / np.float64(len(rows) - 1)

    def _along_variance(self, dx_hat: Array) -> Array:
        rows = len(dx_hat)
        return super()._along_variance(dx_hat) * (rows / (rows - 1) if self._backward_too and rows > 1 else 1)


class UpdateBeforeInputGradient(BatchNormalization):
    """the gradient of the input is computed with a gamma that was already updated

    Which gamma did forward use for this batch, and which one does backward use when it comes to dX?
    """

    def backpropagate(self, dout: Array, step: Step) -> Array:
        self.backward(dout)
        step("gamma")
        step("beta")
        return self._input_gradient(dout)


class OneParameterUpdated(BatchNormalization):
    """only one of gamma and beta is ever updated

    The layer has two parameters. For each of them, point at the line of backward that changes it.
    """

    _updated = "gamma"

    def backpropagate(self, dout: Array, step: Step) -> Array:
        dx = self.backward(dout)
        step(self._updated)
        return dx


class GradientMissing(BatchNormalization):
    __doc__ = OneParameterUpdated.__doc__

    _missing = "beta"

    def backward(self, dout: Array) -> Array:
        """Add one of the gradients."""
        dx = super().backward(dout)
        self.gradients[self._missing][...] = 0
        return dx


class SharedOptimizer(BatchNormalization):
    """one optimizer trains gamma and beta, so each adds the other's momentum

    Momentum and Adam remember what they have seen. Whose memory is it, once both parameters have been updated?
    """

    _order: Sequence[str] = ("gamma", "beta")

    def backpropagate(self, dout: Array, step: Step) -> Array:
        dx = self.backward(dout)
        for name in self._order:
            step(name, "shared")
        return dx


class OnePairForAll(BatchNormalization):
    """gamma and beta are single numbers

    Should every channel be stretched and shifted alike? How many values does the exercise ask for?
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.parameters = {"gamma": np.ones(1), "beta": np.zeros(1)}
        self.gradients = {}
        self.zero_grad()

    def _gamma_gradient(self, dout: Array) -> Array:
        return np.sum(super()._gamma_gradient(dout), keepdims=True)

    def _beta_gradient(self, dout: Array) -> Array:
        return np.sum(super()._beta_gradient(dout), keepdims=True)


class RowsAsImages(RowNormalization):
    """rows that come after images are treated as if they were images, too

    What does the layer ask to find out what it was given: this input, or something it has kept from an earlier one?
    """

    _in_forward = True
    _image: tuple[int, ...] | None = None

    def forward(self, x: Array) -> Array:
        """Remember the shape of the last images for good."""
        if x.ndim == 4:
            self._image = x.shape
        elif self._in_forward and self._image is not None:
            self._to_image(x)
        return super().forward(x)

    def backward(self, dout: Array) -> Array:
        """Go by the shape that was kept."""
        dx = super().backward(dout)
        return dx if self._image is None or dout.ndim == 4 else self._to_image(dx)

    def _to_image(self, rows: Array) -> Array:
        n, c, *space = self._image or ()
        return np.moveaxis(rows.reshape(n, *space, c), -1, 1)


class ShapeOfFirstImages(RowNormalization):
    __doc__ = RowsAsImages.__doc__

    def _to_input(self, rows: Array) -> Array:
        if len(self._shape) == 2:
            return rows
        n, c, *space = self.__dict__.setdefault("_first", self._shape)
        return np.moveaxis(rows.reshape(n, *space, c), -1, 1)


class OneSampleLeftAlone(RowNormalization):
    """a batch of one sample is not normalized like the others

    What does the formula give for a single sample, if epsilon does its work? Is a special case needed?
    """

    def _row_statistics(self, rows: Array) -> tuple[Array, Array]:
        if self._shape[0] > 1:
            return super()._row_statistics(rows)
        return np.zeros(self.channels), np.ones(self.channels)


class OneSampleIsNaN(OneSampleLeftAlone):
    __doc__ = OneSampleLeftAlone.__doc__

    def _divisor_of(self, variance: Array) -> Array:
        return (
            super()._divisor_of(variance) if len(self._to_rows(np.empty(self._shape))) > 1 else np.zeros_like(variance)
        )

    def _row_statistics(self, rows: Array) -> tuple[Array, Array]:
        return RowNormalization._row_statistics(self, rows)


_MISTAKES: Mapping[str, Sequence[type[Any]]] = {
    "bn-missing-epsilon": [
        Epsilon,
        *(variant(Epsilon, _inside=size) for size in (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9)),
        *(variant(Epsilon, _outside=size) for size in (1e-3, 1e-5, 1e-6)),
    ],
    "bn-std-vs-variance": [VarianceInsteadOfDeviation],
    "bn-axis-wrong": [variant(cls, _everywhere=e) for cls in (WrongAxes, SampleStatistics) for e in (False, True)],
    "bn-4d-over-batch-only": [OverBatchOnly, variant(OverBatchOnly, _everywhere=True), RowsByPlace],
    "bn-reformat-without-transpose": [ReformatWithoutTranspose],
    "bn-gradient-scale-4d": [
        ScaleOfBatchOnly,
        variant(ScaleOfBatchOnly, _product=False),
        variant(ScaleOfBatchOnly, _mean=False),
    ],
    "bn-stats-treated-as-constants": [
        StatisticsAreConstants,
        variant(StatisticsAreConstants, _mean=False),
        variant(StatisticsAreConstants, _variance=False),
    ],
    "bn-missing-gamma-in-dx": [MissingGamma],
    "bn-gamma-beta-gradients-swapped": [GradientsSwapped],
    "bn-unbiased-variance": [UnbiasedVariance, variant(UnbiasedVariance, _backward_too=True)],
    "bn-one-parameter-updated": [GradientMissing, variant(GradientMissing, _missing="gamma")],
    "bn-param-shape": [OnePairForAll],
    "bn-stale-4d-shape": [RowsAsImages, variant(RowsAsImages, _in_forward=False), ShapeOfFirstImages],
    "bn-batch-size-1": [OneSampleLeftAlone, OneSampleIsNaN],
}
_UPDATES: Mapping[str, Sequence[type[Any]]] = {
    "bn-update-before-dx": [UpdateBeforeInputGradient],
    "bn-one-parameter-updated": [OneParameterUpdated, variant(OneParameterUpdated, _updated="beta")],
    "optimizer-shared-between-weights-and-bias": [SharedOptimizer, variant(SharedOptimizer, _order=("beta", "gamma"))],
}


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    task = "BatchNormalization"
    return [misconception(name, cls, task) for name, classes in _MISTAKES.items() for cls in classes] + [
        misconception(name, cls, task, dialects=["fau"]) for name, classes in _UPDATES.items() for cls in classes
    ]
