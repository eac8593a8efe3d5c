"""What goes wrong in the RNN's arithmetic. T time, D inputs, U hidden units, M outputs.

What goes wrong in training it is in `rnn_training.py`, with its memory in `rnn_memory.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from framework.layer import Array
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.misconceptions.unrolled import HIDDEN, OUTPUT, Caches, UnrolledRNN
from grader.misconceptions.variants import variant
from grader.model import Misconception


class BpttTruncated(UnrolledRNN):
    """no gradient reaches the earlier time steps through the hidden state

    The hidden state of a step is used twice: for that step's output, and by the next step. Which of the two ways does
    the error take back?
    """

    def _back(self, from_output: Array, carry: Array, slope: Array) -> tuple[Array, Array]:
        dz, onward = super()._back(from_output, carry, slope)
        return dz, np.zeros_like(onward)


class BpttOneStepBack(BpttTruncated):
    __doc__ = BpttTruncated.__doc__

    def _back(self, from_output: Array, carry: Array, slope: Array) -> tuple[Array, Array]:
        dz, _ = UnrolledRNN._back(self, from_output, carry, slope)
        return dz, from_output * slope @ self.parameters["Wh"].T


class CarryAfterTanh(UnrolledRNN):
    """the error from the next time step is not added to that of the output before both go through tanh

    The hidden state went to two places. Where along the way back do the two errors meet: before or behind the
    derivative of tanh?
    """

    def _back(self, from_output: Array, carry: Array, slope: Array) -> tuple[Array, Array]:
        dz = from_output * slope + carry
        return dz, dz @ self.parameters["Wh"].T


class CarryReplaces(CarryAfterTanh):
    __doc__ = CarryAfterTanh.__doc__

    def _through_time(self, from_output: Array, slopes: Array) -> Array:
        alone = np.where(np.arange(len(slopes))[:, None] == len(slopes) - 1, from_output, 0.0)
        return UnrolledRNN._through_time(self, alone, slopes)

    def _back(self, from_output: Array, carry: Array, slope: Array) -> tuple[Array, Array]:
        return UnrolledRNN._back(self, from_output, carry, slope)


class GradientOverwritten(UnrolledRNN):
    """a gradient holds the contribution of one time step only, instead of the sum over all

    The same matrix was used at every step. What does each step of the loop do with the gradient that is there already?
    """

    _overwritten: Sequence[str] = HIDDEN
    _kept = 0  # the loop ends at the first step

    def _add(self, names: Sequence[str], parts: dict[str, Array]) -> None:
        for name in names:
            part = parts[name][[self._kept]] if name in self._overwritten else parts[name]
            self.gradients[name] += part.sum(axis=0)


class LastActivationReused(UnrolledRNN):
    """backward finds the last time step's values in the inner layers, at every step

    The inner layers remember their last call only, and forward called them once per step. What do they hold when
    backward arrives at an earlier step?
    """

    _stale: Sequence[str] = ("x", "before", "after", "fed", "y")

    def _caches(self) -> Caches:
        caches = super()._caches()
        last = {name: getattr(caches, name)[-1:] for name in self._stale}
        return replace(caches, **{name: np.repeat(row, len(caches.x), axis=0) for name, row in last.items()})


class TanhDerivativeOnPreactivation(UnrolledRNN):
    """the derivative of tanh is computed from the wrong quantity

    The formula 1 - a² speaks of the activation a. Which of your arrays is a, and which is what went into tanh?
    """

    def _slopes(self, caches: Caches) -> Array:
        return np.asarray(1 - np.arctanh(caches.after) ** 2)


class TanhDerivativeOfActivation(TanhDerivativeOnPreactivation):
    __doc__ = TanhDerivativeOnPreactivation.__doc__

    def _slopes(self, caches: Caches) -> Array:
        return np.asarray(1 - np.tanh(caches.after) ** 2)


class HiddenIndexOffByOne(UnrolledRNN):
    """backward takes the hidden state of the neighbouring time step

    At step t one hidden state goes into the hidden layer and another comes out. Number your stored states from 0 and
    say which one was multiplied by the weights at step t.
    """

    _swapped: Sequence[tuple[str, str]] = (("before", "after"),)

    def _caches(self) -> Caches:
        caches = super()._caches()
        return replace(caches, **{name: getattr(caches, taken) for name, taken in self._swapped})


class TimeOrder(UnrolledRNN):
    """backward goes through the sequence from its start to its end

    The last hidden state depends on the first. At which end does the error have to start?
    """

    def _through_time(self, from_output: Array, slopes: Array) -> Array:
        return super()._through_time(from_output[::-1], slopes[::-1])[::-1]


class BiasMissing(UnrolledRNN):
    """a bias does not take part: no 1 is appended to what goes into the layer

    Feed a sequence of zeros. Which of the two layers inside should still have something to say, and does it?
    """

    _left_out: Sequence[str] = ("bh", "by")
    _gradient_too = True

    def forward(self, x: Array) -> Array:
        """Compute with biases of zero."""
        own = {name: self.parameters[name] for name in self._left_out}
        self.parameters.update({name: np.zeros_like(value) for name, value in own.items()})
        try:
            return super().forward(x)
        finally:
            self.parameters.update(own)

    def _add(self, names: Sequence[str], parts: dict[str, Array]) -> None:
        super()._add([name for name in names if not self._gradient_too or name not in self._left_out], parts)


class DxContainsHidden(UnrolledRNN):
    """backward returns the gradient of the hidden state along with that of the input

    What went into the hidden layer was put together from two parts. Which of them came from the layer before?
    """

    def backward(self, dout: Array) -> Array:
        dx = super().backward(dout)
        return np.hstack([dx, self._dz @ self.parameters["Wh"].T])

    def _through_time(self, from_output: Array, slopes: Array) -> Array:
        self._dz = super()._through_time(from_output, slopes)
        return self._dz


class GradientClipped(UnrolledRNN):
    """gradients are clipped inside the layer

    The layer's task is the derivative. Who decides, and where, how large a step may be?
    """

    _limit = 5.0
    _clipped: Sequence[str] = (*HIDDEN, *OUTPUT)

    def _add(self, names: Sequence[str], parts: dict[str, Array]) -> None:
        super()._add(names, parts)
        for name in set(names) & set(self._clipped):
            np.clip(self.gradients[name], -self._limit, self._limit, out=self.gradients[name])


class ErrorClipped(GradientClipped):
    __doc__ = GradientClipped.__doc__

    def _through_time(self, from_output: Array, slopes: Array) -> Array:
        return super()._through_time(np.clip(from_output, -self._limit, self._limit), slopes)

    def _add(self, names: Sequence[str], parts: dict[str, Array]) -> None:
        UnrolledRNN._add(self, names, parts)


class CarryClipped(ErrorClipped):
    __doc__ = GradientClipped.__doc__

    def _through_time(self, from_output: Array, slopes: Array) -> Array:
        return UnrolledRNN._through_time(self, from_output, slopes)

    def _back(self, from_output: Array, carry: Array, slope: Array) -> tuple[Array, Array]:
        dz, onward = super()._back(from_output, carry, slope)
        return dz, np.clip(onward, -self._limit, self._limit)


_BOTH = (*HIDDEN, *OUTPUT)
_STALE = (
    ("x", "before", "after", "fed", "y"),
    ("x", "before", "fed"),
    ("x", "before"),
    ("fed",),
    ("after",),
    ("y",),
    ("after", "y"),
)
_MISTAKES: Sequence[tuple[str, Sequence[type[Any]]]] = (
    ("rnn-bptt-truncated-at-one-step", [BpttTruncated, BpttOneStepBack]),
    ("rnn-dh-not-added", [CarryAfterTanh, CarryReplaces]),
    (
        "rnn-gradient-overwritten-not-accumulated",
        [
            variant(GradientOverwritten, _overwritten=names, _kept=kept)
            for kept in (0, -1)
            for names in (HIDDEN, OUTPUT, _BOTH)
        ],
    ),
    ("rnn-last-activation-reused", [variant(LastActivationReused, _stale=stale) for stale in _STALE]),
    ("rnn-tanh-derivative-on-preactivation", [TanhDerivativeOnPreactivation, TanhDerivativeOfActivation]),
    (
        "rnn-hidden-index-off-by-one",
        [
            variant(HiddenIndexOffByOne, _swapped=swapped)
            for swapped in (
                [("before", "after")],
                [("after", "before")],
                [("fed", "before")],
                [("after", "before"), ("fed", "before")],
            )
        ],
    ),
    ("rnn-time-order", [TimeOrder]),
    (
        "rnn-bias-missing-in-concat",
        [
            variant(BiasMissing, _left_out=names, _gradient_too=too)
            for too in (True, False)
            for names in (("bh", "by"), ("bh",), ("by",))
        ],
    ),
    ("rnn-dx-contains-hidden", [DxContainsHidden]),
    (
        "rnn-gradient-clipped",
        [
            variant(cls, _limit=limit, _clipped=names)
            for limit in (5.0, 10.0)
            for cls, names in (
                (GradientClipped, _BOTH),
                (GradientClipped, HIDDEN),
                (GradientClipped, OUTPUT),
                (ErrorClipped, ()),
                (CarryClipped, ()),
            )
        ],
    ),
)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [misconception(name, cls, "RNN") for name, classes in _MISTAKES for cls in classes]
