"""The forms in which a right hand-in may come: every choice that changes what the reference is asked.

A kit's record of right answers is made by grading the reference in each of these forms. What a hand-in chooses beside
them (an RNN that reads the bias first, say) is graded on the instructor's machine only.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from framework.initializer import Initializer
from framework.reference.adam import Adam
from framework.reference.rnn import RNN
from grader.model import Case, Conventions, Misconception, Task

DIALECTS = ("fau", "native")
DECAYS = (0.8, 0.9, 0.95, 0.99, 0.5)
EPSILONS = (1e-7, 1e-8, 1e-10, 1e-12, float(np.finfo(float).eps))  # of Adam


@dataclass(frozen=True)
class Form:
    """A dialect, conventions, classes in the place of the reference's, and whether a bias is an array of its own."""

    dialect: str
    conventions: Conventions = field(default_factory=Conventions)
    classes: Mapping[str, Any] = field(default_factory=dict)
    two_arrays: bool = False

    def raw(self, case: Case) -> dict[str, Any]:
        """Return arrays as an affine layer of the exercise's dialect shows them, if they are two."""
        if not self.two_arrays:
            return {}
        shape = tuple(case.init.values())
        return {"weights": np.zeros(shape), "bias": np.zeros(shape[1])}

    def unlike(self, task: Task) -> Misconception | None:
        """Return the classes as the record that an imitation is made from."""
        return Misconception("form", (task.name,), self.classes, "", "") if self.classes else None


def forms(task: Task) -> Iterator[Form]:
    """Yield the forms in which right hand-ins do a task."""
    for dialect in DIALECTS:
        if task.asked_of(dialect):
            yield from _SPECIAL.get(task.name, _plain)(dialect)


def _plain(dialect: str) -> Iterator[Form]:
    yield Form(dialect)


def _affine(dialect: str) -> Iterator[Form]:
    if dialect == "native":
        yield Form(dialect)
        return
    for bias, orientation in itertools.product(("last", "first", "separate"), ("in-out", "out-in")):
        yield Form(dialect, Conventions(bias=bias, orientation=orientation), two_arrays=bias == "separate")


def _padded(dialect: str) -> Iterator[Form]:
    for in_front, centred in itertools.product((True, False), repeat=2):
        yield Form(dialect, Conventions(extra_in_front=in_front, centred_stride=centred))


def _averaged(dialect: str) -> Iterator[Form]:
    unusual = [choice for choice in itertools.product(DECAYS[:2], (0, 1), (True, False)) if choice[1:] != (0, True)]
    for decay, ddof, first in (*((decay, 0, True) for decay in DECAYS), *unusual):
        yield Form(dialect, Conventions(decay=decay, ddof=ddof, start_from_first_batch=first))


def _recurrent(dialect: str) -> Iterator[Form]:
    for activation in ("sigmoid", "linear"):
        conventions = Conventions(output_activation=activation)
        if dialect == "native":
            yield from (Form(dialect, conventions, {"RNN": cls}) for cls in (RNN, _Remembering))
            continue
        joint = replace(conventions, bias="joint")
        for cls in (RNN, _Remembering, _OutputFirst):
            yield Form(dialect, joint, {"RNN": cls})
            yield Form(dialect, replace(joint, order=("h", "x", "1")), {"RNN": _hidden_in_front(cls)})
        yield Form(dialect, replace(joint, orientation="out-in"))


def _constrained(dialect: str) -> Iterator[Form]:
    for epsilon in EPSILONS:
        yield Form(dialect, classes={"Adam": partial(Adam, epsilon=epsilon)})


_SPECIAL = {
    "FullyConnected": _affine,
    "Conv": _padded,
    "BatchNormalization": _averaged,
    "RNN": _recurrent,
    "L1_Regularizer": _constrained,
    "L2_Regularizer": _constrained,
}


class _Remembering(RNN):
    """Keeps its last hidden state while nobody asks for it, and starts from it once `memorize` is switched on."""

    @property
    def memorize(self) -> bool:
        """Whether a forward starts from the last hidden state of the one before."""
        return self._memorize

    @memorize.setter
    def memorize(self, memorize: bool) -> None:
        self._memorize = bool(memorize)


class _OutputFirst(RNN):
    """Draws the output layer's parameters before the hidden layer's."""

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        """Draw all parameters anew."""
        D, U, M = self.input_size, self.hidden_size, self.output_size
        drawn = {
            "Wy": weights_initializer.initialize((U, M), U, M),
            "by": bias_initializer.initialize((M,), U, M),
            "Wh and Wx": weights_initializer.initialize((D + U, U), D + U, U),
            "bh": bias_initializer.initialize((U,), D + U, U),
        }
        drawn["Wx"], drawn["Wh"] = np.split(drawn.pop("Wh and Wx"), [D])
        for name, value in drawn.items():
            self.parameters[name][...] = value


def _hidden_in_front(cls: type[RNN]) -> type[RNN]:
    """Return an RNN that draws one matrix for both inputs, as `cls` does, and takes its first rows for h."""

    class HiddenInFront(cls):  # type: ignore[misc, valid-type]  # the base is an argument
        def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
            super().initialize(weights_initializer, bias_initializer)
            drawn = np.vstack([self.parameters["Wx"], self.parameters["Wh"]])
            self.parameters["Wh"][...], self.parameters["Wx"][...] = np.split(drawn, [self.hidden_size])

    return HiddenInFront
