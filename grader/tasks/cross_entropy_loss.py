"""CrossEntropyLoss: the sum over the batch of -ln(p + eps) of the true class. N batch, K classes."""

from __future__ import annotations

import numpy as np

from framework.loss import Loss
from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.loss_state import check_losses_are_independent
from grader.model import Case, Conventions, Task, Tier
from grader.probe import Probe
from grader.references import answering
from grader.remote import RemoteLoss

CASES = (
    Case("three samples", {}, (3, 4), data="probabilities", shapes={"other": (5, 4)}),
    Case("one sample", {}, (1, 5), data="probabilities", shapes={"other": (2, 5)}),
)
_EPS = float(np.finfo(float).eps)


def oracle(loss: RemoteLoss, case: Case, conventions: Conventions) -> Loss:
    """Return the reference."""
    right: Loss = answering("CrossEntropyLoss")
    return right


@check(points=2)
@by_hand("$start; y = $labels", yours="loss.forward(p, y)")
def check_value(loss: RemoteLoss, oracle: Loss, probe: Probe) -> None:
    """forward returns the loss, summed over the batch.

    Compare with one sample by hand, then with ten copies of it: what should the loss do?
    """
    for _ in range(3):  # one number each: a mistake is not named for less
        p = probe.input()
        y = probe.labels(p.shape)
        probe.assert_same(np.array(loss.forward(p, y)), np.array(oracle.forward(p, y)), _of_batch(p.shape[0]), "loss")


@check(points=2)
@by_hand("$start; y = $labels", "loss.forward(p, y)", yours="loss.backward(y)")
def check_gradient(loss: RemoteLoss, oracle: Loss, probe: Probe) -> None:
    """backward returns the derivative of the loss with respect to the prediction.

    The layer before may be anything: softmax has its own backward. Forward and backward describe the same function.
    """
    p = probe.input()
    y = probe.labels(p.shape)
    loss.forward(p, y)
    oracle.forward(p, y)
    probe.assert_same(loss.backward(y), oracle.backward(y), "what backward returns")


@check(needs="value")
@by_hand(
    "$start",
    "y = np.eye(p.shape[1])[np.arange(len(p)) % p.shape[1]]",
    yours="loss.forward(np.roll(y, 1, axis=1), y)",
    expected="-np.log(np.finfo(float).eps) * len(y)",
    formula="-ln(0 + eps) = 36.04 a sample, eps = 2.2e-16",
)
def check_totally_wrong(loss: RemoteLoss, probe: Probe, case: Case) -> None:
    """A prediction of zero for the true class costs -ln(eps), about 36.04 a sample, not infinity.

    How large may -ln(p) become? The slides add the smallest number that makes a difference to one.
    """
    n, k = case.input_shape
    y = np.eye(k)[np.arange(n) % k]
    p = np.roll(y, 1, axis=1)
    for count in range(1, n + 1):
        found, wanted = loss.forward(p[:count], y[:count]), -np.log(_EPS) * count
        probe.assert_same(np.array(found), np.array(wanted), _of_batch(count, "totally wrong "), "loss")


@check(needs="value")
@by_hand(
    "$start",
    "y = np.eye(p.shape[1])[np.arange(len(p)) % p.shape[1]]",
    yours="loss.forward(y, y)",
    expected="0.0",
    formula="-ln(1 + eps) = 0",
)
def check_perfect(loss: RemoteLoss, probe: Probe, case: Case) -> None:
    """A perfect prediction costs nothing.

    The other classes have no label: they add nothing to the loss.
    """
    n, k = case.input_shape
    y = np.eye(k)[np.arange(n) % k]
    probe.assert_same(np.array(loss.forward(y, y)), np.array(0.0), _of_batch(n, "perfect "), "loss")


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
    loss.forward(p, probe.labels(p.shape))
    q = probe.input("other")
    y = probe.labels(q.shape)
    probe.assert_same(np.array(loss.forward(q, y)), np.array(oracle.forward(q, y)), _of_batch(q.shape[0]), "loss")
    probe.assert_same(loss.backward(y), oracle.backward(y), "what backward returns for the second batch")


@check(needs="gradient", tier=Tier.ROBUST, reason="the slides guard the logarithm only")
@by_hand(
    "$start",
    ("y = np.eye(p.shape[1])[np.arange(len(p)) % p.shape[1]]; loss.forward(np.roll(y, 1, axis=1), y)"),
    yours="np.isfinite(loss.backward(y)).all()",
    expected="True",
    formula="-y / (p + eps) is finite where p = 0",
)
def check_gradient_at_zero(loss: RemoteLoss, probe: Probe, case: Case) -> None:
    """The gradient is finite even where the true class got probability zero.

    Forward guards its logarithm with eps; what guards the division in backward?
    """
    n, k = case.input_shape
    y = np.eye(k)[np.arange(n) % k]
    loss.forward(np.roll(y, 1, axis=1), y)
    found = loss.backward(y)
    probe.assert_true(bool(np.isfinite(found).all()), "backward returns infinite or undefined numbers")
    probe.assert_same(found, np.where(np.isfinite(found), found, -y / _EPS), "what backward returns")


def _of_batch(n: int, kind: str = "") -> str:
    return f"the loss of {n} {kind}samples" if n > 1 else f"the loss of one {kind}sample"


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="CrossEntropyLoss",
            formula="L = - sum over the batch of ln(p + eps) where y = 1; dL/dp = - y / (p + eps)",
            source=(
                "Goodfellow, Bengio and Courville, Deep Learning, 2016, section 6.2.2.3; eps as in the exercise's text"
            ),
            kind="loss",
            cases=CASES,
            checks=(
                check_value,
                check_gradient,
                check_totally_wrong,
                check_perfect,
                check_second_batch,
                check_losses_are_independent,
                check_gradient_at_zero,
            ),
            oracle=oracle,
            points={"ex1": 10},
        )
    ]
