"""Further ways to break `example_fau`: fully connected layer, activations, loss. (id, task, patches) as in the others."""

from __future__ import annotations

# ruff: noqa: E501 - a table with one mistake in a line or two is easier to read than the same over a thousand lines
FC, LOSS = "Layers/FullyConnected.py", "Optimization/Loss.py"
RELU, SIGMOID, TANH, SOFTMAX = (f"Layers/{name}.py" for name in ("ReLU", "Sigmoid", "TanH", "SoftMax"))
_ERROR = "np.dot(error_tensor, self.weights[:-1].T)"
_GRADIENT = "self._gradient_weights = np.dot(self.input_tensor.T, error_tensor)"
_UPDATE = "            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)\n"
_BORN = "        self.weights = np.random.uniform(0, 1, (input_size + 1, output_size))\n"
_INITIALIZED = "        self.weights = np.vstack([weights, bias])\n"
_FORWARD = """        self.input_tensor = np.hstack([input_tensor, ones])
        return np.dot(self.input_tensor, self.weights)
"""

Patches = list[tuple[str, str, str]]


def patches() -> list[tuple[str, str, Patches]]:
    """Return (id of the mistake, task that must notice, [(file, old text, new text)])."""
    return [*_fully_connected(), *_activations(), *_loss()]


def _fully_connected() -> list[tuple[str, str, Patches]]:
    rows: list[tuple[str, Patches]] = [
        ("fc-gradient-averaged", [(FC, "        previous_error =", "        error_tensor = error_tensor / error_tensor.shape[0]\n        previous_error =")]),
        ("fc-dx-averaged", [(FC, _ERROR, _ERROR + " / error_tensor.shape[0]")]),
        ("fc-bias-missing-in-gradient", [(FC, _GRADIENT, _GRADIENT + "\n        self._gradient_weights[-1] = 0")]),
        (
            "fc-bias-missing-in-gradient",
            [(FC, _GRADIENT, "self._gradient_weights = np.zeros_like(self.weights)\n        self._gradient_weights[:-1] = np.dot(self.input_tensor[:, :-1].T, error_tensor)")],
        ),
        ("fc-no-bias", [(FC, "        return np.dot(self.input_tensor, self.weights)", "        return np.dot(input_tensor, self.weights[:-1])")]),
        (
            "fc-no-bias",
            [
                (FC, _BORN, _BORN.replace("input_size + 1", "input_size")),
                (FC, _INITIALIZED, "        self.weights = weights\n"),
                (FC, _FORWARD, "        self.input_tensor = input_tensor\n        return np.dot(input_tensor, self.weights)\n"),
                (FC, "self.weights[:-1].T", "self.weights.T"),
            ],
        ),
        ("fc-bias-not-summed", [(FC, _GRADIENT, "self._gradient_weights = np.vstack([np.dot(self.input_tensor[:, :-1].T, error_tensor), error_tensor])")]),
        ("fc-bias-not-summed", [(FC, _GRADIENT, _GRADIENT + "\n        self._gradient_weights[-1] = error_tensor[0]")]),
        ("fc-dx-includes-bias", [(FC, "self.weights[:-1].T", "self.weights.T")]),
        ("fc-weight-gradient-transposed", [(FC, "np.dot(self.input_tensor.T, error_tensor)", "np.dot(error_tensor.T, self.input_tensor)")]),
        (
            "fc-forward-transposed-square",
            [
                (FC, "np.dot(self.input_tensor, self.weights)", "np.dot(self.input_tensor, self.weights.T)"),
                (FC, _ERROR, "np.dot(error_tensor, self.weights)[:, :-1]"),
                (FC, "np.dot(self.input_tensor.T, error_tensor)", "np.dot(error_tensor.T, self.input_tensor)"),
            ],
        ),
        ("fc-initializer-ignores-bias", [(FC, _INITIALIZED, "        self.weights[:-1] = weights\n")]),
        (
            "fc-initializer-ignores-bias",
            [(FC, _INITIALIZED, "        self.weights = weights_initializer.initialize(self.weights.shape, *self.weights.shape)\n")],
        ),
        ("fc-init-zero-or-seeded", [(FC, "np.random.uniform(0, 1, (input_size + 1, output_size))", "np.zeros((input_size + 1, output_size))")]),
        ("fc-init-zero-or-seeded", [(FC, _BORN, "        np.random.seed(0)\n" + _BORN)]),
        ("fc-init-zero-or-seeded", [(FC, _BORN, _BORN + "        self.weights[-1] = 0\n")]),
        ("fc-optimizer-setter-lost", [(FC, "        self._optimizer = optimizer\n", "        self.my_optimizer = optimizer\n")]),
        ("fc-update-before-dx", [(FC, _UPDATE + "        return previous_error", _UPDATE + "        return " + _ERROR)]),
        ("optimizer-shared-between-weights-and-bias", _separate("self._optimizer", "self._optimizer")),
    ]  # fmt: skip
    return [(id, "FullyConnected", changes) for id, changes in rows]


