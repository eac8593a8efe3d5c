"""What goes wrong in the bias of Conv, and in how its parameters start and learn. N batch, K kernels, P Q output."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from framework.initializer import Initializer
from framework.layer import Array
from framework.reference.conv import Conv
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception

Step = Callable[..., None]


class Assigning(Conv):
    """Conv whose gradients may have any shape."""

    def backward(self, dout: Array) -> Array:
        self.gradients = {"W": self._weights_gradient(dout), "b": self._bias_gradient(dout)}
        return self._input_gradient(dout)


class BiasGradientMean(Conv):
    """the gradient of the bias is an average

    One bias takes part in every pixel of every sample. What does the loss gain from each of them if the bias grows?
    """

    def _bias_gradient(self, dout: Array) -> Array:
        return np.asarray(dout.mean(axis=(0, *range(2, dout.ndim))))


class BiasGradientMeanOverSpace(BiasGradientMean):
    __doc__ = BiasGradientMean.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return np.asarray(dout.sum(axis=0).mean(axis=tuple(range(1, dout.ndim - 1))))


class BiasGradientMeanOverBatch(BiasGradientMean):
    __doc__ = BiasGradientMean.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return super()._bias_gradient(dout) * np.prod(dout.shape[2:])


class BiasGradientPerPixel(Assigning):
    """the gradient of the bias is not added up over all axes but that of the kernels

    How many biases are there? And how many numbers has your gradient?
    """

    def _bias_gradient(self, dout: Array) -> Array:
        return np.asarray(dout.sum(axis=0))


class BiasGradientPerSample(BiasGradientPerPixel):
    __doc__ = BiasGradientPerPixel.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return np.asarray(dout.sum(axis=tuple(range(2, dout.ndim))))


class BiasGradientPerColumn(BiasGradientPerPixel):
    __doc__ = BiasGradientPerPixel.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return np.asarray(dout.sum(axis=(0, 2)))


class BiasGradientOfOneSample(Conv):
    """the gradient of the bias comes from one sample only

    One bias takes part in every pixel of every sample. What does the loss gain from each of them if the bias grows?
    """

    def _bias_gradient(self, dout: Array) -> Array:
        return super()._bias_gradient(dout[:1])


class BiasGradientOfLastSample(BiasGradientOfOneSample):
    __doc__ = BiasGradientOfOneSample.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return Conv._bias_gradient(self, dout[-1:])


class BiasPerChannel(Conv):
    """the bias is added once for every channel of the image

    Give forward an image of zeros with two channels. What should come out, and what does?
    """

    def _per_kernel(self, values: Array) -> Array:
        return super()._per_kernel(values) * self.channels


class BiasPerChannelThroughout(BiasPerChannel):
    __doc__ = BiasPerChannel.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return super()._bias_gradient(dout) * self.channels


class NoBias(Conv):
    """the bias plays no part in the output

    Give forward an image of zeros. What should come out?
    """

    def _per_kernel(self, values: Array) -> Array:
        return 0 * super()._per_kernel(values)


class NoBiasAtAll(NoBias):
    __doc__ = NoBias.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return 0 * super()._bias_gradient(dout)


class BiasNeverTrained(Conv):
    """the bias is never trained: its optimizer is not set when the layer is given one

    Only `optimizer` is set from outside. Follow what is assigned there: how does the bias get its share?
    """

    def backpropagate(self, dout: Array, step: Step) -> Array:
        dx = self.backward(dout)
        step("W")
        return dx


class OneOptimizer(Conv):
    """kernels and bias share one optimizer, and so its memory

    Momentum of one parameter must not push another. How many optimizers do two parameters need?
    """

    def backpropagate(self, dout: Array, step: Step) -> Array:
        dx = self.backward(dout)
        step("W", "shared")
        step("b", "shared")
        return dx


class OneOptimizerBiasFirst(OneOptimizer):
    __doc__ = OneOptimizer.__doc__

    def backpropagate(self, dout: Array, step: Step) -> Array:
        dx = self.backward(dout)
        step("b", "shared")
        step("W", "shared")
        return dx


class UpdateBeforeInputGradient(Conv):
    """the error is sent back through kernels that were already updated

    Which kernels did forward use for this batch, and which ones does backward use when it comes to the error?
    """

    def backpropagate(self, dout: Array, step: Step) -> Array:
        self.backward(dout)
        step("W")
        step("b")
        return self._input_gradient(dout)


class FansWithoutKernelSize(Conv):
    """initialize passes fans that leave out the size of the kernel

    How many numbers does one output look at? Count them in a drawing of one kernel.
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        fans = self._fans()
        self.parameters["W"][...] = weights_initializer.initialize(self.parameters["W"].shape, *fans)
        self.parameters["b"][...] = bias_initializer.initialize((self.num_kernels,), *fans)

    def _fans(self) -> tuple[int, int]:
        return self.channels, self.num_kernels


class FanOutWithoutKernelSize(FansWithoutKernelSize):
    __doc__ = FansWithoutKernelSize.__doc__

    def _fans(self) -> tuple[int, int]:
        return self.channels * int(np.prod(self.kernel)), self.num_kernels


class FansWithoutChannels(FansWithoutKernelSize):
    """initialize passes fans that leave out the channels

    How many numbers does one output look at? Count them in a drawing of one kernel, all channels included.
    """

    def _fans(self) -> tuple[int, int]:
        area = int(np.prod(self.kernel))
        return area, area


class WeightsInitializerForBias(Conv):
    """the bias is drawn by the initializer of the weights

    initialize gets two initializers. What is the second one for?
    """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        super().initialize(weights_initializer, weights_initializer)


class GradientsAddUp(Conv):
    """the gradients still contain those of earlier batches

    When is the sum of one batch over, and what sets it back to zero for the next?
    """

    def zero_grad(self) -> None:
        if not self.gradients:
            super().zero_grad()


class WeightGradientsAddUp(GradientsAddUp):
    __doc__ = GradientsAddUp.__doc__

    def backward(self, dout: Array) -> Array:
        if self.gradients:
            self.gradients["b"][...] = 0
        return super().backward(dout)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    found: dict[str, tuple[type[Conv], ...]] = {
        "conv-bias-gradient-missing-axes": (
            *(BiasGradientMean, BiasGradientMeanOverSpace, BiasGradientMeanOverBatch, BiasGradientPerPixel),
            *(BiasGradientPerSample, BiasGradientPerColumn, BiasGradientOfOneSample, BiasGradientOfLastSample),
        ),
        "conv-bias-per-channel": (BiasPerChannel, BiasPerChannelThroughout),
        "conv-bias-missing-in-forward": (NoBias, NoBiasAtAll),
        "init-conv-fans-kernel-ignored": (FansWithoutKernelSize, FanOutWithoutKernelSize, FansWithoutChannels),
        "fc-initializer-ignores-bias": (WeightsInitializerForBias,),
        "rnn-gradient-accumulates-over-calls": (GradientsAddUp, WeightGradientsAddUp),
    }
    of_updating: dict[str, tuple[type[Conv], ...]] = {
        "conv-bias-optimizer-never-set": (BiasNeverTrained,),
        "conv-single-optimizer": (OneOptimizer, OneOptimizerBiasFirst),
        "fc-update-before-dx": (UpdateBeforeInputGradient,),
    }
    return [
        *(misconception(id, cls, "Conv") for id, classes in found.items() for cls in classes),
        *(misconception(id, cls, "Conv", dialects=["fau"]) for id, classes in of_updating.items() for cls in classes),
    ]
