"""How a student's RNN stores and combines its parameters, found out by what it computes.

T time, D inputs, U hidden units, M outputs. Canonical parameters: Wx (D, U), Wh (U, U), bh (U,), Wy (U, M), by (M,).
The exercise's dialect shows the hidden matrix only, `weights` (D + U + 1, U). The output layer is learnt from what
`initialize` was seen to hand out, or solved for: with known hidden states, y = activation(h Wy + by) is linear in it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.layouts import weight_name
from grader.model import Conventions
from grader.references import NoOracle, answering
from grader.tolerance import deviates

Array = NDArray[Any]
Table = dict[str, Array]
NAMES = ("Wx", "Wh", "bh", "Wy", "by")


def readings(raw: Mapping[str, Array], sizes: tuple[int, int, int]) -> Iterator[Conventions]:
    """Yield every admissible way to read a student's parameters; the usual one first."""
    D, U, M = sizes
    activations = ("sigmoid", "linear")
    if is_native(raw):
        right = {"Wx": (D, U), "Wh": (U, U), "bh": (U,), "Wy": (U, M), "by": (M,)}
        if any(raw[name].shape != shape for name, shape in right.items()):
            return
        for activation in activations:
            yield Conventions(output_activation=activation)
        return
    matrix = raw.get(weight_name(raw))
    if matrix is None:
        return
    for orientation, shape in (("in-out", matrix.shape), ("out-in", matrix.shape[::-1])):
        if shape == (D + U + 1, U):
            orders = sorted(itertools.permutations(("x", "h", "1")), key=lambda o: (o[2] != "1", o[0] != "x"))
            for activation, order in itertools.product(activations, orders):
                yield Conventions(orientation=orientation, order=order, output_activation=activation, bias="joint")


def is_native(raw: Mapping[str, Array]) -> bool:
    """Tell whether all five parameters are there under their canonical names."""
    return all(name in raw for name in NAMES)


def hidden_params(raw: Mapping[str, Array], conventions: Conventions, sizes: tuple[int, int, int]) -> Table:
    """Return Wx, Wh and bh."""
    if is_native(raw):
        return {name: raw[name] for name in ("Wx", "Wh", "bh")}
    D, U, _ = sizes
    matrix = raw[weight_name(raw)]
    if conventions.orientation == "out-in":
        matrix = matrix.T
    heights = {"x": D, "h": U, "1": 1}
    cuts = np.cumsum([heights[block] for block in conventions.order])[:-1]
    blocks = dict(zip(conventions.order, np.split(matrix, cuts), strict=True))
    return {"Wx": blocks["x"], "Wh": blocks["h"], "bh": blocks["1"][0]}


def pack_hidden(table: Table, conventions: Conventions, like: Mapping[str, Array]) -> Table:
    """Return the canonical parameters (or gradients) as the student stores those that can be seen."""
    if is_native(like):
        return table
    blocks = {"x": table["Wx"], "h": table["Wh"], "1": table["bh"][None, :]}
    matrix = np.vstack([blocks[block] for block in conventions.order])
    return {weight_name(like): matrix.T if conventions.orientation == "out-in" else matrix}


def hidden_states(params: Table, x: Array) -> Array:
    """Return h_1 … h_T (T, U), starting from zero: the reference's output with an output layer that changes nothing."""
    D, U = params["Wx"].shape
    return outputs({**params, "Wy": np.eye(U), "by": np.zeros(U)}, x, (D, U, U), "linear")


def outputs(params: Table, x: Array, sizes: tuple[int, int, int], activation: str) -> Array:
    """Return what the reference with these parameters makes of `x` (T, D)."""
    reference = answering("RNN", *sizes, output_activation=activation)
    reference.set_params(**params)
    return np.asarray(reference.forward(x))


def handed_out(latent: Mapping[str, Array], sizes: tuple[int, int, int]) -> Table | None:
    """Return Wy and by among the arrays that `initialize` was given, told apart by their shapes; None if unclear."""
    _, U, M = sizes
    weights = [a for name, a in latent.items() if name.startswith("w") and a.shape in ((U, M), (M, U))]
    biases = [a for name, a in latent.items() if name.startswith("b") and a.size == M]
    if len(weights) != 1 or len(biases) != 1:
        return None
    matrix = weights[0]
    return {"Wy": matrix if matrix.shape == (U, M) else matrix.T, "by": biases[0].reshape(-1)}


def solve_output(states: Array, y: Array, conventions: Conventions) -> Table | None:
    """Return Wy and by from hidden states (T, U) and outputs (T, M), T > U + 1; None where nothing fits them."""
    if conventions.output_activation == "sigmoid":
        if not ((y > 0) & (y < 1)).all():
            return None
        y = np.log(y) - np.log1p(-y)
    if not np.isfinite(y).all():
        return None
    inputs = np.hstack([states, np.ones((len(states), 1))])
    if len(inputs) <= inputs.shape[1] or not np.isfinite(inputs).all():
        return None
    solution, _, rank, _ = np.linalg.lstsq(inputs, y.astype(np.float64), rcond=None)
    if rank < inputs.shape[1] or deviates(inputs @ solution, y, "loss").any():
        return None
    return {"Wy": solution[:-1], "by": solution[-1]}


def explain(
    raw: Mapping[str, Array],
    latent: Mapping[str, Array],
    x: Array,
    y: Array,
    sizes: tuple[int, int, int],
    known: Conventions | None = None,
) -> tuple[Conventions, Table] | None:
    """Find conventions and all five parameters under which the reference answers `x` (T, D) with `y` (T, M).

    `known` restricts the search to conventions found before. Returns None if no admissible reading does; raises
    NoOracle if none that could be tried does, and some could not.
    """
    if y.shape != (len(x), sizes[2]):
        return None
    candidates = [found for found in readings(raw, sizes) if known in (None, found)]
    sources = ("parameters",) if is_native(raw) else ("handed out", "solved")
    unknown: NoOracle | None = None
    for source, conventions in itertools.product(sources, candidates):
        hidden = hidden_params(raw, conventions, sizes)
        try:
            if source == "parameters":
                rest: Table | None = {name: raw[name] for name in ("Wy", "by")}
            elif source == "handed out":
                rest = handed_out(latent, sizes)
            else:
                rest = solve_output(hidden_states(hidden, x), y, conventions)
            if rest is None:
                continue
            expected = outputs(hidden | rest, x, sizes, conventions.output_activation)
        except NoOracle as exc:
            unknown = exc
            continue
        if expected.shape == y.shape and not deviates(y, expected, "value").any():
            return conventions, hidden | rest
    if unknown is not None:
        raise unknown
    return None


def assume(
    raw: Mapping[str, Array], latent: Mapping[str, Array], sizes: tuple[int, int, int]
) -> tuple[Conventions, Table] | None:
    """Return the usual reading, for a layer whose outputs none explains; None if its sizes permit none."""
    for conventions in readings(raw, sizes):
        rest = {name: raw[name] for name in ("Wy", "by")} if is_native(raw) else handed_out(latent, sizes)
        if rest is not None:
            return replace(conventions, fitted=False), hidden_params(raw, conventions, sizes) | rest
    return None