def _separate(first: str, second: str) -> Patches:
    """Return what makes of the joint matrix a matrix and a bias, which these two optimizers update."""
    born = """        self.weights = np.random.uniform(0, 1, (input_size, output_size))
        self.bias = np.random.uniform(0, 1, output_size)
        self.gradient_bias = None
"""
    backward = f"""            self.weights = {first}.calculate_update(self.weights, self._gradient_weights)
            self.bias = {second}.calculate_update(self.bias, self.gradient_bias)
"""
    return [
        (FC, _BORN, born),
        (FC, _INITIALIZED, "        self.weights, self.bias = weights, bias.reshape(-1)\n"),
        (FC, _FORWARD, "        self.input_tensor = input_tensor\n        return np.dot(input_tensor, self.weights) + self.bias\n"),
        (FC, "self.weights[:-1].T", "self.weights.T"),
        (FC, _GRADIENT, _GRADIENT + "\n        self.gradient_bias = np.sum(error_tensor, axis=0)"),
        (FC, _UPDATE, backward),
    ]  # fmt: skip


def _activations() -> list[tuple[str, str, Patches]]:
    masked = "return error_tensor * self.mask"
    largest = "        x = x - np.max(x, axis=1, keepdims=True)\n"
    total = "np.sum(exp, axis=1, keepdims=True)"
    back = "        return self.prediction * (error_tensor - weighted_sum)"
    weighted = "weighted_sum = np.sum(error_tensor * self.prediction, axis=1, keepdims=True)"
    return [
        ("relu-gradient-at-negative", "ReLU", [(RELU, masked, "return error_tensor")]),
        ("relu-masks-by-error-sign", "ReLU", [(RELU, masked, "return error_tensor * (error_tensor > 0)")]),
        ("relu-derivative-of-output-binary", "ReLU", [(RELU, masked, "return self.mask.astype(float)")]),
        ("relu-derivative-of-output-binary", "ReLU", [(RELU, masked, "return np.where(self.mask, 1, 0)")]),
        ("relu-inplace-modifies-input", "ReLU", [(RELU, "return np.maximum(0, input_tensor)", "input_tensor[input_tensor < 0] = 0\n        return input_tensor")]),
        ("relu-modifies-error", "ReLU", [(RELU, masked, "error_tensor[~self.mask] = 0\n        return error_tensor")]),
        ("relu-mask-first-sample-only", "ReLU", [(RELU, "self.mask = input_tensor > 0", "self.mask = (input_tensor > 0)[0]")]),
        (
            "leaky-instead-of-relu",
            "ReLU",
            [
                (RELU, "self.mask = input_tensor > 0", "self.slope = np.where(input_tensor > 0, 1.0, 0.01)"),
                (RELU, "return np.maximum(0, input_tensor)", "return self.slope * input_tensor"),
                (RELU, masked, "return self.slope * error_tensor"),
            ],
        ),
        ("sigmoid-derivative-incomplete", "Sigmoid", [(SIGMOID, "error_tensor * self.activation * (1 - self.activation)", "error_tensor * (1 - self.activation)")]),
        ("sigmoid-derivative-on-preactivation", "Sigmoid", [(SIGMOID, "        return self.activation\n", "        activation = self.activation\n        self.activation = x\n        return activation\n")]),
        ("activation-cached-from-other-call", "Sigmoid", [(SIGMOID, "        return self.activation\n", "        Sigmoid.cache = self.activation\n        return self.activation\n"), (SIGMOID, "error_tensor * self.activation * (1 - self.activation)", "error_tensor * Sigmoid.cache * (1 - Sigmoid.cache)")]),
        ("tanh-derivative-on-preactivation", "TanH", [(TANH, "        return self.activation\n", "        self.x = input_tensor\n        return self.activation\n"), (TANH, "(1 - self.activation ** 2)", "(1 - self.x ** 2)")]),
        ("tanh-overflow", "TanH", [(TANH, "np.tanh(np.asarray(input_tensor, dtype=float))", "(np.exp(input_tensor) - np.exp(-input_tensor)) / (np.exp(input_tensor) + np.exp(-input_tensor))")]),
        ("tanh-overflow", "TanH", [(TANH, "np.tanh(np.asarray(input_tensor, dtype=float))", "(np.exp(2 * input_tensor) - 1) / (np.exp(2 * input_tensor) + 1)")]),
        ("activation-cached-from-other-call", "TanH", [(TANH, "self.activation = np.tanh", "TanH.activation = np.tanh"), (TANH, "        self.activation = None\n", "        pass\n")]),
        ("softmax-wrong-axis", "SoftMax", [(SOFTMAX, largest, largest.replace("axis=1", "axis=0")), (SOFTMAX, total, total.replace("axis=1", "axis=0")), (SOFTMAX, weighted, weighted.replace("axis=1", "axis=0"))]),
        ("softmax-wrong-axis", "SoftMax", [(SOFTMAX, weighted, weighted.replace("axis=1", "axis=0"))]),
        ("softmax-wrong-axis", "SoftMax", [(SOFTMAX, total, "np.sum(exp)")]),
        ("softmax-no-keepdims", "SoftMax", [(SOFTMAX, total, "np.sum(exp, axis=1)")]),
        ("softmax-no-keepdims", "SoftMax", [(SOFTMAX, weighted, weighted.replace(", keepdims=True", ""))]),
        ("softmax-no-keepdims", "SoftMax", [(SOFTMAX, largest, largest.replace(", keepdims=True", "")), (SOFTMAX, total, "np.sum(exp, axis=1)"), (SOFTMAX, weighted, weighted.replace(", keepdims=True", ""))]),
        ("softmax-overflow", "SoftMax", [(SOFTMAX, largest, "")]),
        ("softmax-global-max", "SoftMax", [(SOFTMAX, largest, "        x = x - x.max()\n")]),
        ("softmax-backward-assumes-crossentropy", "SoftMax", [(SOFTMAX, back, "        return self.prediction - error_tensor")]),
        ("softmax-backward-assumes-crossentropy", "SoftMax", [(SOFTMAX, back, "        return error_tensor")]),
        ("softmax-mutates-input", "SoftMax", [(SOFTMAX, "x = np.asarray(input_tensor, dtype=float)", "x = input_tensor"), (SOFTMAX, largest, "        x -= np.max(x, axis=1, keepdims=True)\n")]),
        ("softmax-diagonal-only", "SoftMax", [(SOFTMAX, back, "        return error_tensor * self.prediction * (1 - self.prediction)")]),
        ("activation-cached-from-other-call", "SoftMax", [(SOFTMAX, "self.prediction = exp", "SoftMax.prediction = exp"), (SOFTMAX, "        self.prediction = None\n", "        pass\n")]),
    ]  # fmt: skip


