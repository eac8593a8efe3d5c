"""Input data for checks: drawn from a seeded generator, kept away from the points where a derivative jumps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
KINDS = ("normal", "wide", "off_zero", "distinct", "probabilities", "labels")


def sample(kind: str, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return float64 data of `shape`.

    `normal`: standard normal. `wide`: 10 000 times that, so that an epsilon in a layer plays no part. `off_zero`:
    every |x| in [0.05, 2], signs mixed (ReLU). `distinct`: a permutation of evenly spaced values, so that no two
    entries of a window tie (max pooling). `probabilities`: rows that sum to one, every entry at least 0.02. `labels`:
    one-hot rows.
    """
    if kind == "normal":
        return rng.standard_normal(shape)
    if kind == "wide":
        return 1e4 * rng.standard_normal(shape)
    if kind == "off_zero":
        signs = rng.choice([-1.0, 1.0], shape)
        return signs * rng.uniform(0.05, 2.0, shape)
    if kind == "distinct":
        count = int(np.prod(shape))
        return (rng.permutation(count).reshape(shape) - (count - 1) / 2) * (4.0 / max(count, 1))
    if kind == "probabilities":
        raw = rng.uniform(0.1, 1.0, shape)
        return np.asarray(raw / raw.sum(axis=-1, keepdims=True))
    if kind == "labels":
        return np.eye(shape[-1])[rng.integers(0, shape[-1], shape[:-1])]
    raise ValueError(f"no kind of data is called {kind!r}")


def whole_sample(kind: str, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return int64 data of `shape`: rounded, but as distinct as the kind promises."""
    if kind == "distinct":
        count = int(np.prod(shape))
        return np.asarray(rng.permutation(count).reshape(shape) - count // 2)
    return np.round(20 * sample(kind, shape, rng)).astype(np.int64)


def direction(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Return entries +-U[0.5, 1.5]: unequal sizes, so that two equal errors cannot cancel in a projection."""
    return np.asarray(rng.choice([-1.0, 1.0], shape) * rng.uniform(0.5, 1.5, shape))
