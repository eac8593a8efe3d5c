"""Fair variants of `example_fau`: layers without parameters, losses, optimizers, constraints, initializers, files."""

# ruff: noqa: E501 - a variant in a line or two is easier to read

from __future__ import annotations

from grader.selftest.variants.fau_rules import FAIR, REMARKS
from grader.selftest.variants.variant import Variant, of_file, of_layer

MASK = "(np.random.random(input_tensor.shape) < self.probability)"
LOSS, OPTIMIZERS, NETWORK = "Optimization/Loss.py", "Optimization/Optimizers.py", "NeuralNetwork.py"
VALUE = "-np.sum(label_tensor * np.log(prediction_tensor + self.eps))"
SLOPE = "-(label_tensor / (self.prediction_tensor + self.eps))"
EXP = "exp = np.exp(x)\n        self.prediction = exp / np.sum(exp, axis=1, keepdims=True)"
STABLE = "np.where(x >= 0, 1 / (1 + exp), exp / (1 + exp))"

# fmt: off
MAPS: list[Variant] = [
    of_layer(4, "ReLU", "gradient one at zero", ("input_tensor > 0", "input_tensor >= 0")),
    of_layer(4, "ReLU", "gradient one half at zero", ("input_tensor > 0", "(input_tensor > 0) + 0.5 * (input_tensor == 0)")),
    of_layer(21, "ReLU", "the gradient from the output",
        ("return np.maximum(0, input_tensor)", "self.mask = np.maximum(0, input_tensor)\n        return self.mask"),
        ("error_tensor * self.mask", "np.where(self.mask > 0, error_tensor, 0)")),
    of_layer(1, "ReLU", "answers in float32", ("return np.maximum(0, input_tensor)", "return np.maximum(0, input_tensor).astype(np.float32)"), ("return error_tensor * self.mask", "return (error_tensor * self.mask).astype(np.float32)")),
    of_layer(22, "ReLU", "without a base class, without trainable",
        ("class ReLU(Base.BaseLayer)", "class ReLU"), ("        super().__init__()\n", "")),
    of_layer(10, "ReLU", "the error is changed in place", ("return error_tensor * self.mask", "error_tensor[~self.mask] = 0\n        return error_tensor")),
    of_layer((13, 35), "Sigmoid", "overflows in exp, to the right value",
        ("exp = np.exp(-np.abs(x))", "pass"), (STABLE, "1 / (1 + np.exp(-x))")),
    of_layer(13, "Sigmoid", "by way of tanh", (STABLE, "0.5 * (1 + np.tanh(0.5 * x))")),
    of_layer((13, 35), "TanH", "by way of the sigmoid",
        ("np.tanh(np.asarray(input_tensor, dtype=float))", "2 / (1 + np.exp(-2 * input_tensor)) - 1")),
    of_layer(13, "TanH", "by exp, of numbers that cannot overflow",
        ("np.tanh(np.asarray(input_tensor, dtype=float))", "np.sign(input_tensor) * (1 - np.exp(-2 * np.abs(input_tensor))) / (1 + np.exp(-2 * np.abs(input_tensor)))")),
    of_layer(13, "SoftMax", "by log-sum-exp",
        (EXP, "self.prediction = np.exp(x - np.log(np.sum(np.exp(x), axis=1, keepdims=True)))")),
    of_layer(23, "SoftMax", "the whole Jacobian, row by row",
        ("        weighted_sum = np.sum(error_tensor * self.prediction, axis=1, keepdims=True)\n", ""),
        ("self.prediction * (error_tensor - weighted_sum)", "np.array([(np.diag(y) - np.outer(y, y)) @ e for y, e in zip(self.prediction, error_tensor)])")),
    of_layer(33, "SoftMax", "called Softmax", ("class SoftMax(", "class Softmax(")),
    of_layer(7, "Flatten", "Fortran order in memory, right order of entries",
        ("input_tensor.reshape(self.input_shape[0], -1)", "__import__('numpy').asfortranarray(input_tensor.reshape(self.input_shape[0], -1))")),
    of_layer(5, "Pooling", "the last of equal maxima wins", ("np.argmax(candidates, axis=0)", "len(candidates) - 1 - np.argmax(candidates[::-1], axis=0)")),
    of_layer(5, "Pooling", "equal maxima share the error",
        ("candidates = np.array", "self.candidates = candidates = np.array"),
        ("(self.max_index == i * pool_x + j)", "(self.candidates[i * pool_x + j] == self.candidates.max(axis=0)) / (self.candidates == self.candidates.max(axis=0)).sum(axis=0)")),
    of_layer(5, "Pooling", "all equal maxima get the whole error",
        ("candidates = np.array", "self.candidates = candidates = np.array"),
        ("(self.max_index == i * pool_x + j)", "(self.candidates[i * pool_x + j] == self.candidates.max(axis=0))")),
    of_layer(23, "Pooling", "pure loops",
        ("                previous_error[:, :, rows, cols] += error_tensor * (self.max_index == i * pool_x + j)\n",
         "                for b, c, y, x in np.argwhere(self.max_index == i * pool_x + j):\n"
         "                    previous_error[b, c, i + y * self.stride_shape[0], j + x * self.stride_shape[1]] += error_tensor[b, c, y, x]\n")),
    of_layer(9, "Dropout", "binomial draws", (MASK, "np.random.binomial(1, self.probability, input_tensor.shape)")),
    of_layer(9, "Dropout", "a generator of its own", (MASK, "(np.random.default_rng().random(input_tensor.shape) < self.probability)")),
    of_layer(9, "Dropout", "draws with choice", (MASK, "np.random.choice([0.0, 1.0], input_tensor.shape, p=[1 - self.probability, self.probability])")),
    of_layer(9, "Dropout", "the random module",
        (MASK, "(np.array([__import__('random').random() for _ in range(input_tensor.size)]).reshape(input_tensor.shape) < self.probability)")),
    of_layer(17, "Dropout", "whole feature maps of images",
        (MASK, "(np.random.random(input_tensor.shape if input_tensor.ndim < 4 else (*input_tensor.shape[:2], 1, 1)) < self.probability)")),
    of_layer(10, "Dropout", "writes into its input", ("        return input_tensor * self.mask", "        input_tensor *= self.mask\n        return input_tensor")),
]

