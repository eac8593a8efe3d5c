"""Initializers that set a seed: UniformRandom, Xavier and He alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from framework.layer import Array
from framework.reference.he import He
from framework.reference.uniform_random import UniformRandom
from framework.reference.xavier import Xavier
from grader.hookspecs import hookimpl
from grader.misconceptions.define import misconception
from grader.model import Misconception

SEED = 1


class SeedsEverybody:
    """initialize sets the seed of the generator that all share

    Who sets the seed of an experiment: each part of it, or the one who runs it? Draw twice, and look at both.
    """

    _rng: np.random.Generator

    def initialize(self, weights_shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        # the shared generator is the mistake; the grader itself draws nothing from it
        np.random.seed(SEED)
        self._rng = np.random.default_rng(SEED)
        drawn: Array = super().initialize(weights_shape, fan_in, fan_out)  # type: ignore[misc]  # that of the reference
        return drawn


class SeedsEveryCall:
    """every call starts from the same seed

    Draw twice, and look at both. Which two layers of one network will ever differ?
    """

    _rng: np.random.Generator

    def initialize(self, weights_shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        self._rng = np.random.default_rng(SEED)
        drawn: Array = super().initialize(weights_shape, fan_in, fan_out)  # type: ignore[misc]  # that of the reference
        return drawn


class SeedsEveryInstance:
    """every instance starts from the same seed

    Make two of them and let both draw. Who sets the seed of an experiment: each part of it, or the one who runs it?
    """

    def __init__(self) -> None:
        super().__init__(rng=np.random.default_rng(SEED))  # type: ignore[call-arg]  # the reference takes one


def _with(mistake: type, reference: type) -> Callable[..., Any]:
    """Make the reference with this mistake."""
    return type(f"{mistake.__name__}{reference.__name__}", (mistake, reference), {"__doc__": mistake.__doc__})


@hookimpl
def backcheck_misconceptions() -> list[Misconception]:
    """Return the misconceptions of this module."""
    return [
        misconception("init-fixed-seed", _with(mistake, reference), reference.__name__)
        for reference in (UniformRandom, Xavier, He)
        for mistake in (SeedsEverybody, SeedsEveryCall, SeedsEveryInstance)
    ]
