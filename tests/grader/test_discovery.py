"""Hand-ins as they really arrive: however packed, whatever they import, the same code gets the same marks."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from grader.intake.layout import build_submission
from grader.model import Submission, Verdict
from tests.grader.handins import example, findings, grade, patched, written

QUICK = ("FullyConnected", "ReLU", "Conv", "CrossEntropyLoss", "Adam", "RNN", "NeuralNetwork", "He", "L2_Regularizer")
Files = dict[str, bytes]


def _edited(edit: Callable[[str, str], tuple[str, bytes]]) -> Submission:
    """Return example_fau with every file passed through `edit(path, text) -> (path, bytes)`."""
    files = dict(edit(path, raw.decode()) for path, raw in example("example_fau").files.items())
    return build_submission("edited", files)


def _imports(prefix: str) -> Callable[[str, str], tuple[str, bytes]]:
    def edit(path: str, text: str) -> tuple[str, bytes]:
        return f"src_to_implement/{path}", re.sub(
            r"^from (Layers|Optimization|Models|NeuralNetwork)\b", rf"from {prefix}.\1", text, flags=re.MULTILINE
        ).encode()

    return edit


def _flat(path: str, text: str) -> tuple[str, bytes]:
    return path.split("/")[-1], text.encode()


def _plain(path: str, text: str) -> tuple[str, bytes]:
    return path, re.sub(r"^from (?:Layers)?\.Base import", "from Base import", text, flags=re.MULTILINE).encode()


VARIANTS: dict[str, Callable[[str, str], tuple[str, bytes]]] = {
    "flat zip": _flat,
    "in src_to_implement": lambda path, text: (f"src_to_implement/{path}", text.encode()),
    "one further down": lambda path, text: (f"ex3_group7/src_to_implement/{path}", text.encode()),
    "from src_to_implement.Layers": _imports("src_to_implement"),
    "from anything.src_to_implement.Layers": _imports("exercise3.src_to_implement"),
    "from Base import": _plain,
    "CRLF": lambda path, text: (path, text.replace("\n", "\r\n").encode()),
    "BOM": lambda path, text: (path, b"\xef\xbb\xbf" + text.encode()),
    "Latin-1": lambda path, text: (path, ("# Übung für Anfänger\n" + text).encode("latin-1")),
    "plots at the top": lambda path, text: (path, f"import matplotlib.pyplot as plt\n{text}".encode()),
    "torch somewhere": lambda path, text: (path, f"from torch import nn\nimport torch.optim as o\n{text}".encode()),
    "cupy if there": lambda path, text: (
        path,
        f"try:\n    import cupy as xp\nexcept ImportError:\n    import numpy as xp\nassert xp.ones(1)\n{text}".encode(),
    ),
    "old numpy names": lambda path, text: (
        path,
        f"import numpy\nassert numpy.product([2.0, numpy.float(3)]) == 6\nnumpy.zeros(1, numpy.int)\n{text}".encode(),
    ),
    "old scipy names": lambda path, text: (
        path,
        f"from scipy.ndimage.filters import gaussian_filter\nfrom scipy import signal, ndimage\n{text}".encode(),
    ),
    "course helpers": lambda path, text: (path, f"from Layers.Helpers import compute_bn_gradients\n{text}".encode()),
    "prints at import": lambda path, text: (path, f"print('hello from', __name__)\n{text}".encode()),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_packing_and_imports_do_not_change_marks(name: str) -> None:
    for report in grade(_edited(VARIANTS[name]), QUICK).values():
        assert report.score == report.max_score, (report.task, findings(report)[:1], report.remarks)


def test_everything_of_a_flat_zip_gets_full_marks() -> None:
    reports = grade(_edited(_flat), ["ex1", "ex2", "ex3"])
    assert sum(report.score for report in reports.values()) == pytest.approx(300)


def test_the_courses_helper_may_do_the_work_of_batch_normalization() -> None:
    file = "Layers/BatchNormalization.py"
    source = example("example_fau").files[file].decode()
    assert "def backward" in source
    wrapper = (
        "\nfrom Layers.Helpers import compute_bn_gradients\n"
        "_forward, _backward = BatchNormalization.forward, BatchNormalization.backward\n"
        "def forward(self, x):\n    self.kept = x\n    return _forward(self, x)\n"
        "def backward(self, e):\n"
        "    scale = self.weights.copy()\n"
        "    other = _backward(self, e)\n"
        "    if e.ndim == 4:\n        return other\n"
        "    x = self.kept\n"
        "    return compute_bn_gradients(e, x, scale, x.mean(axis=0), x.var(axis=0))\n"
        "BatchNormalization.forward, BatchNormalization.backward = forward, backward\n"
    )
    files = dict(example("example_fau").files) | {file: (source + wrapper).encode()}
    (report,) = grade(build_submission("helper", files), ["BatchNormalization"]).values()
    assert report.passed, findings(report)


def test_a_missing_package_complains_when_it_is_used() -> None:
    code = "import torch\nclass ReLU:\n    def forward(self, x):\n        return torch.relu(x)\n"
    (report,) = grade(written(Layers__ReLU=code), ["ReLU"]).values()
    first = findings(report)[0]
    assert first.verdict is Verdict.CRASHED
    assert "torch.relu is used, but torch is not available here" in first.message
    assert "Layers/ReLU.py:4" in first.message


@pytest.mark.parametrize(
    "text",
    ["def broken(:\n", "import sys\nsys.exit(1)\n", "1 / 0\n", "from torch import nn\nclass X(nn.Module): pass\n"],
)
def test_one_broken_module_costs_its_own_component_only(text: str) -> None:
    files = dict(example("example_fau").files)
    files["Layers/ReLU.py"] = text.encode() + files["Layers/ReLU.py"]
    files["Layers/__init__.py"] = b"from .ReLU import ReLU\nfrom .Conv import Conv\n"
    reports = grade(build_submission("broken", files), ["ReLU", "Conv", "FullyConnected", "RNN"])
    assert reports.pop("ReLU").score == 0
    assert all(report.passed for report in reports.values())


def test_two_copies_are_told_apart() -> None:
    files = dict(example("example_fau").files)
    files["old/Layers/ReLU.py"] = b"class ReLU:\n    pass\n"
    (report,) = grade(build_submission("twice", files), ["ReLU"]).values()
    assert report.passed
    assert report.remarks == ("ReLU was graded from Layers/ReLU.py; there is another one in old/Layers/ReLU.py",)


def test_lenet_is_built_from_the_layers_if_the_hand_in_has_none() -> None:
    files = {path: raw for path, raw in example("example_fau").files.items() if not path.startswith("Models/")}
    (report,) = grade(build_submission("no model", files), ["LeNet"]).values()
    assert report.passed
    assert report.remarks == ("the hand-in has no LeNet of its own: one was built from its layers",)


def test_a_lenet_with_a_swapped_layer_is_caught() -> None:
    broken = patched(
        "example_fau",
        [
            (
                "Layers/Pooling.py",
                "def backward(self, error_tensor):",
                "def backward(self, error_tensor):\n        error_tensor = 0 * error_tensor",
            )
        ],
    )
    (report,) = grade(broken, ["LeNet"]).values()
    first = findings(report)[0]
    assert first.check == "k_steps"
    assert "after step 1, weights of layer 0 (Conv)" in first.message
    assert {"Pooling"} <= set(report.mend_first)
