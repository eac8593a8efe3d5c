"""What CrossEntropyLoss and L2Loss have in common: each remembers its own prediction. N batch, K classes or outputs."""

from __future__ import annotations

from collections.abc import Callable

from framework.loss import Loss
from grader.checks.define import by_hand, check
from grader.probe import Probe
from grader.remote import RemoteLoss


@check(needs="gradient")
@by_hand(
    "$start; y = $labels; another = $new",
    "loss.forward(p, y); another.forward(p[::-1] + 1, y)",
    yours="loss.backward(y)",
)
def check_losses_are_independent(loss: RemoteLoss, oracle: Loss, new: Callable[[], RemoteLoss], probe: Probe) -> None:
    """Two losses do not share what they remember.

    State belongs to the instance (`self.`), not to the class or the module.
    """
    p, q = probe.input(), probe.input()
    y = probe.labels(p.shape)
    loss.forward(p, y)
    oracle.forward(p, y)
    new().forward(q, y)
    what = "what backward returns, after another loss was used in between,"
    probe.assert_same(loss.backward(y), oracle.backward(y), what)
