"""Flatten: one row per sample, the last axis running fastest. N batch, C channels, H W space."""

from __future__ import annotations

import math

from grader.hookspecs import hookimpl
from grader.model import Case, Task, Tier
from grader.oracle import plain_oracle

_AXES = ("sample", "channel", "row", "column")


def _case(name: str, shape: tuple[int, ...], other: tuple[int, ...], tier: Tier = Tier.CORE) -> Case:
    axes = {"input": _AXES[: len(shape)], "output": ("sample", "feature")}
    return Case(name, {}, shape, (shape[0], math.prod(shape[1:])), shapes={"other": other}, axes=axes, tier=tier)


CASES = (
    _case("three images, two channels", (3, 2, 3, 4), other=(2, 2, 3, 4)),
    _case("one image, one channel", (1, 1, 4, 2), other=(3, 1, 2, 5)),
    _case("signals", (2, 3, 5), other=(4, 3, 2)),
    _case("rows that are flat already", (3, 5), other=(1, 5), tier=Tier.ROBUST),
)


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="Flatten",
            formula="y[n] = x[n] row by row, the last axis fastest; dL/dx = dy in the shape of x",
            source="the order of numpy.reshape (C order); the exercise's text",
            kind="layer",
            cases=CASES,
            traits=frozenset({"deterministic"}),
            oracle=plain_oracle("Flatten"),
            points={"ex2": 2},
        )
    ]
