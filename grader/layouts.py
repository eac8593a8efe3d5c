"""Affine maps as students store them: one matrix with a bias row somewhere, or two arrays, transposed or not.

D inputs, M outputs. The canonical form is W (D, M) and b (M,).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.model import Conventions

Array = NDArray[Any]
Params = Mapping[str, Array]


def weight_name(raw: Params) -> str:
    """Return the name of the weight matrix among a layer's parameters: `W`, `weights`, or the first there is."""
    for name in ("W", "weights"):
        if name in raw:
            return name
    return next(iter(raw), "weights")


def admissible(raw: Params, inputs: int, outputs: int) -> Iterator[Conventions]:
    """Yield every way of reading `raw` as an affine map (D -> M) that its sizes permit; the usual one first."""
    matrix = raw.get(weight_name(raw))
    if matrix is None or matrix.ndim != 2:
        return
    bias_name = _bias_name(raw)
    joint, separate = (inputs + 1, outputs), (inputs, outputs)
    for orientation in ("in-out", "out-in"):
        shape = matrix.shape if orientation == "in-out" else matrix.shape[::-1]
        if shape == joint:
            for bias in ("last", "first"):
                yield Conventions(bias=bias, orientation=orientation)
        if shape == separate and bias_name is not None and raw[bias_name].size == outputs:
            yield Conventions(bias="separate", orientation=orientation)


def usual(raw: Params, inputs: int, outputs: int) -> Conventions:
    """Return the reading to assume when no admissible one reproduces what the layer computes."""
    for conventions in admissible(raw, inputs, outputs):
        return replace(conventions, fitted=False)
    return Conventions(bias="last" if _bias_name(raw) is None else "separate", fitted=False)


def split_affine(raw: Params, conventions: Conventions) -> tuple[Array, Array]:
    """Return (W, b) from a student's arrays. Raises KeyError or ValueError if they do not have that form."""
    matrix = raw[weight_name(raw)]
    if conventions.orientation == "out-in":
        matrix = matrix.T
    if conventions.bias == "separate":
        name = _bias_name(raw)
        if name is None:
            raise KeyError("bias")
        return matrix, raw[name].reshape(-1)
    if conventions.bias == "first":
        return matrix[1:], matrix[0]
    return matrix[:-1], matrix[-1]


def join_affine(weights: Array, bias: Array, conventions: Conventions, like: Params) -> dict[str, Array]:
    """Return (W, b) as the student stores them; `like` gives names and shapes."""
    bias_name = _bias_name(like)
    if conventions.bias == "first":
        matrix = np.vstack([bias, weights])
    elif conventions.bias == "last":
        matrix = np.vstack([weights, bias])
    else:
        matrix = weights
    if conventions.orientation == "out-in":
        matrix = matrix.T
    joined = {weight_name(like): matrix}
    if conventions.bias == "separate" and bias_name is not None:
        joined[bias_name] = bias.reshape(like[bias_name].shape)
    return joined


def _bias_name(raw: Params) -> str | None:
    return next((name for name in ("b", "bias") if name in raw), None)
