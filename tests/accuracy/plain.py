"""What a plain central-difference check alone catches: the check that everybody writes first.

Normal inputs, random cotangent, a fresh unit with the parameters it was born with, no optimizer, training phase;
backward and the gradients it leaves are compared with differences of the unit's own forward, entry by entry. Run on the
task's first core cases, without even kernels and without signals.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from grader.bench import Findings, generator
from grader.guest.faults import Fault
from grader.model import Case, Misconception, Task, Tier
from grader.remote import RemoteLayer, RemoteLoss
from grader.replay import ImitationBench

_STEP, _TOLERANCE = 1e-5, 1e-4
_CASES = 4


def is_caught(wrong: Misconception, task: Task, seed: int) -> bool:
    """Tell whether the plain check notices a misconception."""
    if task.kind not in ("layer", "loss"):
        return False
    usual = [case for case in task.cases if case.tier is Tier.CORE and _usual(case)]
    return any(_differs(wrong, task, case, seed) for case in usual[:_CASES])


def _usual(case: Case) -> bool:
    return len(case.input_shape) in (2, 4) and "padding" not in case.init


def _differs(wrong: Misconception, task: Task, case: Case, seed: int) -> bool:
    rng = generator(seed, task.name, case.name, "plain")
    try:
        with np.errstate(all="ignore"):
            unit = ImitationBench(wrong, task, seed, Findings("fau")).make(case, "plain")
            if task.kind == "loss":
                return _loss_differs(unit, case, rng)
            return _layer_differs(unit, case, rng)
    except Fault:
        return True


def _layer_differs(layer: RemoteLayer, case: Case, rng: np.random.Generator) -> bool:
    x = rng.standard_normal(case.input_shape)
    dout = rng.standard_normal(layer.forward(x).shape)
    dx = layer.backward(dout)
    grads = layer.grads()
    wrong = _mismatch(dx, x, lambda candidate: float(np.sum(dout * layer.forward(candidate))))
    for name, value in layer.params().items():

        def loss(candidate: Any, name: str = name) -> float:
            layer.set_params({name: candidate})
            return float(np.sum(dout * layer.forward(x)))

        wrong = wrong or name not in grads or _mismatch(grads[name], value, loss)
        layer.set_params({name: value})
    return wrong


def _loss_differs(loss: RemoteLoss, case: Case, rng: np.random.Generator) -> bool:
    p = rng.uniform(0.1, 0.9, case.input_shape)
    y = np.eye(p.shape[1])[rng.integers(0, p.shape[1], p.shape[0])]
    loss.forward(p, y)
    return _mismatch(loss.backward(y), p, lambda candidate: loss.forward(candidate, y))


def _mismatch(gradient: Any, at: Any, loss: Callable[[Any], float]) -> bool:
    if gradient.shape != at.shape:
        return True
    numeric = np.empty(at.shape)
    for index in np.ndindex(at.shape):
        shifted = at.copy()
        shifted[index] += _STEP
        above = loss(shifted)
        shifted[index] -= 2 * _STEP
        numeric[index] = (above - loss(shifted)) / (2 * _STEP)
    scale = max(float(np.abs(numeric).max(initial=0.0)), 1e-8)
    return not bool(np.all(np.abs(gradient - numeric) <= _TOLERANCE * scale))
