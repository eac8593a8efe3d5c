"""Fair variants of `example_native`."""

# ruff: noqa: E501 - a variant in a line or two is easier to read

from __future__ import annotations

from grader.selftest.variants.variant import Variant, of_file

CONV, LAYERS, NORM, RNN = "convolution.py", "layers.py", "normalization.py", "recurrent.py"
LOSSES, OPTIMIZERS, NETWORK = "losses.py", "optimizers.py", "network.py"


def _of(rows: int | tuple[int, ...], file: str, tasks: str, name: str, *changes: tuple[str, str]) -> Variant:
    return of_file(rows, file, tasks, name, *changes, example="native")


# fmt: off
VARIANTS: list[Variant] = [
    _of(2, CONV, "Conv", "an even kernel's extra zero behind",
        ("self.front = (h // 2, w // 2)", "self.front = ((h - 1) // 2, (w - 1) // 2)"), ("back = (h - 1 - h // 2, w - 1 - w // 2)", "back = (h // 2, w // 2)")),
    _of(7, CONV, "Conv Pooling", "read-only answers",
        ("        return y[..., 0] if self.is_1d else y", "        y.setflags(write=False)\n        return y[..., 0] if self.is_1d else y"),
        ("        return dx[..., 0] if self.is_1d else dx", "        dx.setflags(write=False)\n        return dx[..., 0] if self.is_1d else dx")),
    _of(1, CONV, "Conv", "answers in float32",
        ("        return y[..., 0] if self.is_1d else y", "        y = y.astype(np.float32)\n        return y[..., 0] if self.is_1d else y"),
        ("        return dx[..., 0] if self.is_1d else dx", "        dx = dx.astype(np.float32)\n        return dx[..., 0] if self.is_1d else dx")),
    _of(5, CONV, "Pooling", "the last of equal maxima wins",
        ("self.winner = windows.argmax(axis=-1)", "self.winner = windows.shape[-1] - 1 - windows[..., ::-1].argmax(axis=-1)")),
    _of(4, LAYERS, "ReLU", "gradient one at zero", ("self.positive = x > 0", "self.positive = x >= 0")),
    _of(21, LAYERS, "ReLU", "the gradient from the output",
        ("self.positive = x > 0\n        return np.maximum(x, 0.0)", "self.positive = np.maximum(x, 0.0)\n        return self.positive"), ("dout * self.positive", "dout * (self.positive > 0)")),
    _of(1, LAYERS, "FullyConnected", "parameters in float32",
        ('self.parameters["W"] = np.random.rand(input_size, output_size)', 'self.parameters["W"] = np.random.rand(input_size, output_size).astype(np.float32)'),
        ('self.parameters["b"] = np.random.rand(output_size)', 'self.parameters["b"] = np.random.rand(output_size).astype(np.float32)'),
        ('return x @ self.parameters["W"] + self.parameters["b"]', 'return (x @ self.parameters["W"] + self.parameters["b"]).astype(np.float32)'),
        ('return dout @ self.parameters["W"].T', 'return (dout @ self.parameters["W"].T).astype(np.float32)')),
    _of(1, LAYERS, "FullyConnected", "float32 inside, float64 outside",
        ('return x @ self.parameters["W"] + self.parameters["b"]', 'return (x.astype(np.float32) @ self.parameters["W"].astype(np.float32)).astype(float) + self.parameters["b"]'),
        ('return dout @ self.parameters["W"].T', 'return (dout.astype(np.float32) @ self.parameters["W"].T.astype(np.float32)).astype(float)'),
        ('self.gradients["W"] += self.x.T @ dout', 'self.gradients["W"] += self.x.T.astype(np.float32) @ dout.astype(np.float32)')),
    _of(7, LAYERS, "FullyConnected", "answers in Fortran order",
        ('return x @ self.parameters["W"] + self.parameters["b"]', 'return np.asfortranarray(x @ self.parameters["W"] + self.parameters["b"])')),
    _of(8, LAYERS, "FullyConnected", "bias as a row",
        ('self.parameters["b"] = np.random.rand(output_size)', 'self.parameters["b"] = np.random.rand(1, output_size)')),
    _of((13, 35), LAYERS, "Sigmoid", "overflows in exp, to the right value", ("return np.where(x >= 0, 1 / (1 + e), e / (1 + e))", "return 1 / (1 + np.exp(-x))")),
    _of(13, LAYERS, "TanH", "by exp, of numbers that cannot overflow",
        ("self.y = np.tanh(np.asarray(x, dtype=float))", "self.y = np.sign(x) * (1 - np.exp(-2 * np.abs(x))) / (1 + np.exp(-2 * np.abs(x)))")),
    _of(13, LAYERS, "SoftMax", "by log-sum-exp", ("self.y = e / e.sum(axis=1, keepdims=True)", "self.y = np.exp(x - x.max(axis=1, keepdims=True) - np.log(e.sum(axis=1, keepdims=True)))")),
    _of(9, LAYERS, "Dropout", "binomial draws", ("(np.random.rand(*x.shape) < self.probability)", "np.random.binomial(1, self.probability, x.shape)")),
    _of(17, LAYERS, "Dropout", "whole feature maps of images",
        ("np.random.rand(*x.shape)", "np.random.rand(*(x.shape if x.ndim < 4 else (*x.shape[:2], 1, 1)))")),
    _of(12, LAYERS, "FullyConnected", "further optional arguments", ("def forward(self, x):\n        self.x = x\n        return x @", "def forward(self, x, *args, debug=False):\n        self.x = x\n        return x @")),
    _of(16, NORM, "BatchNormalization", "decay 0.95", ("self.alpha = 0.8", "self.alpha = 0.95")),
    _of(15, NORM, "BatchNormalization", "unbiased moving variance",
        ("(1 - self.alpha) * var", "(1 - self.alpha) * var * (x.size / self.channels) / (x.size / self.channels - 1)"),
        ("self.moving_var = var\n", "self.moving_var = var * (x.size / self.channels) / max(x.size / self.channels - 1, 1)\n")),
    _of(14, NORM, "BatchNormalization", "epsilon of the machine", ("self.eps = 1e-11", "self.eps = np.finfo(float).eps")),
    _of(25, RNN, "RNN", "the hidden state is a row",
        ("self.last_hidden = np.zeros(hidden_size)", "self.last_hidden = np.zeros((1, hidden_size))"), ("self.h[0] = self.last_hidden", "self.h[0] = self.last_hidden[0]"),
        ("self.last_hidden = self.h[-1].copy()", "self.last_hidden = self.h[-1:].copy()")),
    _of((14, 26), LOSSES, "CrossEntropyLoss", "no epsilon in backward", ("return -(label / (self.prediction + self.eps))", "return -(label / self.prediction)")),
    _of(27, LOSSES, "CrossEntropyLoss", "selects by the label", ("float(-np.sum(label * np.log(self.prediction + self.eps)))", "float(-np.sum(np.log(self.prediction[label == 1] + self.eps)))")),
    _of(31, LOSSES, "CrossEntropyLoss L2Loss", "losses of shape (1, 1)",
        ("float(-np.sum(label * np.log(self.prediction + self.eps)))", "-np.sum(label * np.log(self.prediction + self.eps)).reshape(1, 1)"),
        ("float(np.sum((self.prediction - label) ** 2))", "np.sum((self.prediction - label) ** 2).reshape(1, 1)")),
    _of(28, OPTIMIZERS, "SgdWithMomentum", "the learning rate outside the velocity",
        ("self.velocity.get(name, 0.0) - self.learning_rate * g", "self.velocity.get(name, 0.0) + g"), ("new_w = w + v", "new_w = w - self.learning_rate * v")),
    _of(14, OPTIMIZERS, "Adam", "epsilon in the root", ("(np.sqrt(r_hat) + self.eps)", "np.sqrt(r_hat + self.eps**2)")),
    _of(19, NETWORK, "NeuralNetwork", "biases are not penalised", ("for w in layer.parameters.values():", "for w in [v for n, v in layer.parameters.items() if n != 'b']:")),
    _of(9, "initializers.py", "He", "drawn as a scaled standard normal", ("np.random.normal(0, np.sqrt(2 / fan_in), weights_shape)", "np.sqrt(2 / fan_in) * np.random.randn(*weights_shape)")),
]
# fmt: on