OTHERS: list[Variant] = [
    of_file(1, LOSS, "CrossEntropyLoss", "a loss in float32", (f"return {VALUE}", f"return np.float32({VALUE})")),
    of_file((14, 26), LOSS, "CrossEntropyLoss", "no epsilon in backward", (SLOPE, "-(label_tensor / self.prediction_tensor)")),
    of_file((14, 26), LOSS, "CrossEntropyLoss", "clipped instead of shifted",
        (VALUE, "-np.sum(label_tensor * np.log(np.clip(prediction_tensor, self.eps, 1 - self.eps)))")),
    of_file(26, LOSS, "CrossEntropyLoss", "takes whole numbers as labels, too",
        (f"        return {VALUE}", f"        if label_tensor.ndim == 1:\n            label_tensor = np.eye(prediction_tensor.shape[1])[label_tensor]\n        return {VALUE}")),
    of_file(27, LOSS, "CrossEntropyLoss", "selects by the label", (VALUE, "-np.sum(np.log(prediction_tensor[label_tensor == 1] + self.eps))")),
    of_file(27, LOSS, "CrossEntropyLoss", "selects by the label, backward too",
        (SLOPE, "-np.where(label_tensor == 1, 1 / (self.prediction_tensor + self.eps), 0)")),
    of_file(31, LOSS, "CrossEntropyLoss", "a loss of shape (1, 1)", (f"return {VALUE}", f"return np.reshape({VALUE}, (1, 1))")),
    of_file(31, LOSS, "CrossEntropyLoss", "a loss as Python's float", (f"return {VALUE}", f"return float({VALUE})")),
    of_file(9, "Layers/Initializers.py", "He", "another generator", ("sigma = np.sqrt(2 / fan_in)\n        return np.random.normal(0, sigma, weights_shape)", "return np.random.default_rng().standard_normal(weights_shape) * np.sqrt(2 / fan_in)")),
    of_file(9, "Layers/Initializers.py", "Xavier", "the random module",
        ("sigma = np.sqrt(2 / (fan_in + fan_out))\n        return np.random.normal(0, sigma, weights_shape)", "import random\n        sigma = np.sqrt(2 / (fan_in + fan_out))\n        return np.array([random.gauss(0, sigma) for _ in range(int(np.prod(weights_shape)))]).reshape(weights_shape)")),
]
# fmt: on

_FAIR_ROWS = {
    "momentum-lr-inside-vs-outside": 28,
    "adam-eps-inside-sqrt": 14,
    "adam-eps-1e-8": 14,
    "init-default-rng": 9,
    "init-float32": 1,
    "l1-other-subgradient-at-zero": 32,
    "l2-norm-as-array": 31,
    "reg-not-applied-to-bias": 19,
    "reg-loss-by-class": 22,
    "nn-phase-as-text": 12,
    "nn-loss-as-array": 31,
    "optimizer-mutates-gradient": 10,
    "optimizer-mutates-weights": 10,
}
LISTED = [
    of_file(_FAIR_ROWS.get(name, 12), file, task, name, (old, new)) for name, file, old, new, task in (*FAIR, *REMARKS)
]
EVERY_SMALL_TASK = ("FullyConnected", "ReLU", "SoftMax", "CrossEntropyLoss", "Adam", "He", "L2_Regularizer", "Flatten")
FORMS = [
    Variant(
        (33,), "flat, as the exercise packs it", "example_fau", (*EVERY_SMALL_TASK, "RNN", "NeuralNetwork"), flat=True
    ),
    Variant((33,), "saved on Windows", "example_fau", EVERY_SMALL_TASK, windows=True),
]

SUM = "np.sum(error, axis=(0, 2))"
LENET = [
    of_file(
        8, "Layers/Conv.py", "LeNet", "a convolution's bias (K,), its gradient (1, K)", (SUM, f"{SUM}[np.newaxis]")
    ),
    of_file(
        26, LOSS, "LeNet", "no epsilon in the loss's backward", (SLOPE, "-(label_tensor / self.prediction_tensor)")
    ),
    of_file(
        1,
        "Layers/Conv.py",
        "LeNet",
        "convolutions in float32",
        ("return output.reshape(b,", "return output.astype(np.float32).reshape(b,"),
        ("return previous_error.", "return previous_error.astype(np.float32)."),
    ),
]

VARIANTS = [*MAPS, *OTHERS, *LISTED, *FORMS, *LENET]