def _loss() -> list[tuple[str, str, Patches]]:
    forward = "-np.sum(label_tensor * np.log(prediction_tensor + self.eps))"
    backward = "-(label_tensor / (self.prediction_tensor + self.eps))"
    rows: list[tuple[str, Patches]] = [
        ("xent-divides-by-batch", [(LOSS, forward, "np.mean(-np.sum(label_tensor * np.log(prediction_tensor + self.eps), axis=1))"), (LOSS, backward, backward + " / label_tensor.shape[0]")]),
        ("xent-divides-by-batch", [(LOSS, backward, backward + " / label_tensor.shape[0]")]),
        ("xent-forward-mean-backward-sum", [(LOSS, forward, "np.mean(-np.log(prediction_tensor[label_tensor == 1] + self.eps))")]),
        ("xent-forward-mean-backward-sum", [(LOSS, forward, "-np.mean(label_tensor * np.log(prediction_tensor + self.eps))")]),
        ("xent-missing-eps", [(LOSS, forward, "-np.sum(np.log(prediction_tensor[label_tensor == 1]))")]),
        ("xent-eps-wrong-size", [(LOSS, "np.finfo(float).eps", "1e-6")]),
        ("xent-eps-wrong-size", [(LOSS, "np.finfo(float).eps", "1e-12")]),
        ("xent-eps-wrong-size", [(LOSS, "np.finfo(float).eps", "np.finfo(np.float32).eps")]),
        ("xent-eps-wrong-size", [(LOSS, "np.log(prediction_tensor + self.eps)", "np.log(np.maximum(prediction_tensor, 1e-15))")]),
        ("xent-backward-missing-eps", [(LOSS, backward, "-label_tensor / self.prediction_tensor")]),
        ("xent-backward-missing-eps", [(LOSS, backward, "np.where(label_tensor == 1, -1 / self.prediction_tensor, 0)")]),
        ("xent-backward-fused", [(LOSS, backward, "(self.prediction_tensor - label_tensor) / len(label_tensor)")]),
        ("xent-sign", [(LOSS, forward, forward[1:])]),
        ("xent-sign", [(LOSS, forward, forward[1:]), (LOSS, backward, backward[1:])]),
        ("xent-sign", [(LOSS, backward, backward[1:])]),
        ("xent-log-base", [(LOSS, forward, forward.replace("log(", "log10("))]),
        ("xent-log-base", [(LOSS, forward, forward.replace("log(", "log2(")), (LOSS, backward, backward + " / np.log(2)")]),
        ("xent-uses-argmax-of-prediction", [(LOSS, forward, "-np.sum(np.log(prediction_tensor[np.arange(len(label_tensor)), prediction_tensor.argmax(axis=1)] + self.eps))")]),
        ("xent-both-terms", [(LOSS, forward, forward + " - np.sum((1 - label_tensor) * np.log(1 - prediction_tensor + self.eps))")]),
        (
            "xent-both-terms",
            [
                (LOSS, forward, "-np.sum(label_tensor * np.log(prediction_tensor + self.eps) + (1 - label_tensor) * np.log(1 - prediction_tensor + self.eps))"),
                (LOSS, backward, backward + " + (1 - label_tensor) / (1 - self.prediction_tensor + self.eps)"),
            ],
        ),
        ("activation-cached-from-other-call", [(LOSS, "        self.prediction_tensor = prediction_tensor", "        CrossEntropyLoss.prediction_tensor = prediction_tensor"), (LOSS, "        self.prediction_tensor = None\n", "")]),
    ]  # fmt: skip
    return [(id, "CrossEntropyLoss", changes) for id, changes in rows]
