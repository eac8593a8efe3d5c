"""LeNet: the components at work together, on images. N batch, K = 10 classes."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework import datasets
from grader.checks.define import by_hand, check
from grader.hookspecs import hookimpl
from grader.lenet_oracle import KNOWN_LAYERS, LeNetOracle, NotUnderstood, candidates, folded_name
from grader.model import Case, Task
from grader.precision import computes_in_single
from grader.probe import CheckFailed, Probe
from grader.remote import Array
from grader.remote_lenet import RemoteLeNet
from grader.tolerance import deviates

CASES = (Case("28x28 images", {}, (4, 1, 28, 28), (4, 10)),)
STEPS = 3
_TINY = 1e-7
RATE = 0.001  # at 0.01 softmax saturates after a step, and then the place of an epsilon decides the gradient
# Correct code reaches 0.75 to 0.9 (He weights, Adam 1e-3, batch 16, 960 images; tests/grader/tasks/test_lenet.py); a
# network that does not learn stays near 0.1.
THRESHOLD = 0.5
BATCH, IMAGES, HELD_BACK = 16, 960, 360


@check(points=4)
@by_hand(
    why_not=(
        "it trains the whole network beside the reference and compares every parameter after "
        "every step; the message names the step and the parameter, and that layer's own "
        "checks have five lines"
    )
)
def check_k_steps(lenet: RemoteLeNet, probe: Probe) -> None:
    """Three training steps follow the reference's, parameter by parameter.

    Where the two part first is where to look: which layer, and is it its gradient, its update, or its neighbour's?
    """
    names = lenet.names()
    _assert_convolutional(names)
    lenet.initialize(int(probe.rng.integers(2**31)))
    x = probe.normal((4, 1, 28, 28))
    output = lenet.predict(x)
    try:
        oracle = _matching(names, lenet.params(), x, output)
    except NotUnderstood as exc:
        probe.remark(f"the steps of this LeNet were not compared with the reference: {exc}")
        _assert_downhill(lenet, probe)
        return
    answers: type[np.floating[Any]] = np.float64
    kind = "update"
    if deviates(output, oracle.forward(x), "value").any() and computes_in_single(lenet.predict, x, probe.rng):
        answers, kind = np.float32, "adam"  # as precise as float32 lets three steps be
    what = "the network's output, with its own weights,"
    probe.assert_same(output.astype(answers), oracle.forward(x), what)
    lenet.attach("sgd", RATE)
    oracle.attach("sgd", RATE)
    for step in range(1, STEPS + 1):
        x, y = probe.normal((4, 1, 28, 28)), probe.labels((4, 10))
        loss, expected = lenet.step(x, y), oracle.step(x, y)
        probe.assert_same(np.array(loss, answers), np.array(expected.loss), f"the loss in step {step}", "update")
        found = lenet.params()
        for name, value in expected.params.items():
            place, _, parameter = name.partition(".")
            what = f"after step {step}, {parameter} of layer {place} ({names[int(place)]})"
            if name not in found:
                raise CheckFailed(f"{what} is not there any more")
            same_type = found[name].astype(np.float64) if kind == "adam" else found[name]
            probe.assert_all_same({what: same_type}, {what: value}, "", kind)


def _assert_downhill(lenet: RemoteLeNet, probe: Probe) -> None:
    """Fail if a step of Sgd does not lower its batch's loss as fast as it must.

    For small rates r the loss falls by r |g|^2, g being the gradient of all parameters; so by no less than what the
    parameters that can be read are moved by. Without any, or with random layers, there is nothing to say.
    """
    seed = int(probe.rng.integers(2**31))
    x, y = probe.normal((4, 1, 28, 28)), probe.labels((4, 10))

    def after(rate: float) -> tuple[float, dict[str, Array]]:
        lenet.initialize(seed)
        lenet.attach("sgd", rate)
        lenet.step(x, y)
        moved = lenet.params()
        return lenet.step(x, y), moved

    (loss, start), (again, _), (_, moved) = after(0.0), after(0.0), after(_TINY)
    if loss != again or not start or not all(start[k].shape == moved.get(k, np.empty(0)).shape for k in start):
        return
    least = sum(float(np.sum(((moved[name] - value) / _TINY) ** 2)) for name, value in start.items())
    slope = (after(-_TINY)[0] - after(_TINY)[0]) / (2 * _TINY)
    probe.assert_true(
        slope >= 0.99 * least,
        f"a step of size r along the gradients lowers the loss by {slope:.4g} r; by these gradients, it should be at "
        f"least {least:.4g} r: they are not those of this network's loss",
    )


def _assert_convolutional(names: list[str]) -> None:
    """Fail if a network has no two convolutions, each with its pooling; one with unknown layers may hide them there."""
    folded = [folded_name(name) for name in names]
    if set(folded) <= KNOWN_LAYERS and min(folded.count("conv"), folded.count("pooling")) < 2:
        layers = ", ".join(names)
        raise CheckFailed(f"LeNet has two convolutions, each with a pooling behind it; this network is {layers}")


@check(points=6)
@by_hand(why_not=("it trains on a thousand digits; python -m framework.train_lenet does that for you, with a plot"))
def check_learns(lenet: RemoteLeNet, probe: Probe) -> None:
    """It learns to read handwritten digits: half of the held-back ones right after 960 images, two times of three.

    If every layer passes on its own: is each one trained, and is the order of the layers right?
    """
    data = datasets.load("digits", seed=int(probe.rng.integers(2**31)))
    accuracies: list[float] = []
    for attempt in range(3):
        accuracies.append(_accuracy(lenet, probe, data, attempt))
        good = sum(accuracy >= THRESHOLD for accuracy in accuracies)
        if good == 2:
            return
        if len(accuracies) - good == 2:
            break
    shown = ", ".join(f"{accuracy:.0%}" for accuracy in accuracies)
    raise CheckFailed(f"{shown} of the held-back digits are right; {THRESHOLD:.0%} was expected (guessing gives 10%)")


def _matching(names: list[str], params: dict[str, Array], x: Array, output: Array) -> LeNetOracle:
    """Return the reference that answers `x` as the student's network does; failing that, the usual one."""
    readings = list(candidates(names, params))
    if not readings:
        raise NotUnderstood("its fully connected weights are stored in a way that is not known")
    for oracle in readings:
        expected = oracle.forward(x)
        if expected.shape == output.shape and not deviates(output, expected, "value").any():
            return oracle
    return readings[0]


