"""Layers with two arrays, weights and bias or gamma and beta, under whatever names and shapes a hand-in has them.

The exercise's dialect calls both pairs `weights` and `bias`; the second may be (K,), (1, K) or (K, 1, 1). A layer that
has but one array calls it `weights`; one that has none fits, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.model import Layout
from grader.probe import CheckFailed

Array = NDArray[Any]
_EXERCISE = ("weights", "bias")


def pair_names(raw: Mapping[str, Array], names: tuple[str, ...]) -> tuple[str, ...]:
    """Return what a hand-in calls the two: `names` if it has the first of them, else `weights` and `bias`."""
    return names if set(names[:1]) & set(raw) else _EXERCISE[: len(names)]


def pair_layout(shapes: Mapping[str, tuple[int, ...]], raw: Mapping[str, Array]) -> Layout:
    """Return how a hand-in whose arrays are `raw` stores the reference's two arrays, which have these shapes."""
    return Layout(partial(pack_pair, names=tuple(shapes), like=raw), partial(split_pair, shapes=shapes))


def split_pair(raw: Mapping[str, Array], shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    """Return a hand-in's arrays under the names and in the shapes that the reference has.

    A vector may come as a row or a column. Raises CheckFailed for an array that is missing or has another form.
    """
    found = {}
    for name, key in zip(shapes, pair_names(raw, tuple(shapes)), strict=True):
        shape = shapes[name]
        if key not in raw:
            raise CheckFailed(f"the layer has no array {key}; one of shape {shape} was expected")
        if raw[key].shape != shape and (len(shape) > 1 or raw[key].size != shape[0]):
            raise CheckFailed(f"{key} has shape {raw[key].shape}; {shape} was expected")
        found[name] = raw[key].reshape(shape)
    return found


def pack_pair(table: Mapping[str, Array], names: tuple[str, ...], like: Mapping[str, Array]) -> dict[str, Array]:
    """Return the reference's two arrays under the names, and where possible in the shapes, that a hand-in has."""
    packed = {}
    for name, key in zip(names, pair_names(like, names), strict=True):
        value = np.asarray(table[name])
        packed[key] = value.reshape(like[key].shape) if key in like and like[key].size == value.size else value
    return packed
