"""What follows from a task's reference: oracle, layout and preparation, in both dialects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from framework.initializer import Initializer
from framework.layer import Array, Layer
from framework.loss import Loss
from framework.optimizer import Optimizer
from grader.checks.define import check
from grader.misconceptions.define import misconception
from grader.model import Case, Task
from grader.plugins import Registry, load_registry
from grader.probe import Probe
from grader.remote import RemoteLayer, RemoteLoss
from grader.selftest.imitations import bad, grade_imitation
from grader.standard import completed
from tests.grader.test_registration import plugin


class Affine(Layer):
    """a x + b for every feature: two arrays (D,)."""

    trainable = True

    def __init__(self, size: int) -> None:
        super().__init__()
        self.parameters = {"a": np.ones(size), "b": np.zeros(size)}

    def forward(self, x: Array) -> Array:
        self.x = x
        return self.parameters["a"] * x + self.parameters["b"]

    def backward(self, dout: Array) -> Array:
        self.gradients["a"] += (dout * self.x).sum(axis=0)
        self.gradients["b"] += dout.sum(axis=0)
        return self.parameters["a"] * dout

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:
        for name, draw in (("a", weights_initializer), ("b", bias_initializer)):
            value = self.parameters[name]
            value[...] = draw.initialize(value.shape, len(value), len(value))


class Averaged(Affine):
    """the gradient of a is averaged

    Who divides by the number of samples?
    """

    def backward(self, dout: Array) -> Array:
        dx = super().backward(dout)
        self.gradients["a"] /= len(dout)
        return dx


class Slope(Affine):
    """x for x > 0, else a x: one array (D,)."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        del self.parameters["b"]

    def forward(self, x: Array) -> Array:
        self.x = x
        return np.where(x > 0, x, self.parameters["a"] * x)

    def backward(self, dout: Array) -> Array:
        self.gradients["a"] += np.where(self.x > 0, 0, dout * self.x).sum(axis=0)
        return np.where(self.x > 0, dout, self.parameters["a"] * dout)


class Absolute(Loss):
    """The sum of |p - y|."""

    def forward(self, prediction: Array, label: Array) -> float:
        self.d = prediction - label
        return float(np.abs(self.d).sum())

    def backward(self, label: Array) -> Array:
        return np.sign(self.d)


class Signed(Optimizer):
    """w - lr sign(g)."""

    def __init__(self, learning_rate: float) -> None:
        super().__init__()
        self.learning_rate = learning_rate

    def step(self, name: str, w: Array, g: Array) -> Array:
        return w - self.learning_rate * np.sign(g)


@check()
def check_loss(loss: RemoteLoss, oracle: Absolute, probe: Probe) -> None:
    """The loss and its gradient are right."""
    p, y = probe.input(), probe.labels((3, 4))
    probe.assert_same(np.array(loss.forward(p, y)), np.array(oracle.forward(p, y)), "the loss", "loss")
    probe.assert_same(loss.backward(y), oracle.backward(y), "what backward returns")


def layer(name: str, reference: type[Layer], *traits: str) -> Task:
    cases = (Case("rows", {"size": 4}, (3, 4), (3, 4), "off_zero", {"other": (2, 4)}),)
    return Task(name, "layer", cases, traits=frozenset({"deterministic", *traits}), reference=reference)


TASKS = [
    layer("Affine", Affine, "trainable"),
    layer("Slope", Slope, "trainable"),
    Task("Absolute", "loss", (Case("rows", {}, (3, 4)),), (check_loss,), reference=Absolute),
    Task("Signed", "optimizer", (Case("matrix", {"learning_rate": 0.5}, (3, 4)),), reference=Signed),
]


@pytest.fixture(scope="module")
def known() -> Registry:
    wrong = [misconception("averaged", Averaged, "Affine")]
    found = load_registry([plugin(backcheck_tasks=TASKS, backcheck_misconceptions=wrong)])
    assert found.troubles == ()
    return found


@pytest.mark.parametrize("form", ["fau", "native"])
@pytest.mark.parametrize("task", [task.name for task in TASKS])
def test_reference_alone_makes_a_task(known: Registry, task: str, form: str) -> None:
    report = grade_imitation(known, None, task, form, 3)
    assert [(r.check, r.message) for r in bad(report)] == []
    if task in ("Affine", "Slope"):
        assert {"adam_steps", "parameter_gradients", "sgd_step"} <= {r.check for r in report.results}


@pytest.mark.parametrize("form", ["fau", "native"])
def test_mistake_with_parameters_is_named(known: Registry, form: str) -> None:
    wrong = known.misconceptions[-1]
    report = grade_imitation(known, wrong, "Affine", form, 3, diagnosed=known.misconceptions)
    assert not report.passed
    assert report.misconceptions == ("averaged",)


def test_what_a_task_says_itself_stands() -> None:
    mine = layer("Affine", Affine, "trainable")
    own = replace(mine, oracle=print, layout=print, prepare=print)
    assert completed(own) == own
    assert completed(mine).prepare is not None
    assert completed(layer("Plain", Affine)).prepare is None
    assert completed(replace(mine, reference=None)) == replace(mine, reference=None)


def test_task_without_any_oracle_is_broken_and_says_so(known: Registry) -> None:
    @check()
    def check_asks(layer: RemoteLayer, oracle: object) -> None:
        """Asks for an oracle."""

    lacking = replace(layer("Lacking", Affine), reference=None, checks=(check_asks,))
    found = load_registry([plugin(backcheck_tasks=[lacking])])
    found.tasks["Lacking"] = replace(found.tasks["Lacking"], reference=Affine)  # something to grade
    report = grade_imitation(found, None, "Lacking", "native", 3)
    (message,) = {r.message for r in report.results if r.check == "asks"}
    assert message == "TypeError: task Lacking has neither a reference nor an oracle, which asks asks for"
