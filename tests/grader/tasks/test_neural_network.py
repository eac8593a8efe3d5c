"""The container: what each exercise asks of it, and that it is graded on nothing but itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from grader.model import Case, Conventions, Report, Tier, Verdict
from grader.network_oracle import network_oracle
from grader.remote_network import RemoteNetwork
from grader.scoring import assign_points, shares, totals
from tests.grader.handins import example, findings, grade, patched, registry, written

EX1 = """
import copy

class NeuralNetwork:
    def __init__(self, optimizer):
        self.optimizer, self.loss, self.layers = optimizer, [], []
        self.data_layer = self.loss_layer = None

    def forward(self):
        x, self.label = self.data_layer.next()
        return self.loss_layer.forward(self.test(x), self.label)

    def backward(self):
        error = self.loss_layer.backward(self.label)
        for layer in reversed(self.layers):
            error = layer.backward(error)

    def append_layer(self, layer):
        if layer.trainable:
            layer.optimizer = copy.deepcopy(self.optimizer)
        self.layers.append(layer)

    def train(self, iterations):
        for _ in range(iterations):
            self.loss.append(self.forward())
            self.backward()

    def test(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x
"""
TASK = registry().tasks["NeuralNetwork"]


def _score_in(group: str, report: Report) -> tuple[float, float]:
    """Return score and maximum if the course were this one exercise."""
    task = replace(TASK, points={group: TASK.points[group]})
    return totals(assign_points(task, list(TASK.checks), [r for r in report.results if r.check != "found"]))


def test_a_container_of_the_first_exercise_has_all_points_of_the_first_exercise() -> None:
    report = grade(written(NeuralNetwork=EX1), ["NeuralNetwork"])["NeuralNetwork"]
    failed = {r.check for r in findings(report)}
    assert failed == {"initializers", "phases", "regularization_loss", "save_and_load"}
    assert _score_in("ex1", report) == (25.0, 25.0)
    for group in ("ex2", "ex3"):
        score, most = _score_in(group, report)
        assert 0 < score < most
    messages = {r.check: r.message for r in findings(report)}
    assert "does not take (optimizer, weights_initializer, bias_initializer)" in messages["initializers"]
    assert "no function save(filename, net)" in messages["save_and_load"]


def test_checks_of_a_group_need_no_check_of_a_later_one() -> None:
    by_name = {check.name: check for check in TASK.checks}
    for check in TASK.checks:
        for need in check.needs:
            assert set(check.groups or TASK.points) <= set(by_name[need].groups or TASK.points)
    assert sum(shares(TASK, TASK.checks).values()) == pytest.approx(68)


@pytest.mark.parametrize("name", ["example_fau", "example_native"])
def test_no_layer_of_the_hand_in_is_needed(name: str) -> None:
    submission = example(name)
    kept = ("NeuralNetwork.py", "network.py", "handin.py")
    broken = {
        file: source if file.endswith(kept) or file.endswith("__init__.py") else b"class Nothing: pass\n"
        for file, source in submission.files.items()
    }
    if name == "example_native":
        network = broken["network.py"].decode()
        broken["network.py"] = "\n".join(
            line for line in network.splitlines() if not line.startswith("from ") or "framework" in line
        ).encode()
        broken["handin.py"] = (
            b"from framework.hookspecs import hookimpl\nfrom network import NeuralNetwork\n"
            b"@hookimpl\ndef backcheck_network():\n    return {'NeuralNetwork': NeuralNetwork}\n"
        )
    report = grade(replace(submission, files=broken), ["NeuralNetwork"])["NeuralNetwork"]
    assert [r.message for r in findings(report)] == []
    assert report.score == 68


def test_the_oracle_agrees_with_torch() -> None:
    """Two layers of distances with arctan between, Nesterov's momentum, three batches: the losses, the weights."""
    init = {"optimizer": "momentum", "rates": [0.02, 0.8], "weights": 0.0, "bias": 0.0}
    case = Case("any", init, (3, 3))

    class Empty(RemoteNetwork):
        def __init__(self) -> None:
            self.component, self.init = "NeuralNetwork", init

    oracle = network_oracle(Empty(), case, Conventions())
    rng = np.random.default_rng(8)
    arrays = [{"W": rng.normal(size=s), "b": rng.normal(size=s[1])} for s in ((3, 4), (4, 2))]
    batches = [(rng.normal(size=(3, 3)), rng.normal(size=(3, 2))) for _ in range(3)]
    oracle.append("distances", arrays[0])
    oracle.append("arctan")
    oracle.append("distances", arrays[1])
    oracle.feed(batches)
    oracle.train(3)

    def distances(x: torch.Tensor, W: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return ((x[:, :, None] - W) ** 2).sum(dim=1) / 2 + b

    params = [torch.tensor(table[name], requires_grad=True) for table in arrays for name in ("W", "b")]
    optimizer = torch.optim.SGD(params, lr=0.02, momentum=0.8, nesterov=True)
    losses = []
    for x, y in batches:
        hidden = torch.arctan(distances(torch.tensor(x), *params[:2]))
        gap = distances(hidden, *params[2:]) - torch.tensor(y)
        loss = torch.sqrt(1 + gap**2).sum()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        optimizer.step()
        losses.append(loss.item())
    assert oracle.losses() == pytest.approx(np.array(losses))
    found = oracle.params()
    for name, value in zip(("1.W", "1.b", "3.W", "3.b"), params, strict=True):
        assert found[name] == pytest.approx(value.detach().numpy())


ODD = {
    "no history": "del self.loss",
    "a history of texts": "self.loss = ['low']",
    "a history of arrays": "import numpy as np; self.loss = [np.zeros((2, 3))]",
    "an endless history": "self.loss = [0.0] * 10**6",
    "no layers": "self.layers = None",
    "other layers": "self.layers = [1, 2, 3]",
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD)
def test_odd_members_fail_and_are_never_the_graders_fault(odd: str) -> None:
    patch = ("NeuralNetwork.py", "            self.backward()\n", f"            self.backward()\n        {odd}\n")
    report = grade(patched("example_fau", [patch]), ["NeuralNetwork"])["NeuralNetwork"]
    assert not report.passed
    assert all(r.verdict is not Verdict.BROKEN for r in report.results)
    assert all(r.message for r in findings(report))


ODD_ANSWERS = ("None", "'text'", "input_tensor.tolist()", "input_tensor[0]", "input_tensor * float('nan')", "self")


@pytest.mark.parametrize("answer", ODD_ANSWERS)
def test_odd_outputs_of_test_fail(answer: str) -> None:
    old = "            input_tensor = layer.forward(input_tensor)\n        return "
    patch = ("NeuralNetwork.py", f"{old}input_tensor\n", f"{old}{answer}\n")
    report = grade(patched("example_fau", [patch]), ["NeuralNetwork"])["NeuralNetwork"]
    assert {r.check for r in findings(report) if r.tier is Tier.CORE} >= {"test_output"}
    assert all(r.verdict is not Verdict.BROKEN for r in report.results)
