"""Mistakes that the catalogue does not know: random corruptions of the reference, which must not be given a name.

A corruption changes what one method of a component answers: noise, a shuffled axis, or a scale drawn from a continuous
range away from the factors that mistakes have. Each is told from where it is made by a number alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.bench import generator
from grader.model import Misconception
from grader.references import reference
from grader.selftest.imitations import bad, grade_imitation
from tests.accuracy.parallel import mapped
from tests.grader.handins import registry

Array = NDArray[Any]
_METHODS = {
    "layer": ("forward", "backward", "gradients"),
    "loss": ("forward", "backward"),
    "optimizer": ("step",),
    "regularizer": ("calculate_gradient", "norm"),
}
_COMPONENTS = (
    *(
        "FullyConnected",
        "ReLU",
        "SoftMax",
        "Sigmoid",
        "TanH",
        "Flatten",
        "Conv",
        "Pooling",
        "BatchNormalization",
        "RNN",
    ),
    *("Dropout", "CrossEntropyLoss", "Sgd", "SgdWithMomentum", "Adam", "L1_Regularizer", "L2_Regularizer"),
)


@dataclass(frozen=True)
class Corrupted:
    """What became of one corruption."""

    number: int
    what: str
    noticed: bool
    named: tuple[str, ...]


def corrupt_all(count: int, seed: int, *, jobs: int = 1) -> list[Corrupted]:
    """Grade `count` corruptions with diagnosis."""
    return mapped(partial(corrupt, seed=seed), range(count), jobs)


def corrupt(number: int, seed: int) -> Corrupted:
    """Make and grade the corruption of this number."""
    rng = generator(seed, "corruption", str(number))
    component = _COMPONENTS[number % len(_COMPONENTS)]
    task = registry().tasks[component]
    method = str(rng.choice(_METHODS[task.kind]))
    kind = str(rng.choice(["noise", "shuffle", "scale"]))
    cls = _class(reference(component), method, _change(kind, rng))
    wrong = Misconception("corruption", (component,), {component: cls}, "", "")
    report = grade_imitation(registry(), wrong, component, "fau", seed + number, diagnosed=registry().misconceptions)
    return Corrupted(number, f"{component}.{method}: {kind}", bool(bad(report)), report.misconceptions)


def _change(kind: str, rng: np.random.Generator) -> Callable[[Array], Array]:
    """Return what happens to an answer; the same answer is always changed in the same way."""
    size, fixed = float(rng.uniform(0.05, 0.5)), int(rng.integers(2**31))
    factor = float(rng.choice([rng.uniform(0.55, 0.95), rng.uniform(1.05, 1.9), rng.uniform(2.1, 2.9)]))

    def change(answer: Array) -> Array:
        own = np.random.default_rng(fixed)
        answer = np.asarray(answer)
        if kind == "noise":
            return np.asarray(answer + size * own.standard_normal(answer.shape))
        if kind == "shuffle" and answer.ndim and max(answer.shape) > 2:
            axis = int(np.argmax(answer.shape))
            return np.take(answer, own.permutation(answer.shape[axis]), axis)
        return np.asarray(factor * answer)

    return change


def _class(cls: Any, method: str, change: Callable[[Array], Array]) -> Any:
    """Return a subclass that changes what `method` answers (`gradients`: what backward leaves of the first one)."""

    def changed(self: Any, *args: Any) -> Any:
        if method != "gradients":
            return change(getattr(cls, method)(self, *args))
        answer = cls.backward(self, *args)
        for name in list(self.gradients)[:1]:
            self.gradients[name][...] = change(self.gradients[name])
        return answer if self.gradients else change(answer)

    return type(f"Corrupted{cls.__name__}", (cls,), {"backward" if method == "gradients" else method: changed})
