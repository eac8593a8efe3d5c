"""The dialect of CS231n: its example passes what it is asked, by its own conventions; wrong copies of it do not."""

from __future__ import annotations

import pytest

from grader.dialects import declared
from grader.intake import IntakeError
from grader.intake.layout import build_submission
from grader.model import Verdict
from tests.grader.handins import example, findings, grade, patched, registry

EXAMPLE = "example_cs231n"
LAYERS, RNN, OPTIM = "cs231n/layers.py", "cs231n/rnn_layers.py", "cs231n/optim.py"
ASKED = declared("cs231n").asked or {}


def test_example_gets_every_point_of_what_it_is_asked_and_is_asked_what_there_is() -> None:
    reports = grade(example(EXAMPLE), ["all"], 5)
    assert set(reports) == set(ASKED)
    for report in reports.values():
        assert findings(report) == []
        assert report.score == report.max_score > 0


def test_what_is_asked_exists() -> None:
    tasks = registry().tasks
    for name, asked in ASKED.items():
        assert set(asked.cases) <= {case.name for case in tasks[name].cases}
        known = {check.name for check in registry().plan(tasks[name], declared("cs231n").traits)}
        assert set(asked.without) <= known


WRONG = {
    "affine_backward without the sum over the batch": (
        "FullyConnected",
        (LAYERS, "T @ dout\n    db = dout.sum(axis=0)", "T @ dout\n    db = dout"),
        "fc-bias-not-summed",
    ),
    "batchnorm_backward with constant statistics": (
        "BatchNormalization",
        (LAYERS, "(dx_hat - dx_hat.sum(axis=0) / num - x_hat * (dx_hat * x_hat).sum(axis=0) / num)", "dx_hat"),
        "bn-stats-treated-as-constants",
    ),
    "max pool sends the gradient to the smallest": (
        "Pooling",
        (LAYERS, "np.unravel_index(window.argmax()", "np.unravel_index(window.argmin()"),
        "",
    ),
    "softmax_loss without the mean": ("CrossEntropyLoss", (LAYERS, "y].sum() / num", "y].sum()"), ""),
    "softmax_loss whose gradient lacks the mean": ("CrossEntropyLoss", (LAYERS, "    dx /= num\n", ""), ""),
    "max pool that forgets the other windows": (
        "Pooling",
        (LAYERS, "dx[n, c, top + row, left + col] += dout", "dx[n, c, top + row, left + col] = dout"),
        "pool-gradient-lost-on-overlap",
    ),
    "adam without bias correction": (
        "Adam",
        (OPTIM, 'config["t"] += 1', 'config["t"] = 10**9'),
        "adam-no-bias-correction",
    ),
    "batch normalization that keeps the last batch's mean": (
        "BatchNormalization",
        (LAYERS, "running_mean = momentum * running_mean + (1 - momentum) * mean", "running_mean = mean"),
        "bn-moving-average-missing",
    ),
    "momentum that is forgotten": (
        "SgdWithMomentum",
        (OPTIM, 'config["velocity"] = v', "pass"),
        "momentum-state-not-kept",
    ),
    "relu lets every gradient pass": ("ReLU", (LAYERS, "dout * (cache > 0)", "dout"), "relu-gradient-at-negative"),
    "rnn without the gradient of the later steps": (
        "RNN",
        (RNN, "dh[:, t] + dprev_h, cache[t]", "dh[:, t], cache[t]"),
        "",
    ),
    "rnn that returns no gradient of h0": (
        "RNN",
        (RNN, "return dx, dprev_h, dWx", "return dx, np.zeros((N, H)), dWx"),
        "",
    ),
    "rnn trained by the first sample alone": ("RNN", (RNN, "x.T @ dsum", "x[:1].T @ dsum[:1]"), ""),
    "dropout that drops with p": (
        "Dropout",
        (LAYERS, "(np.random.rand(*x.shape) < p)", "(np.random.rand(*x.shape) >= p)"),
        "dropout-probability-inverted",
    ),
    "convolution that loses the batch": (
        "Conv",
        (LAYERS, "db = dout.sum(axis=(0, 2, 3))", "db = dout[0].sum(axis=(1, 2))"),
        "conv-bias-gradient-missing-axes",
    ),
}


@pytest.mark.parametrize(("task", "patch", "name"), WRONG.values(), ids=WRONG)
def test_wrong_copies_fail_and_are_named_where_others_make_the_same_mistake(
    task: str, patch: tuple[str, str, str], name: str
) -> None:
    report = grade(patched(EXAMPLE, [patch]), [task], 3)[task]
    assert not report.passed
    assert report.score < report.max_score
    if name:
        assert report.misconceptions[:1] == (name,)


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        (
            (LAYERS, "return np.maximum(0, x), x", "return np.maximum(0, x)"),
            "relu_forward returned a ndarray; (out, cache)",
        ),
        (
            (LAYERS, "return np.maximum(0, x), x", "pass"),
            "relu_forward returned None (is there a `return`?); (out, cache)",
        ),
        ((LAYERS, "return dout * (cache > 0)", "pass"), "relu_backward returned None (is there a `return`?)"),
        ((LAYERS, "def relu_forward", "def relu"), "no function relu_forward in the hand-in (its usual place is"),
        ((LAYERS, "import numpy as np\n", "import numpy as np\ndel np.no\n"), "layers.py"),
    ],
)
def test_what_a_function_returns_is_said_in_its_own_words(patch: tuple[str, str, str], message: str) -> None:
    report = grade(patched(EXAMPLE, [patch]), ["ReLU"])["ReLU"]
    wrong = [r for r in report.results if r.verdict not in (Verdict.PASSED, Verdict.SKIPPED)]
    assert report.score < report.max_score
    assert any(message in r.message + str(r.details) for r in wrong)


@pytest.mark.parametrize(
    ("names", "root"),
    [
        (("cs231n/layers.py", "cs231n/optim.py"), ""),
        (("assignment2/cs231n/layers.py", "assignment2/cs231n/classifiers/cnn.py"), "assignment2/"),
        (("layers.py", "optim.py"), ""),
    ],
)
def test_chosen_by_itself_wherever_the_folder_lies(names: tuple[str, ...], root: str) -> None:
    submission = build_submission("mine", dict.fromkeys(names, b"def affine_forward(x, w, b):\n    pass\n"))
    assert (submission.dialect, submission.roots[0]) == ("cs231n", root)
    assert f"{root}cs231n/layers.py" in submission.files


def test_classes_in_a_file_of_that_name_are_no_sign() -> None:
    with pytest.raises(IntakeError, match="nor functions like affine_forward"):
        build_submission("mine", {"layers.py": b"class ReLU: ..."})


def test_a_dialect_that_is_given_counts_and_has_marks_of_its_own() -> None:
    both = {"Layers/ReLU.py": b"class ReLU: ...", "cs231n/layers.py": b"def relu_forward(x): ..."}
    chosen = build_submission("mine", both)
    assert build_submission("mine", both, chosen.dialect).digest == chosen.digest
    other = build_submission("mine", both, "fau" if chosen.dialect == "cs231n" else "cs231n")
    assert other.dialect != chosen.dialect
    assert other.digest != chosen.digest
    with pytest.raises(IntakeError, match=r"no pyproject.toml .* \(--dialect native\)"):
        build_submission("mine", both, "native")
