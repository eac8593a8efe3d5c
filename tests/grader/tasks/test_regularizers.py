"""Constraints are graded with what the hand-in's optimizers do by themselves; a missing piece is named."""

from __future__ import annotations

from grader.model import Verdict
from tests.grader.handins import findings, grade, patched

OPTIMIZERS = "Optimization/Optimizers.py"


def test_a_wrong_rule_is_not_punished_a_second_time() -> None:
    """Every optimizer is wrong in its own way, and still decoupled."""
    patches = [
        (OPTIMIZERS, "step = self.learning_rate * gradient_tensor", "step = 2 * self.learning_rate * gradient_tensor"),
        (OPTIMIZERS, "self.momentum_rate * self.v - ", "self.momentum_rate * self.v - 0.1 * "),
        (OPTIMIZERS, "v_hat = self.v / (1 - self.mu ** self.k)", "v_hat = self.v"),
    ]
    reports = grade(
        patched("example_fau", patches), ["Sgd", "SgdWithMomentum", "Adam", "L1_Regularizer", "L2_Regularizer"]
    )
    passed = {name for name, report in reports.items() if report.passed}
    assert passed == {"L1_Regularizer", "L2_Regularizer"}


def test_optimizers_of_the_first_exercise_lose_points_in_the_third_only() -> None:
    patch = (
        OPTIMIZERS,
        "    def add_regularizer(self, regularizer):\n        self.regularizer = regularizer\n",
        "    pass\n",
    )
    reports = grade(patched("example_fau", [patch]), ["Sgd", "SgdWithMomentum", "Adam", "L2_Regularizer"])
    assert all(reports[name].passed for name in ("Sgd", "SgdWithMomentum", "Adam"))
    report = reports["L2_Regularizer"]
    assert 0 < report.score < report.max_score
    assert {r.check for r in findings(report)} >= {"constrained_sgd", "constrained_momentum", "constrained_adam"}
    assert any("has no attribute 'add_regularizer'" in r.message for r in findings(report))


def test_a_missing_optimizer_is_named() -> None:
    report = grade(patched("example_fau", [(OPTIMIZERS, "class Adam", "class Another")]), ["L1_Regularizer"])
    messages = [r.message for r in findings(report["L1_Regularizer"])]
    assert any("no class Adam" in message for message in messages)
    assert all(r.verdict is not Verdict.BROKEN for r in report["L1_Regularizer"].results)
