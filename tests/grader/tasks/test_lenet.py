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


TANH = [
    (MODEL, "SoftMax\nfrom", "SoftMax, TanH\nfrom"),
    (
        MODEL,
        "    net.append_layer(ReLU.ReLU())\n    net.append_layer(FullyConnected.FullyConnected(120, 84))",
        "    net.append_layer(TanH.TanH())\n    net.append_layer(FullyConnected.FullyConnected(120, 84))",
    ),
]
# the same layer under a name that says nothing
OWN = [*TANH, ("Layers/TanH.py", "class TanH(", "class Bend("), (MODEL, "TanH.TanH()", "TanH.Bend()")]


def test_another_activation_is_compared_as_well() -> None:
    (report,) = grade(patched("example_fau", TANH), ["LeNet"]).values()
    assert report.passed
    assert report.remarks == ()


def test_unknown_layers_are_remarked_on() -> None:
    (report,) = grade(patched("example_fau", OWN), ["LeNet"]).values()
    assert report.passed
    assert report.remarks == ("the steps of this LeNet were not compared with the reference: layer 8 is a Bend",)


def test_unknown_layers_do_not_hide_wrong_gradients() -> None:
    line = "np.sum(error, axis=(0, 2))"
    wrong = [
        *OWN,
        ("Layers/Conv.py", line, f"{line} + 5"),
        ("Layers/ReLU.py", "error_tensor * self.mask", "error_tensor"),
    ]
    (report,) = grade(patched("example_fau", wrong), ["LeNet"]).values()
    message = next(r.message for r in report.results if r.check == "k_steps")
    assert "they are not those of this network's loss" in message


def test_a_network_without_convolutions_is_no_lenet() -> None:
    files = dict(example("example_fau").files)
    lines = files[MODEL].decode().splitlines(keepends=True)
    small = [line for line in lines if not any(word in line for word in ("Conv((", "Pooling(", "16 * 7", "120, 84"))]
    text = "".join(small).replace("FullyConnected(84, 10)", "FullyConnected(784, 10)")
    whole = files[MODEL].decode()
    (report,) = grade(patched("example_fau", [(MODEL, whole, text)]), ["LeNet"]).values()
    first = findings(report)[0]
    assert first.check == "k_steps"
    assert first.message.startswith("LeNet has two convolutions")
    assert report.score == 6


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
