"""Hand-ins with strange answers keep or lose their points, and none of them breaks the grader."""

from __future__ import annotations

import pytest

from grader.model import Verdict
from tests.grader.handins import grade, patched

CONV = "Layers/Conv.py"


def test_lenet_whose_kernels_cannot_be_read_is_no_fault_of_ours() -> None:
    kernels = "self.weights.reshape(self.num_kernels, -1)\n"
    in_forward, in_backward = f"{kernels}        output", f"{kernels}\n"
    unreadable = "__import__('collections').UserList(self.weights)"
    lists = [
        (CONV, in_forward, in_forward.replace("self.weights", "np.array(self.weights)")),
        (CONV, in_backward, in_backward.replace("self.weights", "np.array(self.weights)")),
        (CONV, ".reshape(self.weights.shape)", ".reshape(np.shape(self.weights))"),
        (CONV, "        self.bias = bias_", f"        self.weights = {unreadable}\n        self.bias = bias_"),
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
