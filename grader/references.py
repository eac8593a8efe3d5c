"""Where right answers come from: the reference classes by the name of the component, or what stands in for them.

On the instructor's machine the answers are computed by `framework.reference`. A student kit has none of it: there the
answers recorded for the public seeds (`data/golden/`, see `golden.py`) are looked up, and `NoOracle` is raised for
every other question. Tasks ask `answering("Conv", …)` and cannot tell the two apart. A task from outside brings its own
reference (`Task.reference`).
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any, Protocol

_MODULES = {
    **{name: name.lower() for name in ("ReLU", "TanH", "Sigmoid", "Flatten", "Pooling", "Conv", "Dropout", "RNN")},
    **{name: name.lower() for name in ("Sgd", "Adam", "He", "Xavier", "Constant")},
    "FullyConnected": "fully_connected",
    "SoftMax": "soft_max",
    "BatchNormalization": "batch_normalization",
    "MovingSampleVariance": "moving_sample_variance",
    "CrossEntropyLoss": "cross_entropy_loss",
    "L2Loss": "l2_loss",
    "SgdWithMomentum": "sgd_with_momentum",
    "L1_Regularizer": "l1_regularizer",
    "L2_Regularizer": "l2_regularizer",
    "UniformRandom": "uniform_random",
    "NeuralNetwork": "neural_network",
    "LeNet": "lenet",
}
GOLDEN = Path(__file__).parent.parent / "data" / "golden"


class NoOracle(Exception):
    """Nobody here knows the right answer: this is a student kit, and the question was not recorded."""


class Source(Protocol):
    """Makes what answers questions about a component."""

    def make(self, component: str, args: tuple[Any, ...], choices: dict[str, Any]) -> Any:
        """Return something that answers as the reference made with these arguments does."""


class Computed:
    """The reference itself: a layer speaks the neutral protocol, the container answers behind a desk."""

    def make(self, component: str, args: tuple[Any, ...], choices: dict[str, Any]) -> Any:
        """Construct the reference class of a component."""
        from framework.layer import Layer
        from grader.guest.dialects.native import NativeLayer

        if component == "NeuralNetwork":
            from grader.network_desk import reference_desk

            return reference_desk()
        made = reference(component)(*args, **choices)
        return NativeLayer(made) if isinstance(made, Layer) else made


_SOURCE: ContextVar[Source] = ContextVar("source of right answers")


def answering(component: str, *args: Any, **choices: Any) -> Any:
    """Return the right answers of a component, constructed with these arguments.

    A layer has `forward`, `backward`, `params`, `set_params`, `grads`, … of the neutral protocol; losses, optimizers
    and regularizers have the methods of their interface; the container is a desk. Raises NoOracle, here or when it is
    asked, for what a student kit does not know.
    """
    return _SOURCE.get(_installed()).make(component, args, choices)


@contextmanager
def answers_from(source: Source) -> Generator[None]:
    """Let right answers come from `source` inside the block (of this thread): to record them, or in tests."""
    token = _SOURCE.set(source)
    try:
        yield
    finally:
        _SOURCE.reset(token)


def reference(component: str) -> Any:
    """Return the reference class of a component; raise LookupError if there is none."""
    if component not in _MODULES:
        raise LookupError(f"there is no reference of {component}")
    module = importlib.import_module(f"framework.reference.{_MODULES[component]}")
    return module.build if component == "LeNet" else getattr(module, component)


def has_references() -> bool:
    """Tell whether the reference is here, as it is everywhere but in a student kit."""
    return importlib.util.find_spec("framework.reference") is not None


@cache
def _installed() -> Source:
    if has_references():
        return Computed()
    from grader.golden import Golden

    return Golden(GOLDEN)
