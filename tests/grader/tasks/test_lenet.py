"""LeNet: right ones pass both parts, and what is wrong is named at the step and parameter where it shows."""

from __future__ import annotations

import pytest

from grader.model import Verdict
from tests.grader.handins import example, findings, grade, patched

MODEL = "Models/LeNet.py"
DENSE = "Layers/FullyConnected.py"


@pytest.mark.parametrize("name", ["example_fau", "example_native"])
def test_examples_learn(name: str) -> None:
    (report,) = grade(example(name), ["LeNet"], seed=5).values()
    assert report.score == report.max_score == 10
    learns = next(result for result in report.results if result.check == "learns")
    assert len(learns.details["losses"]) == 2  # two good runs are enough
    assert all(losses[0] > losses[-1] for losses in learns.details["losses"])


def test_a_layer_that_is_never_trained_is_named() -> None:
    update = "            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)\n"
    (report,) = grade(patched("example_fau", [(DENSE, update, "            pass\n")]), ["LeNet"]).values()
    first = findings(report)[0]
    assert first.check == "k_steps"
    assert "after step 1, weights of layer 7 (FullyConnected) differs" in first.message
    assert "FullyConnected" in report.mend_first


def test_another_architecture_is_remarked_on_and_judged_by_what_it_learns() -> None:
    other = patched(
        "example_fau",
        [
            (MODEL, "SoftMax\nfrom", "SoftMax, TanH\nfrom"),
            (
                MODEL,
                "    net.append_layer(ReLU.ReLU())\n    net.append_layer(FullyConnected.FullyConnected(120, 84))",
                "    net.append_layer(TanH.TanH())\n    net.append_layer(FullyConnected.FullyConnected(120, 84))",
            ),
        ],
    )
    (report,) = grade(other, ["LeNet"]).values()
    assert report.passed
    assert report.remarks == ("the steps of this LeNet were not compared with the reference: layer 8 is a TanH",)


def test_the_classic_flatten_size_fails_where_it_is_met() -> None:
    (report,) = grade(patched("example_fau", [(MODEL, "16 * 7 * 7", "400")]), ["LeNet"]).values()
    assert report.score == 0
    assert {result.verdict for result in findings(report)} == {Verdict.CRASHED}
    assert all("Layers/FullyConnected.py" in result.message for result in findings(report))


def test_a_network_that_cannot_learn_fails_the_second_part_only() -> None:
    stuck = patched("example_fau", [(MODEL, "    return net\n", "    net.layers.insert(7, Stuck())\n    return net\n")])
    files = dict(stuck.files)
    files[MODEL] += (
        b"\n\nclass Stuck:\n    trainable = False\n    testing_phase = False\n"
        b"    def forward(self, x):\n        return 0 * x\n    def backward(self, e):\n        return 0 * e\n"
    )
    (report,) = grade(type(stuck)(**{**vars(stuck), "files": files}), ["LeNet"]).values()
    (first,) = findings(report)
    assert first.check == "learns"
    assert "of the held-back digits are right; 50% was expected" in first.message
