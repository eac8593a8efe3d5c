"""How a hand-in's container gives its layers optimizers is read from its text."""

from __future__ import annotations

import pytest

from grader.guest.search import optimizers_handed_out
from grader.model import Tier, Verdict
from tests.grader.handins import grade, patched

CONTAINER = """
class NeuralNetwork:
    def append_layer(self, layer):
        layer.optimizer = copy(self.optimizer)
        layer.bias_optimizer = layer.gate_optimizer = copy(self.optimizer)
        layer.bias_optimizer = copy(self.optimizer)
        self.last_optimizer = layer.bias_optimizer
        layer.weights = 3

class Other:
    def append_layer(self, layer):
        layer.other_optimizer = 1
"""


def test_attributes_are_those_that_the_container_sets_on_others() -> None:
    assert optimizers_handed_out(CONTAINER, "NeuralNetwork") == ["bias_optimizer", "gate_optimizer"]


@pytest.mark.parametrize("source", ["", "class NeuralNetwork(:", "x = 1", "\0"])
def test_text_without_any_gives_nothing(source: str) -> None:
    assert optimizers_handed_out(source, "NeuralNetwork") == []


def test_second_setter_that_nobody_calls_is_a_mistake() -> None:
    conv = "Layers/Conv.py"
    lost = [
        (conv, "        self._bias_optimizer = copy.deepcopy(optimizer)\n", ""),
        (conv, "self._bias_optimizer = None", "self.bias_optimizer = None"),
        (
            conv,
            "if self._optimizer is not None:",
            "if self._optimizer is not None and self.bias_optimizer is not None:",
        ),
        (conv, "self._bias_optimizer.calculate", "self.bias_optimizer.calculate"),
    ]
    report = grade(patched("example_fau", lost), ["Conv"])["Conv"]
    failed = {r.check for r in report.results if r.tier is Tier.CORE and r.verdict is not Verdict.PASSED}
    assert "sgd_step" in failed
