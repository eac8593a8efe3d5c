"""What goes wrong in training the RNN: gradients over calls, updates, optimizers. T time, U hidden units.

The arithmetic is in `rnn.py`, the memory in `rnn_memory.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from framework.layer import Array
from framework.reference.rnn import RNN
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.misconceptions.unrolled import HIDDEN, OUTPUT, UnrolledRNN
from grader.misconceptions.variants import variant
from grader.model import Misconception

Step = Callable[..., None]


class SharedOptimizer(RNN):
    """one optimizer trains both weight matrices, so each adds the other's momentum

    Momentum and Adam remember what they have seen, and the memory has the shape of one matrix. Whose memory is it here,
    once both matrices have been updated?
    """

    _order: Sequence[Sequence[str]] = (HIDDEN, OUTPUT)

    def backpropagate(self, dout: Array, step: Step) -> Array:
        dx = self.backward(dout)
        for names in self._order:
            self._step_matrix(names, step)
        return dx

    def _step_matrix(self, names: Sequence[str], step: Step) -> None:
        """Update weights and bias as the one matrix that they are in the exercise, with the optimizer of both."""
        tables = (self.parameters, self.gradients)
        for table in tables:
            table["matrix"] = np.vstack([table[name] for name in names])
        step("matrix", "shared")
        top = 0
        for name in names:
            value = self.parameters[name]
            height = len(np.atleast_2d(value))
            value[...] = self.parameters["matrix"][top : top + height].reshape(value.shape)
            top += height
        for table in tables:
            del table["matrix"]


class UpdateEveryStep(UnrolledRNN):
    """the weights are updated at every time step, while backward is still on its way through the sequence

    All steps of forward used the same weights. Which weights does the error meet halfway back, and how often should
    the optimizer be asked for one sequence?
    """

    _each: Sequence[str] = HIDDEN
    _so_far = False

    def backpropagate(self, dout: Array, step: Step) -> Array:
        caches = self._caches()
        dy = self._through_activation(dout, caches)
        slopes = self._slopes(caches)
        total = {name: np.zeros_like(value) for name, value in self.parameters.items()}
        carry = np.zeros(self.hidden_size)
        dx = np.empty_like(caches.x)
        for t in reversed(range(len(dx))):
            from_output = dy[t] @ self.parameters["Wy"].T
            dz, carry = self._back(from_output, carry, slopes[t])
            dx[t] = dz @ self.parameters["Wx"].T
            row = slice(t, t + 1)
            parts = self._hidden_parts(dz[None], replace(caches, x=caches.x[row], before=caches.before[row]))
            parts |= {"Wy": caches.fed[t][None, :, None] * dy[row, None], "by": dy[row]}
            for name in self.parameters:
                total[name] += parts[name][0]
                self.gradients[name] = total[name].copy() if self._so_far else parts[name][0]
            for name in self._each:
                step(name)
        self.gradients.update(total)
        for name in self.parameters:
            if name not in self._each:
                step(name)
        return dx


class OutputLayerNotTrained(UnrolledRNN):
    """the output layer is never trained

    The layer has two weight matrices. Write down, for each of them, where its gradient is summed and where it is used.
    """

    _left_out: Sequence[str] = OUTPUT

    def _add(self, names: Sequence[str], parts: dict[str, Array]) -> None:
        super()._add([name for name in names if name not in self._left_out], parts)


class GradientAccumulatesOverCalls(UnrolledRNN):
    """the gradient still contains that of earlier calls of backward

    The sum over time belongs to one sequence. Where does it start from zero?
    """

    _kept_names: Sequence[str] = (*HIDDEN, *OUTPUT)

    def _add(self, names: Sequence[str], parts: dict[str, Array]) -> None:
        sums = self.__dict__.setdefault("_sums", {name: np.zeros_like(v) for name, v in self.parameters.items()})
        for name in names:
            old = sums[name] if name in self._kept_names else 0.0
            sums[name] = old + parts[name].sum(axis=0)
            self.gradients[name] += sums[name]


class ShownGradientAccumulates(UnrolledRNN):
    __doc__ = GradientAccumulatesOverCalls.__doc__

    def backpropagate(self, dout: Array, step: Step) -> Array:
        dx = self.backward(dout)
        sums = self.__dict__.setdefault("_sums", {name: np.zeros_like(v) for name, v in self.parameters.items()})
        for name in self.parameters:
            step(name)
            sums[name] += self.gradients[name]
            self.gradients[name][...] = sums[name]
        return dx


class WeightsSetterMissing(RNN):
    """new `weights` are stored, and forward goes on with the old ones

    Which object does the multiplication in forward? Follow an assignment to `weights` until it gets there, or does not.
    """

    def assign(self, table: dict[str, Any]) -> None:
        """Take no notice."""


class WeightsSetterUnconnected(RNN):
    __doc__ = WeightsSetterMissing.__doc__

    def assign(self, table: dict[str, Any]) -> None:
        """Show the new weights from now on."""
        self.__dict__.setdefault("_used", self.parameters)
        self.parameters = self.parameters | table

    def forward(self, x: Array) -> Array:
        """Compute with the old ones."""
        return self._with_old(super().forward, x)

    def backward(self, dout: Array) -> Array:
        """The same."""
        return self._with_old(super().backward, dout)

    def _with_old(self, method: Callable[[Array], Array], given: Array) -> Array:
        shown = self.parameters
        self.parameters = self.__dict__.get("_used", shown)
        try:
            return method(given)
        finally:
            self.parameters = shown


class GradientHasExtraRow(RNN):
    """the gradient of the weights has not the shape of the weights

    An update subtracts one from the other, entry by entry. Print both shapes: which row has no partner?
    """

    def backward(self, dout: Array) -> Array:
        self.gradients = {}
        self.zero_grad()
        dx = super().backward(dout)
        self.gradients["Wh"] = np.vstack([self.gradients["Wh"], self.gradients["bh"]])
        return dx


class GradientWithoutBiasRow(RNN):
    __doc__ = GradientHasExtraRow.__doc__

    def backpropagate(self, dout: Array, step: Step) -> Array:
        self.gradients = {}
        self.zero_grad()
        dx = self.backward(dout)
        for name in self.parameters:
            step(name)
        # stacked as in the exercise, these are the rows of x and h, and none of the bias
        hidden = self.gradients["Wh"]
        self.gradients |= {"Wh": hidden[:-1], "bh": hidden[-1]}
        return dx


_BOTH = (*HIDDEN, *OUTPUT)
_MISTAKES: Sequence[tuple[str, Sequence[type[Any]]]] = (
    ("rnn-output-layer-not-trained", [OutputLayerNotTrained, variant(OutputLayerNotTrained, _left_out=("Wy",))]),
    (
        "rnn-gradient-accumulates-over-calls",
        [variant(GradientAccumulatesOverCalls, _kept_names=names) for names in (_BOTH, HIDDEN, OUTPUT)],
    ),
    ("rnn-gradient-weights-shape", [GradientHasExtraRow]),
)
_UPDATES: Sequence[tuple[str, Sequence[type[Any]]]] = (
    ("rnn-shared-optimizer", [SharedOptimizer, variant(SharedOptimizer, _order=(OUTPUT, HIDDEN))]),
    (
        "rnn-update-every-step",
        [
            variant(UpdateEveryStep, _each=names, _so_far=so_far)
            for so_far in (False, True)
            for names in (HIDDEN, _BOTH, OUTPUT)
        ],
    ),
    ("rnn-gradient-accumulates-over-calls", [ShownGradientAccumulates]),
    ("rnn-gradient-weights-shape", [GradientWithoutBiasRow]),
    ("rnn-weights-setter-missing", [WeightsSetterMissing, WeightsSetterUnconnected]),
)


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [misconception(name, cls, "RNN") for name, classes in _MISTAKES for cls in classes] + [
        misconception(name, cls, "RNN", dialects=["fau"]) for name, classes in _UPDATES for cls in classes
    ]
