"""What goes wrong in Pooling. N batch, C channels, H W input space, P Q output space, h w window, s t stride."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from framework.layer import Array
from framework.reference._arguments import floating
from framework.reference.pooling import Pooling
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception


class LastOffsetWins(Pooling):
    """where windows overlap, only one of the errors reaches their common winner

    One number can be the largest of several windows. What becomes of the error that is already there?
    """

    def backward(self, dout: Array) -> Array:
        dx = np.zeros(self._shape)
        for place, offset in enumerate(np.ndindex(self.window)):
            won = self._winner == place
            dx[:, :, *self._at(offset, dout.shape[2:])][won] = dout[won]
        return dx


class LastWindowWins(Pooling):
    __doc__ = LastOffsetWins.__doc__

    def backward(self, dout: Array) -> Array:
        dx = np.zeros(self._shape)
        for p, q in np.ndindex(*dout.shape[2:]):
            part = self._window_at(dx, p, q)
            won = self._won(p, q)
            part[won] = np.broadcast_to(dout[:, :, p, q, None, None], part.shape)[won]
        return dx

    def _window_at(self, x: Array, p: int, q: int) -> Array:
        """Return the part of `x` that the window of output (p, q) sees, a view (N, C, h, w)."""
        top, left = p * self.stride[0], q * self.stride[1]
        return x[:, :, top : top + self.window[0], left : left + self.window[1]]

    def _won(self, p: int, q: int) -> Array:
        """Return where the winner of output (p, q) is, (N, C, h, w)."""
        places = np.arange(self.window[0] * self.window[1]).reshape(self.window)
        return np.asarray(self._winner[:, :, p, q, None, None] == places)


class LastWindowClears(LastWindowWins):
    __doc__ = LastOffsetWins.__doc__

    def backward(self, dout: Array) -> Array:
        dx = np.zeros(self._shape)
        for p, q in np.ndindex(*dout.shape[2:]):
            self._window_at(dx, p, q)[...] = dout[:, :, p, q, None, None] * self._won(p, q)
        return dx


class LastOffsetClears(Pooling):
    __doc__ = LastOffsetWins.__doc__

    def backward(self, dout: Array) -> Array:
        dx = np.zeros(self._shape)
        for place, offset in enumerate(np.ndindex(self.window)):
            dx[:, :, *self._at(offset, dout.shape[2:])] = self._share(dout, place)
        return dx


class ToAllTies(Pooling):
    """every one of several equal maxima gets the window's whole error

    Add up what backward hands out for a constant image. Is it more than what came in?
    """

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        self._largest = self._candidates(x) == y[..., None]
        return y

    def _share(self, dout: Array, place: int) -> Array:
        return np.asarray(dout * self._largest[..., place])


class MaximumWithZero(Pooling):
    """the maximum is never below zero

    With which number does your search for the largest begin, or what stands around the image? Maxima may be negative.
    """

    def forward(self, x: Array) -> Array:
        return np.asarray(np.maximum(super().forward(x), 0))


class NoWinnerBelowZero(MaximumWithZero):
    __doc__ = MaximumWithZero.__doc__

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        self._winner = np.where(y > 0, self._winner, -1)
        return y


class FirstWinnerBelowZero(MaximumWithZero):
    __doc__ = MaximumWithZero.__doc__

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        self._winner = np.where(y > 0, self._winner, 0)
        return y


class LargestMagnitude(Pooling):
    """the number that is farthest from zero wins, not the largest

    Which of -3 and 2 is the maximum?
    """

    def forward(self, x: Array) -> Array:
        super().forward(x)
        candidates = self._candidates(x)
        self._winner = np.abs(candidates).argmax(axis=-1)
        return np.take_along_axis(candidates, self._winner[..., None], axis=-1)[..., 0]


class MaximumOfMagnitudes(LargestMagnitude):
    """the maximum is taken of the numbers without their signs

    Which of -3 and 2 is the maximum?
    """

    def forward(self, x: Array) -> Array:
        return np.abs(super().forward(x))


class MaximumOfMagnitudesWithSign(MaximumOfMagnitudes):
    __doc__ = MaximumOfMagnitudes.__doc__

    def forward(self, x: Array) -> Array:
        y = super().forward(x)
        self._sign = np.sign(np.take_along_axis(self._candidates(x), self._winner[..., None], axis=-1)[..., 0])
        return y

    def backward(self, dout: Array) -> Array:
        return super().backward(dout * self._sign)


class Mean(Pooling):
    """the windows are averaged

    There is more than one kind of pooling. Which one does the exercise ask for?
    """

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return np.asarray(self._candidates(x).mean(axis=-1))

    def _share(self, dout: Array, place: int) -> Array:
        return dout / (self.window[0] * self.window[1])


class MeanForwardOnly(Mean):
    __doc__ = Mean.__doc__
    _share = Pooling._share


class TruncatedGradient(Pooling):
    """for whole numbers as input, the gradient is cut off to whole numbers

    What is the type of `np.zeros_like(x)` if x holds integers, and what happens to 0.7 in it?
    """

    def forward(self, x: Array) -> Array:
        self._dtype = x.dtype
        return super().forward(x)

    def backward(self, dout: Array) -> Array:
        dx = np.zeros(self._shape, self._dtype)
        for place, offset in enumerate(np.ndindex(self.window)):
            dx[:, :, *self._at(offset, dout.shape[2:])] += self._share(dout, place).astype(self._dtype)
        return dx


class GradientCannotBeAdded(TruncatedGradient):
    """for whole numbers as input, backward cannot add the errors to its array of whole numbers

    What is the type of `np.zeros_like(x)` if x holds integers, and what happens to 0.7 in it?
    """

    def backward(self, dout: Array) -> Array:
        dx = np.zeros(self._shape, self._dtype)
        for place, offset in enumerate(np.ndindex(self.window)):
            dx[:, :, *self._at(offset, dout.shape[2:])] += self._share(dout, place)
        return dx


class ReturnAfterFirst(Pooling):
    """backward is done after the first turn of a loop

    How far is your `return` indented, and how many turns does the loop around it take?
    """

    _turns: ClassVar[Any] = (0,)

    def backward(self, dout: Array) -> Array:
        kept = np.zeros(dout.shape)
        kept[self._turns] = dout[self._turns]
        return super().backward(kept)


class ReturnAfterFirstChannel(ReturnAfterFirst):
    __doc__ = ReturnAfterFirst.__doc__
    _turns = (0, 0)


class ReturnAfterFirstRow(ReturnAfterFirst):
    __doc__ = ReturnAfterFirst.__doc__
    _turns = (slice(None), slice(None), 0)


class ReturnAfterFirstWindow(ReturnAfterFirst):
    __doc__ = ReturnAfterFirst.__doc__
    _turns = (slice(None), slice(None), 0, 0)


class ReturnAfterVeryFirstWindow(ReturnAfterFirst):
    __doc__ = ReturnAfterFirst.__doc__
    _turns = (0, 0, 0, 0)


class ReturnAfterVeryFirstRow(ReturnAfterFirst):
    __doc__ = ReturnAfterFirst.__doc__
    _turns = (0, 0, 0)


class ReturnAfterFirstOffsets(ReturnAfterFirst):
    __doc__ = ReturnAfterFirst.__doc__

    def backward(self, dout: Array) -> Array:
        return Pooling.backward(self, np.where(self._winner < self.window[1], dout, 0))


class ReturnAfterFirstOffset(ReturnAfterFirst):
    __doc__ = ReturnAfterFirst.__doc__

    def backward(self, dout: Array) -> Array:
        return Pooling.backward(self, np.where(self._winner == 0, dout, 0))


class FirstWinners(Pooling):
    """the winners of the first batch are used for every other batch

    What does the layer remember of a batch that is over? Look at what forward leaves behind, and when it is cleared.
    """

    def forward(self, x: Array) -> Array:
        first = getattr(self, "_winner", None)
        y = super().forward(x)
        self._winner = self._winner if first is None else first
        return y


class FirstWinnersThroughout(FirstWinners):
    __doc__ = FirstWinners.__doc__

    def forward(self, x: Array) -> Array:
        super().forward(x)
        return np.take_along_axis(self._candidates(floating(x)), self._winner[..., None], axis=-1)[..., 0]


class WinnersAppended(FirstWinners):
    __doc__ = FirstWinners.__doc__

    def forward(self, x: Array) -> Array:
        kept = getattr(self, "_list", np.empty(0, dtype=int))
        y = Pooling.forward(self, x)
        self._list = np.concatenate([kept, self._winner.ravel()])
        self._winner = self._list[: y.size].reshape(y.shape)
        return y


class PlacesAppended(FirstWinners):
    __doc__ = FirstWinners.__doc__

    def forward(self, x: Array) -> Array:
        kept: list[Array] = getattr(self, "_places", [])
        y = Pooling.forward(self, x)
        n, c, p, q = np.indices(y.shape)
        row = p * self.stride[0] + self._winner // self.window[1]
        column = q * self.stride[1] + self._winner % self.window[1]
        self._places = [*kept, np.stack([n, c, row, column], axis=-1).reshape(-1, 4)]
        return y

    def backward(self, dout: Array) -> Array:
        dx = np.zeros(self._shape)
        for place, error in zip(np.concatenate(self._places), dout.ravel(), strict=False):
            dx[tuple(place)] += error
        return dx


class AllPlacesAppended(PlacesAppended):
    """backward still hands out errors to the winners of earlier batches

    What does the layer remember of a batch that is over? Look at what forward leaves behind, and when it is cleared.
    """

    def backward(self, dout: Array) -> Array:
        dx = np.zeros(self._shape)
        for places in self._places:
            for place, error in zip(places, dout.ravel(), strict=False):
                dx[tuple(place)] += error
        return dx


class ArgumentsSwapped(Pooling):
    """the size of the windows is taken for the stride, and the stride for the size

    In which order does the exercise name the two arguments of the constructor?
    """

    def __init__(self, stride_shape: int | Sequence[int], pooling_shape: int | Sequence[int]) -> None:
        super().__init__(pooling_shape, stride_shape)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    found = {
        "pool-gradient-lost-on-overlap": (LastOffsetWins, LastWindowWins, LastWindowClears, LastOffsetClears),
        "pool-max-ties-duplicate-gradient": (ToAllTies,),
        "pool-arguments-swapped": (ArgumentsSwapped,),
        "pool-zero-padded-or-zero-init": (MaximumWithZero, NoWinnerBelowZero, FirstWinnerBelowZero),
        "pool-abs-max": (LargestMagnitude, MaximumOfMagnitudes, MaximumOfMagnitudesWithSign),
        "mean-pool": (Mean, MeanForwardOnly),
        "pool-zeros-like-integer": (TruncatedGradient, GradientCannotBeAdded),
        "pool-return-in-loop": (
            ReturnAfterFirst,
            ReturnAfterFirstChannel,
            ReturnAfterFirstRow,
            ReturnAfterFirstWindow,
            ReturnAfterVeryFirstRow,
            ReturnAfterVeryFirstWindow,
            ReturnAfterFirstOffsets,
            ReturnAfterFirstOffset,
        ),
        "pool-loses-index-between-calls": (
            *(FirstWinners, FirstWinnersThroughout, WinnersAppended, PlacesAppended, AllPlacesAppended),
        ),
    }
    return [misconception(id, cls, "Pooling") for id, classes in found.items() for cls in classes]
