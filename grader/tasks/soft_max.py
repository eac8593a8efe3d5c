"""SoftMax: exp(x) / sum(exp(x)) over each row."""

from __future__ import annotations

import numpy as np

from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.model import Case, Task
from grader.oracle import Oracle, plain_oracle
from grader.probe import Probe
from grader.remote import RemoteLayer

CASES = (
    Case("three rows", {}, (3, 5), (3, 5), shapes={"other": (2, 5)}),
    Case("one row", {}, (1, 4), (1, 4), shapes={"other": (3, 4)}),
    Case("as many rows as classes", {}, (4, 4), (4, 4), shapes={"other": (2, 4)}),
)


@check(points=2, needs="forward_shape", cases=["three rows"])
@by_hand(
    "$start",
    "y = layer.forward(x + np.array([[0.0], [1e4], [-1e4]])); $zero",
    yours="$answers",
    formula="softmax(x) = softmax(x - max(x)), row by row",
    source="Goodfellow, Bengio and Courville, Deep Learning, 2016, section 4.1",
)
def check_huge_logits(layer: RemoteLayer, oracle: Oracle, probe: Probe) -> None:
    """Huge logits, of different size in each row, give finite and right probabilities.

    Adding a constant to a row's logits does not change its result. Which constant keeps every exp in range, and can
    one constant serve all rows?
    """
    x = probe.input() + np.array([[0.0], [1e4], [-1e4]])
    y, expected = layer.forward(x), oracle.forward(x)
    probe.assert_same(y, expected, "the output for rows near 0, 10000 and -10000")
    dout = probe.cotangent(y)
    probe.assert_same(layer.backward(dout), oracle.backward(dout), "what backward returns for them")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="SoftMax",
            formula="y_k = exp(x_k) / sum_j exp(x_j) in each row; dL/dx = y (dy - sum_j dy_j y_j)",
            source=("Goodfellow, Bengio and Courville, Deep Learning, 2016, eq. 4.1; its derivative by the chain rule"),
            kind="layer",
            cases=CASES,
            checks=(check_huge_logits,),
            traits=frozenset({"deterministic"}),
            oracle=plain_oracle("SoftMax"),
            points={"ex1": 10},
        )
    ]
