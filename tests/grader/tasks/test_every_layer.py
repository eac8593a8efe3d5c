"""What holds for the task of every layer: its cases are right, the reference passes, a broken answer is never ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from framework.reference.batch_normalization import BatchNormalization
from framework.reference.conv import Conv
from framework.reference.dropout import Dropout
from framework.reference.flatten import Flatten
from framework.reference.pooling import Pooling
from framework.reference.sigmoid import Sigmoid
from framework.reference.tanh import TanH
from grader.grading import DIALECT_TRAITS
from grader.model import Verdict
from grader.remote import Array, Asks
from tests.grader.handins import example, grade, registry
from tests.grader.inside import grade_class

LAYERS: dict[str, Callable[..., Any]] = {
    layer.__name__: layer for layer in (Sigmoid, TanH, Flatten, Conv, Pooling, Dropout, BatchNormalization)
}
DAMAGE: dict[str, Callable[[Array], Array]] = {
    "a scalar": lambda a: np.array(1.0),
    "nothing": lambda a: np.zeros(0),
    "an axis more": lambda a: a[None],
    "NaN": lambda a: np.full(a.shape, np.nan),
    "infinite": lambda a: np.full(a.shape, np.inf),
    "flat": lambda a: a.ravel(),
    "truth values": lambda a: a != 0,
    "twice": lambda a: np.concatenate([a, a]) if a.ndim else a,
}


class Damaging:
    """Stands between grader and layer, and spoils every second answer of one method."""

    isolation = "none"

    def __init__(self, desk: Asks, method: str, damage: Callable[[Array], Array]) -> None:
        self.desk, self.method, self.damage = desk, method, damage
        self.count = 0

    def ask(
        self, operation: str, args: Mapping[str, Any] | None = None, arrays: Any = None, **_: Any
    ) -> dict[str, Any]:
        answer = self.desk.ask(operation, args, arrays)
        if operation != "call" or (args or {}).get("method") != self.method:
            return answer
        self.count += 1
        return {name: self.damage(item) for name, item in answer.items()} if self.count % 2 else answer


@pytest.mark.parametrize("task", LAYERS)
def test_cases_have_the_shapes_of_the_reference(task: str) -> None:
    names = [case.name for case in registry().tasks[task].cases]
    assert len(set(names)) == len(names)
    for case in registry().tasks[task].cases:
        reference = LAYERS[task](*case.init.values())
        assert reference.forward(np.ones(case.input_shape)).shape == case.output_shape, case.name
        for shape in case.shapes.values():
            reference.forward(np.ones(shape))
        assert case.shapes["other"] != case.input_shape
        assert len(case.axes["input"]) == len(case.input_shape)
        assert len(case.axes["output"]) == len(case.output_shape)
        for name, value in reference.parameters.items():
            assert len(case.axes[name]) == value.ndim


@pytest.mark.parametrize("task", LAYERS)
def test_checks_name_cases_that_exist(task: str) -> None:
    known = registry().tasks[task]
    names = {case.name for case in known.cases}
    for check in registry().plan(known, frozenset().union(*DIALECT_TRAITS.values())):
        assert set(check.cases) <= names
        assert check.hint, check.name


@pytest.mark.parametrize("task", LAYERS)
@pytest.mark.parametrize("seed", range(40, 43))
def test_reference_passes_everything(task: str, seed: int) -> None:
    report = grade_class(task, LAYERS[task], seed)
    assert [(r.case, r.check, r.message) for r in report.results if r.verdict is not Verdict.PASSED] == []
    assert report.score == report.max_score == registry().tasks[task].total


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("name", ["example_fau", "example_native"])
def test_examples_pass_everything(name: str, seed: int) -> None:
    for report in grade(example(name), LAYERS, seed).values():
        assert [(r.case, r.check, r.message) for r in report.results if r.verdict is not Verdict.PASSED] == []
        assert report.score == report.max_score == registry().tasks[report.task].total


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("method", ["forward", "backward", "params", "grads", "initialize", "aliasing"])
def test_damaged_answers_are_the_layers_fault(method: str, damage: str) -> None:
    for task in ("Pooling", "Dropout", "BatchNormalization"):
        report = grade_class(task, LAYERS[task], 5, lambda desk: Damaging(desk, method, DAMAGE[damage]))
        assert not report.broken, [(r.check, r.message) for r in report.results if r.verdict is Verdict.BROKEN]
        assert not (report.passed and method in ("forward", "backward"))
