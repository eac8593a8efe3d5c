"""What goes wrong in the sums of Conv, and in their gradients. N batch, C channels, K kernels, P Q output.

A kernel is h high and w wide; a signal has one axis of space only.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from framework.layer import Array
from framework.reference.conv import Conv
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


def mirrored(kernels: Array) -> Array:
    """Return kernels (K, C, h[, w]) upside down and back to front."""
    return np.flip(kernels, axis=tuple(range(2, kernels.ndim)))


@contextmanager
def other_kernels(layer: Conv, kernels: Array) -> Iterator[None]:
    """Let a layer have other kernels for a while."""
    own = layer.parameters["W"]
    layer.parameters["W"] = kernels
    try:
        yield
    finally:
        layer.parameters["W"] = own


class TrueConvolution(Conv):
    """forward turns the kernel around: it convolves instead of correlating

    Draw the kernel on paper and lay it on the image. Which corner of the kernel meets which pixel in your code?
    """

    def _correlated(self, windows: Array) -> Array:
        with other_kernels(self, mirrored(self.parameters["W"])):
            return super()._correlated(windows)


class TrueConvolutionThroughout(TrueConvolution):
    __doc__ = TrueConvolution.__doc__

    def _weights_gradient(self, dout: Array) -> Array:
        return mirrored(super()._weights_gradient(dout))

    def _input_gradient(self, dout: Array) -> Array:
        with other_kernels(self, mirrored(self.parameters["W"])):
            return super()._input_gradient(dout)


class TrueConvolutionInputGradient(TrueConvolution):
    __doc__ = TrueConvolution.__doc__

    def _input_gradient(self, dout: Array) -> Array:
        with other_kernels(self, mirrored(self.parameters["W"])):
            return super()._input_gradient(dout)


class BackwardCorrelates(Conv):
    """the error goes back through the kernel the wrong way round

    Forward, an output looks at pixels above and below itself. Seen from one of those pixels, where do its outputs lie?
    """

    def _input_gradient(self, dout: Array) -> Array:
        with other_kernels(self, mirrored(self.parameters["W"])):
            return super()._input_gradient(dout)


class ChannelsFlipped(Conv):
    """the channels of the kernel meet those of the image in reverse

    Give the first channel of your image ones, the others zeros. Which channel of the kernel do you see in the output?
    """

    def _correlated(self, windows: Array) -> Array:
        with other_kernels(self, self.parameters["W"][:, ::-1]):
            return super()._correlated(windows)


class ChannelsFlippedThroughout(ChannelsFlipped):
    __doc__ = ChannelsFlipped.__doc__

    def _weights_gradient(self, dout: Array) -> Array:
        return super()._weights_gradient(dout)[:, ::-1]

    def _input_gradient(self, dout: Array) -> Array:
        with other_kernels(self, self.parameters["W"][:, ::-1]):
            return super()._input_gradient(dout)


class EverythingFlipped(ChannelsFlipped):
    __doc__ = ChannelsFlipped.__doc__

    def _correlated(self, windows: Array) -> Array:
        with other_kernels(self, mirrored(self.parameters["W"])[:, ::-1]):
            return Conv._correlated(self, windows)


class KernelsFlippedInBackward(Conv):
    """in backward, the errors of the kernels meet the kernels in reverse

    Convolving over an axis flips it, too. Is the axis of the kernels one over which to convolve, or just to add up?
    """

    def _input_gradient(self, dout: Array) -> Array:
        with other_kernels(self, self.parameters["W"][::-1]):
            return super()._input_gradient(dout)


class ChannelsFlippedInBackward(Conv):
    """backward returns the channels in reverse

    Convolving over an axis flips it, too. Is the axis of the channels one over which to convolve?
    """

    def _input_gradient(self, dout: Array) -> Array:
        return super()._input_gradient(dout)[:, ::-1]


class WeightGradientReversed(Conv):
    """the gradient of the kernels is upside down and back to front

    Correlating a with b is not correlating b with a. Which of the two slides over the other?
    """

    def _weights_gradient(self, dout: Array) -> Array:
        return mirrored(super()._weights_gradient(dout))


class WeightGradientUpsideDown(WeightGradientReversed):
    __doc__ = WeightGradientReversed.__doc__

    def _weights_gradient(self, dout: Array) -> Array:
        return Conv._weights_gradient(self, dout)[:, :, ::-1]


class WeightGradientBackToFront(WeightGradientReversed):
    __doc__ = WeightGradientReversed.__doc__

    def _weights_gradient(self, dout: Array) -> Array:
        return Conv._weights_gradient(self, dout)[..., ::-1]


class WeightGradientOfFirstSample(Conv):
    """the gradient of the kernels comes from one sample only

    A kernel serves all samples of the batch. What does each of them contribute, and what happens to it in your loop?
    """

    def _weights_gradient(self, dout: Array) -> Array:
        kept = np.zeros_like(dout)
        kept[self._sample] = dout[self._sample]
        return super()._weights_gradient(kept)

    _sample = 0


class WeightGradientOfLastSample(WeightGradientOfFirstSample):
    __doc__ = WeightGradientOfFirstSample.__doc__
    _sample = -1


class BothGradientsOfLastSample(WeightGradientOfLastSample):
    __doc__ = WeightGradientOfFirstSample.__doc__

    def _bias_gradient(self, dout: Array) -> Array:
        return super()._bias_gradient(dout[-1:])


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    found: dict[str, tuple[type[Conv], ...]] = {
        "conv-forward-true-convolution": (TrueConvolution, TrueConvolutionThroughout, TrueConvolutionInputGradient),
        "conv-kernel-not-flipped-in-backward": (BackwardCorrelates,),
        "conv-channel-flipped": (
            *(ChannelsFlipped, ChannelsFlippedThroughout, EverythingFlipped),
            *(KernelsFlippedInBackward, ChannelsFlippedInBackward),
        ),
        "conv-weight-gradient-reversed": (
            *(WeightGradientReversed, WeightGradientUpsideDown, WeightGradientBackToFront),
        ),
        "conv-weight-gradient-over-one-sample": (
            *(WeightGradientOfFirstSample, WeightGradientOfLastSample, BothGradientsOfLastSample),
        ),
    }
    return [misconception(id, cls, "Conv") for id, classes in found.items() for cls in classes]
