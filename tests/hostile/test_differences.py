"""Row 45: the right numbers without backpropagation. Only the cost tells; that is worth a remark and costs nothing."""

from __future__ import annotations

from grader.model import Report
from tests.grader.handins import example, grade, patched

_POOLING = "Layers/Pooling.py"
_BY_DIFFERENCES = """
class Pooling(Pooling):
    def forward(self, input_tensor):
        self.seen = np.array(input_tensor, dtype=float)
        return super().forward(input_tensor)

    def backward(self, error_tensor):
        gradient = np.zeros_like(self.seen)
        for place in np.ndindex(*self.seen.shape):
            step = np.zeros_like(self.seen)
            step[place] = 1e-4
            rise = super().forward(self.seen + step) - super().forward(self.seen - step)
            gradient[place] = (error_tensor * rise).sum() / 2e-4
        return gradient
"""


def _cost(report: Report) -> list[str]:
    return [remark for remark in report.remarks if "times as long as forward" in remark]


def test_differences_in_the_place_of_backpropagation() -> None:
    source = example("example_fau").files[_POOLING].decode()
    handed_in = patched("example_fau", [(_POOLING, source, source + "\n" + _BY_DIFFERENCES)])
    report = grade(handed_in, ["Pooling"])["Pooling"]
    assert report.passed
    assert report.score == report.max_score
    assert len(_cost(report)) == 1


def test_backpropagation() -> None:
    assert _cost(grade(example("example_fau"), ["Pooling"])["Pooling"]) == []
