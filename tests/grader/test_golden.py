"""Right answers on record: the same verdicts as with the reference, and no answer to any other question."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from framework.reference.fully_connected import FullyConnected
from framework.reference.relu import ReLU
from grader.golden import MISSING, Golden, digest
from grader.handout.record import record
from grader.model import Report, Tier, Verdict
from grader.oracle import Oracle
from grader.references import NoOracle, answering, answers_from
from grader.seeds import public_seeds
from tests.accuracy.in_process import grade_in_process
from tests.grader.handins import example, registry
from tests.grader.inside import grade_class

SEED = 1
TASKS = ("ReLU", "FullyConnected", "Adam", "CrossEntropyLoss", "NeuralNetwork", "L2_Regularizer", "Flatten")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of the answers to what `TASKS` ask under `SEED`."""
    made = tmp_path_factory.mktemp("golden")
    known = registry()
    record(known, [known.tasks[name] for name in TASKS], [SEED]).write(made, [SEED])
    return made


def _bare(report: Report) -> list[tuple[object, ...]]:
    return [(r.check, r.case, r.verdict, r.points, r.max_points, r.message) for r in report.results]


@pytest.mark.parametrize("name", ["example_fau", "example_native"])
def test_a_right_hand_in_gets_the_same_report_from_the_record(folder: Path, name: str) -> None:
    expected = grade_in_process(example(name), TASKS, SEED)
    with answers_from(Golden(folder)):
        found = grade_in_process(example(name), TASKS, SEED)
    for task in TASKS:
        assert _bare(found[task]) == _bare(expected[task])
        assert found[task].score == found[task].max_score == registry().tasks[task].total


class Negative(ReLU):
    """Right in backward, wrong in forward and where both are wrong."""

    def forward(self, x: np.ndarray) -> np.ndarray:
        return -super().forward(x)


class NotTransposed(FullyConnected):
    def _input_gradient(self, dout: np.ndarray) -> np.ndarray:
        return 2.0 * super()._input_gradient(dout)


@pytest.mark.parametrize(("component", "cls"), [("ReLU", Negative), ("FullyConnected", NotTransposed)])
def test_a_wrong_one_fails_with_the_same_numbers(folder: Path, component: str, cls: type) -> None:
    expected = grade_class(component, cls, seed=SEED)
    with answers_from(Golden(folder)):
        found = grade_class(component, cls, seed=SEED)
    assert _bare(found) == _bare(expected)
    assert not found.passed


def test_other_seeds_are_skipped_and_leave_the_maximum_except_where_differences_decide(folder: Path) -> None:
    with answers_from(Golden(folder)):
        report = grade_class("ReLU", ReLU, seed=SEED + 1)
    by_check = {r.check: r for r in report.results}
    assert by_check["forward_value"].verdict is Verdict.SKIPPED
    assert by_check["forward_value"].message == MISSING
    assert by_check["forward_value"].without_oracle
    assert by_check["second_batch"].without_oracle  # it waits for a check that had none
    assert by_check["input_gradient"].verdict is Verdict.PASSED
    assert 0 < report.score == report.max_score < registry().tasks["ReLU"].total
    assert report.passed
    assert not report.broken


def test_differences_find_a_wrong_gradient_without_any_record(tmp_path: Path) -> None:
    with answers_from(Golden(tmp_path)):
        report = grade_class("FullyConnected", NotTransposed, seed=SEED)
    failed = {r.check for r in report.results if r.tier is Tier.CORE and r.verdict is Verdict.FAILED}
    assert "input_gradient" in failed
    assert not report.passed


def test_the_record_computes_nothing(folder: Path) -> None:
    rng = np.random.default_rng(0)
    with answers_from(Golden(folder)):
        for question in (
            lambda: Oracle(answering("ReLU")).forward(rng.standard_normal((3, 5))),
            lambda: answering("Adam", 0.1, 0.9, 0.999).step("W", rng.standard_normal((3, 4)), np.ones((3, 4))),
            lambda: answering("Conv", (1, 1), (2, 3, 3), 3).forward(np.zeros((3, 2, 5, 6))),
        ):
            with pytest.raises(NoOracle, match="instructor"):
                question()


def test_the_seeds_are_on_record(folder: Path, tmp_path: Path) -> None:
    assert public_seeds(folder) == [SEED]
    (tmp_path / "seeds.json").write_text('{"seeds": []}')
    with pytest.raises(ValueError, match="no seeds"):
        public_seeds(tmp_path)


def test_a_digest_sees_values_shapes_and_names_and_not_the_last_bits() -> None:
    x = np.arange(6.0)
    assert digest(x) == digest(x + 1e-13) != digest(x + 1e-6)
    different = [
        digest(x),
        digest(x.reshape(2, 3)),
        digest({"x": x}),
        digest("x", x),
        digest(None),
        digest(True),
        digest(1),
    ]
    assert len(set(different)) == len(different)
    assert digest(-0.0) == digest(0.0)
