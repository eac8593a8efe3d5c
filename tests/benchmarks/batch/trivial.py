"""A task with one check of one trivial function: what is left of a submission's time is the harness."""

from __future__ import annotations

import numpy as np

from framework.layer import Array, Layer
from grader.checks.define import check
from grader.hookspecs import hookimpl
from grader.model import Case, Task
from grader.oracle import plain_oracle
from grader.probe import Probe
from grader.remote import RemoteLayer

HANDIN = """
class Doubling:
    def forward(self, x):
        return 2 * x
    def backward(self, e):
        return 2 * e
"""


class Doubling(Layer):
    """Twice the input."""

    def forward(self, x: Array) -> Array:
        return 2 * x

    def backward(self, dout: Array) -> Array:
        return 2 * dout


@check(points=1)
def check_doubles(layer: RemoteLayer, probe: Probe) -> None:
    """Twice the input is what comes out."""
    x = np.arange(6.0).reshape(2, 3)
    probe.assert_same(layer.forward(x), 2 * x, "the output")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task; its kind has none of the generic checks that layers have."""
    cases = (Case("two rows", {}, (2, 3), (2, 3)),)
    return [Task("Doubling", "layer", cases, (check_doubles,), oracle=plain_oracle(Doubling), points={"trivial": 1})]
