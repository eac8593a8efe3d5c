"""L2Loss: the sum of (p - y)^2. N batch, K outputs. The exercise does not ask for it; the native contract does."""

from __future__ import annotations

import numpy as np

from framework.loss import Loss
from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.loss_state import check_losses_are_independent
from grader.model import Case, Task
from grader.probe import Probe
from grader.references import answering
from grader.remote import RemoteLoss

CASES = (
    Case("three samples", {}, (3, 4), shapes={"other": (5, 4)}),
    Case("one sample", {}, (1, 5), shapes={"other": (2, 5)}),
)


def oracle(*_: object) -> Loss:
    """Return the reference."""
    right: Loss = answering("L2Loss")
    return right


@check(points=2)
@by_hand("$start; y = $labels", yours="loss.forward(p, y)")
def check_value(loss: RemoteLoss, oracle: Loss, probe: Probe) -> None:
    """forward returns the squared error, summed over the batch and all outputs.

    Compare with one sample by hand, then with ten copies of it: what should the loss do?
    """
    for _ in range(3):  # one number each: a mistake is not named for less
        p, y = probe.input(), probe.input()
        probe.assert_same(np.array(loss.forward(p, y)), np.array(oracle.forward(p, y)), "the loss", "loss")


@check(points=2)
@by_hand("$start; y = $labels", "loss.forward(p, y)", yours="loss.backward(y)")
def check_gradient(loss: RemoteLoss, oracle: Loss, probe: Probe) -> None:
    """backward returns the derivative of the loss with respect to the prediction.

    What is the derivative of (p - y)^2, factor included? Forward and backward describe the same function.
    """
    p, y = probe.input(), probe.input()
    loss.forward(p, y)
    oracle.forward(p, y)
    probe.assert_same(loss.backward(y), oracle.backward(y), "what backward returns")


@check(needs="gradient")
@by_hand(
    "$start; y = $labels; loss.forward(p, y)",
    "p = $other; y = $labels",
    yours="[loss.forward(p, y), *loss.backward(y).ravel()[:3]]",
)
def check_second_batch(loss: RemoteLoss, oracle: Loss, probe: Probe) -> None:
    """A second batch, of another size, is treated like the first.

    backward belongs to the last forward; nothing of an earlier batch may remain.
    """
    p = probe.input()
    loss.forward(p, probe.input())
    q, y = probe.input("other"), probe.input("other")
    probe.assert_same(np.array(loss.forward(q, y)), np.array(oracle.forward(q, y)), "the second loss", "loss")
    probe.assert_same(loss.backward(y), oracle.backward(y), "what backward returns for the second batch")


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="L2Loss",
            formula="L = sum (p - y)^2; dL/dp = 2 (p - y)",
            source=("Goodfellow, Bengio and Courville, Deep Learning, 2016, section 5.1.4 (without the mean)"),
            kind="loss",
            cases=CASES,
            checks=(check_value, check_gradient, check_second_batch, check_losses_are_independent),
            oracle=oracle,
            dialects=("native",),
        )
    ]