def _accuracy(lenet: RemoteLeNet, probe: Probe, data: datasets.Dataset, attempt: int) -> float:
    """Train from fresh weights on IMAGES digits, their classes renumbered; return the share of right answers."""
    renumbered = probe.rng.permutation(10)
    batches = datasets.Batches(data.train_x, data.train_y[:, renumbered], BATCH, int(probe.rng.integers(2**31)))
    lenet.initialize(int(probe.rng.integers(2**31)))
    lenet.attach("adam", 1e-3, 0.9, 0.999)
    losses = []
    for step in range(IMAGES // BATCH):
        losses.append(lenet.step(*batches.next()) / BATCH)
        probe.progress(f"LeNet, run {attempt + 1}, batch {step + 1} of {IMAGES // BATCH}: loss {losses[-1]:.2f}")
    probe.details.setdefault("losses", []).append(losses)
    x, truth = data.test_x[:HELD_BACK], data.test_y[:HELD_BACK, renumbered]
    answers = [lenet.predict(part) for part in np.split(x, range(40, len(x), 40))]
    if any(answer.ndim != 2 or answer.shape[1:] != truth.shape[1:] for answer in answers):
        raise CheckFailed(f"the network's output has shape {answers[0].shape}; (40, 10) was expected")
    predicted = np.concatenate(answers)
    probe.assert_shape(predicted, truth.shape, "the network's output")
    probe.assert_true(bool(np.isfinite(predicted).all()), "the network's output is not finite after training")
    return float(np.mean(predicted.argmax(axis=1) == truth.argmax(axis=1)))


@hookimpl
def backcheck_tasks() -> list[Task]:
    """Return the task of this module."""
    return [
        Task(
            name="LeNet",
            formula=(
                "conv - ReLU - pool - conv - ReLU - pool - flatten - three fully connected, softmax; "
                "cross entropy; Adam"
            ),
            source=(
                "LeCun et al., Gradient-Based Learning Applied to Document Recognition, 1998, "
                "section II.B, with ReLU and max pooling; the exercise's text"
            ),
            kind="lenet",
            cases=CASES,
            checks=(check_k_steps, check_learns),
            replayable=False,
            points={"lenet": 10},
            uses=("Conv", "Pooling", "Flatten", "FullyConnected", "ReLU", "SoftMax", "CrossEntropyLoss"),
        )
    ]
