"""What goes wrong in Conv only where the input is a signal, (N, C, H). N batch, C channels, H length, h kernel."""

from __future__ import annotations

from framework.layer import Array
from framework.reference.conv import Conv
from grader.hookspecs import hookimpl
from grader.misconceptions.conv import mirrored, other_kernels
from grader.misconceptions.define import misconception
from grader.model import Misconception


class SignalKernelReversed(Conv):
    """for signals, the gradient of the kernels is back to front

    Your images are right. Which index, which axis do signals share with images, and which do they not have?
    """

    def _weights_gradient(self, dout: Array) -> Array:
        gradient = super()._weights_gradient(dout)
        return mirrored(gradient) if self._signals() else gradient

    def _signals(self) -> bool:
        return len(self.kernel) == 1


class SignalErrorReversed(SignalKernelReversed):
    """for signals, the error goes back through the kernel the wrong way round

    Your images are right. Which index, which axis do signals share with images, and which do they not have?
    """

    _weights_gradient = Conv._weights_gradient

    def _input_gradient(self, dout: Array) -> Array:
        kernels = self.parameters["W"]
        with other_kernels(self, mirrored(kernels) if self._signals() else kernels):
            return super()._input_gradient(dout)


class SignalBothReversed(SignalErrorReversed):
    __doc__ = SignalErrorReversed.__doc__
    _weights_gradient = SignalKernelReversed._weights_gradient


class SignalErrorNotSpread(SignalKernelReversed):
    """for signals, backward leaves out the stride

    Your images are right. Which index, which axis do signals share with images, and which do they not have?
    """

    _weights_gradient = Conv._weights_gradient

    def _met(self, offset: tuple[int, ...], out: tuple[int, ...]) -> tuple[slice, ...]:
        if self._signals():
            return (slice(offset[0], offset[0] + out[0]),)
        return super()._met(offset, out)


class SignalBackwardZero(SignalKernelReversed):
    """for signals, backward returns zeros

    Your images are right. Which index, which axis do signals share with images, and which do they not have?
    """

    _weights_gradient = Conv._weights_gradient

    def _input_gradient(self, dout: Array) -> Array:
        return super()._input_gradient(0 * dout if self._signals() else dout)


class SignalBackwardCrashes(SignalKernelReversed):
    """for signals, backward crashes

    Your images are right. Which axes do your indices and sums name that a signal does not have?
    """

    def backward(self, dout: Array) -> Array:
        if self._signals():
            raise IndexError("tuple index out of range")
        return super().backward(dout)


class SignalBackwardCrashesInSum(SignalBackwardCrashes):
    __doc__ = SignalBackwardCrashes.__doc__

    def backward(self, dout: Array) -> Array:
        dout.sum(axis=(0, 2, len(self.kernel) + 1) if not self._signals() else (0, 2, 3))
        return Conv.backward(self, dout)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    found: dict[str, tuple[type[Conv], ...]] = {
        "conv-1d-gradient": (
            *(SignalKernelReversed, SignalErrorReversed, SignalBothReversed, SignalErrorNotSpread),
            *(SignalBackwardZero, SignalBackwardCrashes, SignalBackwardCrashesInSum),
        ),
    }
    return [misconception(id, cls, "Conv") for id, classes in found.items() for cls in classes]
