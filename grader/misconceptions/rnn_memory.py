"""What goes wrong between the time steps and the sequences of an RNN. T time, D inputs, U hidden units, M outputs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from framework.layer import Array
from framework.reference.rnn import RNN
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.misconceptions.unrolled import Caches, UnrolledRNN
from grader.misconceptions.variants import variant
from grader.model import Misconception


class HiddenStateNotReset(RNN):
    """a sequence starts from the last hidden state of the one before, although memorize is off

    Feed the same sequence twice. What is different about the second time, and should it be?
    """

    def _initial_hidden(self) -> Array:
        return self._last_hidden


class HiddenStateNeverReset(HiddenStateNotReset):
    __doc__ = HiddenStateNotReset.__doc__

    def _initial_hidden(self) -> Array:
        return np.array(self._h[-1]) if hasattr(self, "_h") else self._last_hidden


class MemorizeIgnored(RNN):
    """every sequence starts from zeros, although memorize is on

    Cut a sequence in two and switch memorize on. What would the second half have to know to continue the first?
    """

    def _initial_hidden(self) -> Array:
        return np.zeros(self.hidden_size)


class MemorizeOffKeepsState(RNN):
    """switching memorize off does not forget the hidden state

    Who empties the memory, and when: is there a way to a new sequence on which nobody does?
    """

    _once = False

    def _initial_hidden(self) -> Array:
        kept: Array = self.__dict__.get("_kept", np.zeros(self.hidden_size))
        if self._once and not self._memorize:
            self._kept = np.zeros(self.hidden_size)
        return kept

    def forward(self, x: Array) -> Array:
        """Keep the state only while memorize is on, but start from it always."""
        y = super().forward(x)
        if self._memorize:
            self._kept = np.array(self._h[-1])
        return y


class MemorizeListGrows(UnrolledRNN):
    """with memorize on, backward of a second sequence takes the states that the first one left in the lists

    Print the length of your lists after two sequences. Which of the entries belong to the call that backward is about?
    """

    _grown: Sequence[str] = ("x", "before", "after", "fed", "y")

    def forward(self, x: Array) -> Array:
        """Append to what the calls before have left, unless memorize is off."""
        y = super().forward(x)
        new = UnrolledRNN._caches(self)
        old = self.__dict__.get("_lists") if self._memorize else None
        self._lists = (
            new
            if old is None
            else Caches(*(np.vstack([getattr(c, f.name) for c in (old, new)]) for f in fields(Caches)))
        )
        return y

    def _caches(self) -> Caches:
        caches = super()._caches()
        steps = len(caches.x)
        return replace(caches, **{name: getattr(self._lists, name)[:steps] for name in self._grown})


class RowsAsBatch(UnrolledRNN):
    """every row is treated on its own: the hidden state does not reach the next time step

    Give the layer the same row three times. Are the three outputs equal, and should they be?
    """

    _carries = False

    def _step(self, driven: Array, h: Array) -> Array:
        return np.asarray(np.tanh(driven))

    def _caches(self) -> Caches:
        caches = super()._caches()
        return replace(caches, before=np.zeros_like(caches.before))

    def _back(self, from_output: Array, carry: Array, slope: Array) -> tuple[Array, Array]:
        dz, onward = super()._back(from_output, carry, slope)
        return dz, onward if self._carries else np.zeros_like(onward)


class ReturnsOnlyLast(RNN):
    """forward returns the output of the last time step only

    The next layer wants one row per row of the input. How many outputs does a sequence of T steps have?
    """

    def forward(self, x: Array) -> Array:
        """Return (1, M)."""
        return super().forward(x)[-1:]

    def backward(self, dout: Array) -> Array:
        """Return (T, D), from the error of the last step."""
        rows = np.zeros((len(self._x), self.output_size))
        rows[-1] = dout
        return super().backward(rows)


class ReturnsLastRow(ReturnsOnlyLast):
    __doc__ = ReturnsOnlyLast.__doc__

    def forward(self, x: Array) -> Array:
        """Return (M,)."""
        return np.asarray(super().forward(x)[0])


class SequenceLengthCached(RNN):
    """the length of the first sequence is kept for all later ones

    From which array does the layer take the number of time steps, and when does it look?
    """

    def forward(self, x: Array) -> Array:
        """Read no more steps than the first time."""
        steps = self.__dict__.setdefault("_steps", len(x))
        return super().forward(x[:steps])


class BuffersOfFirstSequence(RNN):
    __doc__ = SequenceLengthCached.__doc__

    def forward(self, x: Array) -> Array:
        """Write into the array that the first call made."""
        buffer: Array = self.__dict__.setdefault("_buffer", np.zeros((len(x), self.output_size)))
        if len(x) > len(buffer):
            raise IndexError(f"index {len(buffer)} is out of bounds for axis 0 with size {len(buffer)}")
        buffer[: len(x)] = super().forward(x)
        return buffer.copy()

    def backward(self, dout: Array) -> Array:
        """Return (T, D)."""
        return super().backward(dout[: len(self._x)])


_GROWN = (
    ("x", "before", "after", "fed", "y"),
    ("before", "after", "fed"),
    ("after",),
    ("x", "before"),
    ("before",),
    ("fed",),
)
_MISTAKES: Sequence[tuple[str, Sequence[type[Any]]]] = (
    ("rnn-hidden-state-not-reset", [HiddenStateNotReset, HiddenStateNeverReset]),
    ("rnn-memorize-ignored", [MemorizeIgnored]),
    ("rnn-memorize-off-keeps-state", [MemorizeOffKeepsState, variant(MemorizeOffKeepsState, _once=True)]),
    ("rnn-memorize-list-grows", [variant(MemorizeListGrows, _grown=names) for names in _GROWN]),
    ("rnn-treats-rows-as-batch", [RowsAsBatch, variant(RowsAsBatch, _carries=True)]),
    ("rnn-returns-only-last", [ReturnsOnlyLast, ReturnsLastRow]),
    ("rnn-sequence-length-cached", [SequenceLengthCached, BuffersOfFirstSequence]),
)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [misconception(name, cls, "RNN") for name, classes in _MISTAKES for cls in classes]
