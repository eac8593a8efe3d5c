"""Right layers that are written in an unusual way: none of them loses a point, and none gets a remark."""

from __future__ import annotations

import pytest

from tests.grader.breakages_layers import Patches
from tests.grader.handins import findings, grade, patched, registry

FRONT = "front_y = self.kernel_y // 2\n        front_x = self.kernel_x // 2\n        "
OTHER_FRONT = FRONT.replace("self.kernel_y", "(self.kernel_y - 1)").replace("self.kernel_x", "(self.kernel_x - 1)")
CENTRED = """front_y = max((-(-y // self.stride_y) - 1) * self.stride_y + self.kernel_y - y, 0) // 2
        front_x = max((-(-x // self.stride_x) - 1) * self.stride_x + self.kernel_x - x, 0) // 2
        self.front = front_y, front_x
        """
MASK = "(np.random.random(input_tensor.shape) < self.probability)"
MOVED = "(1 - self.alpha) * var"
ROW = ("np.ones(channels)", "np.ones((1, channels))"), ("np.zeros(channels)", "np.zeros((1, channels))")
LAZY = "        is_image = input_tensor.ndim == 4\n"

# fmt: off
# ruff: noqa: E501 - a variant in a line or two is easier to read
VARIANTS: list[tuple[str, str, Patches]] = [
    ("Sigmoid", "overflows in exp, to the right value", [
        ("exp = np.exp(-np.abs(x))", "pass"),
        ("np.where(x >= 0, 1 / (1 + exp), exp / (1 + exp))", "1 / (1 + np.exp(-x))"),
    ]),
    ("TanH", "by way of the sigmoid", [
        ("np.tanh(np.asarray(input_tensor, dtype=float))", "2 / (1 + np.exp(-2 * input_tensor)) - 1"),
    ]),
    ("Flatten", "Fortran order in memory, right order of entries", [
        ("input_tensor.reshape(self.input_shape[0], -1)", "__import__('numpy').asfortranarray(input_tensor.reshape(self.input_shape[0], -1))"),
    ]),
    ("Conv", "an even kernel's extra zero behind", [
        (FRONT + "self", OTHER_FRONT + "self"), (FRONT + "y =", OTHER_FRONT + "y ="),
    ]),
    ("Conv", "strided windows centred, as in TensorFlow", [
        (FRONT + "self", CENTRED + "self"), (FRONT + "y =", "front_y, front_x = self.front\n        y ="),
    ]),
    ("Conv", "bias as a row", [
        ("uniform(0, 1, num_kernels)", "uniform(0, 1, (1, num_kernels))"),
        ("np.sum(error, axis=(0, 2))", "np.sum(error, axis=(0, 2))[np.newaxis]"),
    ]),
    ("Conv", "float32 inside", [
        ("        if self.is_1d:\n            return output\n", "        output = output.astype(np.float32)\n        if self.is_1d:\n            return output\n"),
        ("return previous_error.", "return previous_error.astype(np.float32)."),
    ]),
    ("Conv", "one optimizer object with a state for each parameter", [
        ("self._bias_optimizer = copy.deepcopy(optimizer)", "self._bias_optimizer = copy.copy(optimizer)"),
    ]),
    ("Pooling", "the last of equal maxima wins", [
        ("np.argmax(candidates, axis=0)", "len(candidates) - 1 - np.argmax(candidates[::-1], axis=0)"),
    ]),
    ("Pooling", "equal maxima share the error", [
        ("candidates = np.array", "self.candidates = candidates = np.array"),
        (
            "(self.max_index == i * pool_x + j)",
            "(self.candidates[i * pool_x + j] == self.candidates.max(axis=0)) / (self.candidates == self.candidates.max(axis=0)).sum(axis=0)",
        ),
    ]),
    ("Dropout", "binomial draws", [(MASK, "np.random.binomial(1, self.probability, input_tensor.shape)")]),
    ("Dropout", "a generator of its own", [(MASK, "(np.random.default_rng().random(input_tensor.shape) < self.probability)")]),
    ("Dropout", "the random module", [
        (MASK, "(np.array([__import__('random').random() for _ in range(input_tensor.size)]).reshape(input_tensor.shape) < self.probability)"),
    ]),
    ("BatchNormalization", "decay 0.9", [("self.alpha = 0.8", "self.alpha = 0.9")]),
    ("BatchNormalization", "decay 0.99", [("self.alpha = 0.8", "self.alpha = 0.99")]),
    ("BatchNormalization", "decay 0.5", [("self.alpha = 0.8", "self.alpha = 0.5")]),
    ("BatchNormalization", "unbiased moving variance", [
        (MOVED, MOVED + " * len(x) / (len(x) - 1)"),
        ("self.moving_var = var\n", "self.moving_var = var * len(x) / max(len(x) - 1, 1)\n"),
    ]),
    ("BatchNormalization", "epsilon 1e-10", [("self.eps = np.finfo(float).eps", "self.eps = 1e-10")]),
    ("BatchNormalization", "gamma and beta as rows", [
        *ROW,
        ("(error * self.x_hat, axis=0)", "(error * self.x_hat, axis=0, keepdims=True)"),
        ("np.sum(error, axis=0)", "np.sum(error, axis=0, keepdims=True)"),
    ]),
    ("BatchNormalization", "initialize without arguments", [("weights_initializer=None, bias_initializer=None", "")]),
    ("BatchNormalization", "parameters created in the first forward", [
        ("self.weights = np.ones(channels)", "self.weights = None"),
        ("self.bias = np.zeros(channels)", "self.bias = None"),
        (LAZY, LAZY + "        if self.weights is None:\n            self.initialize()\n"),
    ]),
    ("BatchNormalization", "parameters created anew in the first forward", [
        (LAZY, LAZY + "        if self.x_hat is None:\n            self.initialize()\n"),
    ]),
]
# fmt: on


@pytest.mark.parametrize(("task", "name", "patches"), VARIANTS, ids=[name for _, name, _ in VARIANTS])
def test_unusual_but_right_layer_keeps_full_marks(task: str, name: str, patches: Patches) -> None:
    submission = patched("example_fau", [(f"Layers/{task}.py", old, new) for old, new in patches])
    report = grade(submission, [task], seed=5)[task]
    assert [(r.case, r.check, r.message) for r in findings(report)] == []
    assert report.score == report.max_score == registry().tasks[task].total
