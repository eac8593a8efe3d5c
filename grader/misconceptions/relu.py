"""What goes wrong in ReLU. N batch; the other axes are arbitrary."""

from __future__ import annotations

import numpy as np

from framework.layer import Array
from framework.reference._arguments import floating
from framework.reference.relu import ReLU
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class NoGate(ReLU):
    """the error passes where the input was negative, too

    Where the unit was off: what does a small change of its input do to its output?
    """

    def backward(self, dout: Array) -> Array:
        return np.array(dout)


class GatedByError(ReLU):
    """the error itself is clipped at zero

    Which of the two decided whether the unit was on: what went in on the way forward, or what comes back now?
    """

    def backward(self, dout: Array) -> Array:
        return np.maximum(dout, 0)


class GatedTwice(ReLU):
    __doc__ = GatedByError.__doc__

    def backward(self, dout: Array) -> Array:
        return super().backward(np.maximum(dout, 0))


class MaskInsteadOfError(ReLU):
    """backward returns the derivative alone, without the error

    What does the chain rule do with the slope of this unit and the error that comes from behind?
    """

    def backward(self, dout: Array) -> Array:
        return self._open.astype(np.float64)


class SignOfError(ReLU):
    """backward lets zeros and ones through in place of the error

    What does the chain rule do with the slope of this unit and the error that comes from behind?
    """

    def backward(self, dout: Array) -> Array:
        return np.where(self._open, 1.0, dout)


class InputClipped(ReLU):
    """forward sets the negative entries of its input to zero, in place

    Whose array is it that forward was given? Print it before and after the call.
    """

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        x[x < 0] = 0
        return y


class ErrorClipped(ReLU):
    """backward sets entries of the error to zero, in place

    Whose array is the error? Somebody may still need it.
    """

    def backward(self, dout: Array) -> Array:
        dout[~self._open] = 0
        return dout


class MaskOfFirstSample(ReLU):
    """all samples are gated by the first one

    Take two samples that differ. Does each of them have a gate of its own?
    """

    def _gate(self, x: Array) -> Array:
        return np.broadcast_to(x[:1] > 0, x.shape)


class MaskOfFirstFeature(ReLU):
    __doc__ = MaskOfFirstSample.__doc__

    def _gate(self, x: Array) -> Array:
        return np.broadcast_to(x[:, :1] > 0, x.shape)


class Leaky(ReLU):
    """negative inputs are let through with a small slope

    Draw the slide's ReLU, left of zero. Which relative of it is this?
    """

    slope = 0.01

    def forward(self, x: Array) -> Array:
        return np.where(x > 0, super().forward(x), self.slope * floating(x))

    def backward(self, dout: Array) -> Array:
        return np.where(self._open, dout, self.slope * floating(dout))


class LeakyForward(Leaky):
    __doc__ = Leaky.__doc__

    def backward(self, dout: Array) -> Array:
        return ReLU.backward(self, dout)


class LeakyBackward(Leaky):
    __doc__ = Leaky.__doc__

    def forward(self, x: Array) -> Array:
        return ReLU.forward(self, x)


class MoreLeaky(Leaky):
    __doc__ = Leaky.__doc__
    slope = 0.1


class VeryLeaky(Leaky):
    __doc__ = Leaky.__doc__
    slope = 0.2


class MaskOnTheClass(ReLU):
    """what forward remembers belongs to the class, not to the layer

    A network has several of these layers. Which of them does backward ask what it has seen?
    """

    shared: Array

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        MaskOnTheClass.shared = self._open
        return y

    def backward(self, dout: Array) -> Array:
        return dout * MaskOnTheClass.shared


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""

    def variants(id: str, *classes: type[ReLU]) -> list[Misconception]:
        return [misconception(id, cls, "ReLU") for cls in classes]

    return [
        *variants("relu-gradient-at-negative", NoGate),
        *variants("relu-masks-by-error-sign", GatedByError, GatedTwice),
        *variants("relu-derivative-of-output-binary", MaskInsteadOfError, SignOfError),
        *variants("relu-inplace-modifies-input", InputClipped),
        *variants("relu-modifies-error", ErrorClipped),
        *variants("relu-mask-first-sample-only", MaskOfFirstSample, MaskOfFirstFeature),
        *variants("leaky-instead-of-relu", Leaky, LeakyForward, LeakyBackward, MoreLeaky, VeryLeaky),
        *variants("activation-cached-from-other-call", MaskOnTheClass),
    ]
