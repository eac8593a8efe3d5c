"""Ways to break `example_fau`: (id of the mistake, task that must notice, patches, does a gradient check miss it?).

A patch is (file, old text, new text).
"""

from __future__ import annotations

FC, RELU, SOFTMAX, RNN = (f"Layers/{name}.py" for name in ("FullyConnected", "ReLU", "SoftMax", "RNN"))
LOSS, OPTIMIZERS = "Optimization/Loss.py", "Optimization/Optimizers.py"
_SHIFT = "x - np.max(x, axis=1, keepdims=True)"
_UPDATE = "            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)\n"
_HIDDEN = "self.hidden_fc.weights = self._optimizer.calculate_update(self.hidden_fc.weights, gradient_hidden)"

Breakage = tuple[str, str, list[tuple[str, str, str]], bool]

BREAKAGES: list[Breakage] = [
    (
        "fc-update-before-dx",
        "FullyConnected",
        [
            (FC, "        previous_error = np.dot(error_tensor, self.weights[:-1].T)\n", ""),
            (FC, "        return previous_error", "        return np.dot(error_tensor, self.weights[:-1].T)"),
        ],
        True,
    ),
    ("fc-no-bias", "FullyConnected", [(FC, "ones = np.ones(", "ones = np.zeros(")], True),
    (
        "fc-initializer-ignores-bias",
        "FullyConnected",
        [(FC, "bias = bias_initializer", "bias = weights_initializer")],
        True,
    ),
    (
        "fc-fan-in-plus-one",
        "FullyConnected",
        [
            (
                FC,
                "self.input_size, self.output_size)\n        bias",
                "self.input_size + 1, self.output_size)\n        bias",
            )
        ],
        True,
    ),
    (
        "fc-gradient-averaged",
        "FullyConnected",
        [
            (
                FC,
                "np.dot(self.input_tensor.T, error_tensor)",
                "np.dot(self.input_tensor.T, error_tensor) / len(error_tensor)",
            )
        ],
        False,
    ),
    (
        "fc-grad-not-recomputed",
        "FullyConnected",
        [
            (
                FC,
                "        self._gradient_weights = np",
                "        if self._gradient_weights is None:\n            self._gradient_weights = np",
            )
        ],
        True,
    ),
    ("fc-optimizer-setter-lost", "FullyConnected", [(FC, _UPDATE, "            pass\n")], True),
    ("relu-masks-by-error-sign", "ReLU", [(RELU, "error_tensor * self.mask", "np.maximum(error_tensor, 0)")], False),
    (
        "leaky-instead-of-relu",
        "ReLU",
        [
            (RELU, "np.maximum(0, input_tensor)", "np.where(self.mask, input_tensor, 0.01 * input_tensor)"),
            (RELU, "error_tensor * self.mask", "error_tensor * np.where(self.mask, 1, 0.01)"),
        ],
        True,
    ),
    (
        "activation-cached-from-other-call",
        "ReLU",
        [
            (RELU, "self.mask = input_tensor > 0", "ReLU.mask = input_tensor > 0"),
            (RELU, "        self.mask = None", "        ReLU.mask = None"),
        ],
        True,
    ),
    ("softmax-overflow", "SoftMax", [(SOFTMAX, _SHIFT, "x")], True),
    ("softmax-global-max", "SoftMax", [(SOFTMAX, _SHIFT, "x - np.max(x)")], True),
    (
        "softmax-diagonal-only",
        "SoftMax",
        [(SOFTMAX, "(error_tensor - weighted_sum)", "error_tensor * (1 - self.prediction)")],
        False,
    ),
    ("softmax-wrong-axis", "SoftMax", [(SOFTMAX, "np.sum(exp, axis=1", "np.sum(exp, axis=0")], False),
    (
        "xent-divides-by-batch",
        "CrossEntropyLoss",
        [
            (
                LOSS,
                "return -np.sum(label_tensor * np.log(prediction_tensor + self.eps))",
                "return -np.sum(label_tensor * np.log(prediction_tensor + self.eps)) / len(label_tensor)",
            ),
            (
                LOSS,
                "return -(label_tensor / (self.prediction_tensor + self.eps))",
                "return -(label_tensor / (self.prediction_tensor + self.eps)) / len(label_tensor)",
            ),
        ],
        True,
    ),
    (
        "xent-missing-eps",
        "CrossEntropyLoss",
        [(LOSS, "np.log(prediction_tensor + self.eps)", "np.log(prediction_tensor)")],
        True,
    ),
    (
        "xent-uses-argmax-of-prediction",
        "CrossEntropyLoss",
        [
            (
                LOSS,
                "np.sum(label_tensor * np.log(prediction_tensor + self.eps))",
                "np.sum(np.log(np.max(prediction_tensor, axis=1) + self.eps))",
            )
        ],
        True,
    ),
    (
        "xent-backward-fused",
        "CrossEntropyLoss",
        [(LOSS, "-(label_tensor / (self.prediction_tensor + self.eps))", "self.prediction_tensor - label_tensor")],
        False,
    ),
    (
        "sgd-ascent",
        "Sgd",
        [
            (
                OPTIMIZERS,
                "self.regularize(weight_tensor, self.learning_rate) - step\n\n\nclass SgdWith",
                "self.regularize(weight_tensor, self.learning_rate) + step\n\n\nclass SgdWith",
            )
        ],
        True,
    ),
    ("adam-no-bias-correction", "Adam", [(OPTIMIZERS, "self.v / (1 - self.mu ** self.k)", "self.v")], True),
    (
        "adam-bias-correction-without-power",
        "Adam",
        [(OPTIMIZERS, "self.v / (1 - self.mu ** self.k)", "self.v / (1 - self.mu)")],
        True,
    ),
    (
        "adam-mu-rho-swapped",
        "Adam",
        [(OPTIMIZERS, "self.mu = mu\n        self.rho = rho", "self.mu = rho\n        self.rho = mu")],
        True,
    ),
    (
        "adam-k-shared-or-reset",
        "Adam",
        [(OPTIMIZERS, "self.k += 1", "Adam.k = getattr(Adam, 'k', 0) + 1"), (OPTIMIZERS, "        self.k = 0\n", "")],
        True,
    ),
    (
        "rnn-shared-optimizer",
        "RNN",
        [(RNN, "self._output_optimizer = copy.deepcopy(optimizer)", "self._output_optimizer = self._optimizer")],
        True,
    ),
    (
        "rnn-output-layer-not-trained",
        "RNN",
        [
            (
                RNN,
                "self.output_fc.weights = self._output_optimizer.calculate_update(",
                "unused = self._output_optimizer.calculate_update(",
            )
        ],
        True,
    ),
    ("rnn-memorize-ignored", "RNN", [(RNN, "if self._memorize:", "if False:")], True),
    ("rnn-hidden-state-not-reset", "RNN", [(RNN, "if self._memorize:", "if True:")], False),
    (
        "rnn-memorize-off-keeps-state",
        "RNN",
        [
            (RNN, "if self._memorize:", "if self._memorize or self.kept:"),
            (RNN, "        self._memorize = value", "        self._memorize = value\n        self.kept = True"),
            (RNN, "        self._memorize = False", "        self._memorize = False\n        self.kept = False"),
        ],
        True,
    ),
    (
        "rnn-bptt-truncated-at-one-step",
        "RNN",
        [(RNN, "hidden_error = error[:, self.input_size:]", "pass")],
        False,
    ),
    (
        "rnn-gradient-overwritten-not-accumulated",
        "RNN",
        [(RNN, "gradient_hidden = gradient_hidden + self", "gradient_hidden = self")],
        False,
    ),
    (
        "rnn-gradient-accumulates-over-calls",
        "RNN",
        [
            (
                RNN,
                "self._gradient_weights = gradient_hidden",
                "old = self._gradient_weights\n"
                "        self._gradient_weights = gradient_hidden + (0 if old is None else old)",
            ),
        ],
        True,
    ),
    (
        "rnn-update-every-step",
        "RNN",
        [
            (
                RNN,
                "            hidden_error = error[:, self.input_size:]\n",
                "            hidden_error = error[:, self.input_size:]\n            if self._optimizer is not None:\n"
                "                self.hidden_fc.weights = self._optimizer.calculate_update(\n"
                "                    self.hidden_fc.weights, self.hidden_fc.gradient_weights)\n",
            ),
            (RNN, _HIDDEN, "pass"),
        ],
        True,
    ),
    (
        "rnn-sequence-length-cached",
        "RNN",
        [
            (
                RNN,
                "        time_steps = input_tensor.shape[0]\n",
                "        self.steps = getattr(self, 'steps', None) or input_tensor.shape[0]\n"
                "        time_steps = min(self.steps, input_tensor.shape[0])\n",
            ),
        ],
        True,
    ),
    ("rnn-treats-rows-as-batch", "RNN", [(RNN, "np.hstack([x, hidden])", "np.hstack([x, 0 * hidden])")], False),
]


def patches() -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Return (id, task, patches) of every mistake."""
    return [(id, task, changes) for id, task, changes, _ in BREAKAGES]
