"""Right hand-ins, written in ways that a class really uses, keep their points; none of them breaks the grader."""

from __future__ import annotations

import pytest

from grader.model import Tier, Verdict
from tests.grader.handins import findings, grade, patched

CONV, FC, LOSS = "Layers/Conv.py", "Layers/FullyConnected.py", "Optimization/Loss.py"
NORM = "Layers/BatchNormalization.py"
SUM = "np.sum(error, axis=0)"
VALUE = "-np.sum(label_tensor * np.log(prediction_tensor + self.eps))"
ROWS = "np.sum(error, axis=(0, 2))"

Patches = list[tuple[str, str, str]]

# fmt: off
# ruff: noqa: E501 - a variant in a line or two is easier to read
VARIANTS: list[tuple[str, list[str], Patches]] = [
    ("a setter that stores float32", ["FullyConnected"], [
        (FC, "    @property\n    def gradient_weights", "    @property\n    def weights(self):\n        return self._weights\n\n    @weights.setter\n    def weights(self, weights):\n        self._weights = np.asarray(weights, dtype=np.float32)\n\n    @property\n    def gradient_weights"),
        (FC, "return np.dot(self.input_tensor, self.weights)", "return np.dot(self.input_tensor, self.weights).astype(np.float32)"),
        (FC, "        return previous_error", "        return previous_error.astype(np.float32)"),
        (FC, "self._gradient_weights = np.dot(self.input_tensor.T, error_tensor)", "self._gradient_weights = np.dot(self.input_tensor.T, error_tensor).astype(np.float32)"),
    ]),
    ("conv: bias (K,), its gradient (1, K)", ["Conv", "LeNet"], [(CONV, ROWS, f"{ROWS}[np.newaxis]")]),
    ("conv: bias (1, K), its gradient (K,)", ["Conv"], [
        (CONV, "uniform(0, 1, num_kernels)", "uniform(0, 1, (1, num_kernels))"),
    ]),
    ("batch norm: gamma (C,), its gradient (1, C)", ["BatchNormalization"], [
        (NORM, "np.sum(error * self.x_hat, axis=0)", "np.sum(error * self.x_hat, axis=0, keepdims=True)"),
        (NORM, SUM, "np.sum(error, axis=0, keepdims=True)"),
    ]),
    ("a loss in float32", ["CrossEntropyLoss"], [(LOSS, f"return {VALUE}", f"return np.float32({VALUE})")]),
    ("no epsilon in the loss's backward", ["CrossEntropyLoss", "LeNet"], [
        (LOSS, "(label_tensor / (self.prediction_tensor + self.eps))", "(label_tensor / self.prediction_tensor)"),
    ]),
]
# fmt: on


@pytest.mark.parametrize(("tasks", "patches"), [row[1:] for row in VARIANTS], ids=[row[0] for row in VARIANTS])
def test_right_hand_in_keeps_its_points(tasks: list[str], patches: Patches) -> None:
    for report in grade(patched("example_fau", patches), tasks, seed=3).values():
        assert [(r.case, r.check, r.message) for r in findings(report) if r.tier is Tier.CORE] == []
        assert report.score == report.max_score


def test_lenet_whose_kernels_cannot_be_read_is_no_fault_of_ours() -> None:
    kernels = "self.weights.reshape(self.num_kernels, -1)\n"
    in_forward, in_backward = f"{kernels}        output", f"{kernels}\n"
    lists = [
        (CONV, in_forward, in_forward.replace("self.weights", "np.array(self.weights)")),
        (CONV, in_backward, in_backward.replace("self.weights", "np.array(self.weights)")),
        (CONV, ".reshape(self.weights.shape)", ".reshape(np.shape(self.weights))"),
        (CONV, "        self.bias = bias_", "        self.weights = list(self.weights)\n        self.bias = bias_"),
    ]
    report = grade(patched("example_fau", lists), ["LeNet"], seed=7)["LeNet"]
    assert [(r.check, r.message) for r in report.results if r.verdict is Verdict.BROKEN] == []
    assert report.score == report.max_score
    assert any("not compared with the reference" in remark for remark in report.remarks)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("        return output\n", "        return output[-1:]\n"),
        ("return self.hidden_fc.weights\n", "return self.hidden_fc.weights * np.nan\n"),
        ("return self.hidden_fc.weights\n", "return self.hidden_fc.weights * np.inf\n"),
        ("return self.hidden_fc.weights\n", "return self.hidden_fc.weights[None]\n"),
    ],
    ids=["last output only", "weights NaN", "weights infinite", "weights with three axes"],
)
def test_strange_rnn_fails_and_does_not_break_the_grader(old: str, new: str) -> None:
    report = grade(patched("example_fau", [("Layers/RNN.py", old, new)]), ["RNN"], seed=5)["RNN"]
    assert [(r.check, r.message) for r in report.results if r.verdict is Verdict.BROKEN] == []
    assert report.score < report.max_score


def test_optimizer_that_makes_float32_of_a_plain_number_does_not_break_the_grader() -> None:
    optimizers = "Optimization/Optimizers.py"
    patch = (optimizers, "self.learning_rate) + self.v", "self.learning_rate) + np.float32(self.v)")
    report = grade(patched("example_fau", [patch]), ["SgdWithMomentum"], seed=3)["SgdWithMomentum"]
    assert [(r.check, r.message) for r in report.results if r.verdict is Verdict.BROKEN] == []
    assert report.score == report.max_score
