"""The checks about training and test phase, on layers that mix them up."""

from __future__ import annotations

from typing import Any

from framework.reference.batch_normalization import BatchNormalization
from framework.reference.dropout import Dropout
from tests.grader.handins import findings
from tests.grader.inside import grade_class


def _noticed(task: str, cls: type) -> set[str]:
    return {r.check for r in findings(grade_class(task, cls))}


def test_dropping_in_the_test_phase() -> None:
    class Always(Dropout):
        def eval(self) -> None:
            pass

    assert _noticed("Dropout", Always) == {"eval_is_identity"}


def test_batch_statistics_in_the_test_phase() -> None:
    class Always(BatchNormalization):
        def eval(self) -> None:
            pass

    assert "eval_rows_are_independent" in _noticed("BatchNormalization", Always)


def test_staying_in_the_test_phase() -> None:
    class Stuck(BatchNormalization):
        def train(self) -> None:
            pass

    assert "training_goes_on_after_eval" in _noticed("BatchNormalization", Stuck)

    class StuckToo(Dropout):
        def train(self) -> None:
            pass

    assert _noticed("Dropout", StuckToo) == {"eval_is_identity"}


def test_learning_in_the_test_phase() -> None:
    class Learning(BatchNormalization):
        def forward(self, x: Any) -> Any:
            y = super().forward(x)
            if not self.training:
                self._update_moving(*self._statistics(x))
            return y

    assert "eval_is_repeatable" in _noticed("BatchNormalization", Learning)
