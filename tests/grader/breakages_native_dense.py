"""Ways to break `example_native`: dense layer, activations, losses, optimizers, constraints, initializers.

(id of the mistake, task that must notice, [(file, old text, new text)]).
"""

from __future__ import annotations

# ruff: noqa: E501 - a table with one mistake in a line or two is easier to read than the same over a thousand lines
LAYERS, LOSSES, OPTIMIZERS = "layers.py", "losses.py", "optimizers.py"
INITIALIZERS, REGULARIZERS = "initializers.py", "regularizers.py"

Patches = list[tuple[str, str, str]]


def patches() -> list[tuple[str, str, Patches]]:
    """Return (id of the mistake, task that must notice, [(file, old text, new text)])."""
    return [*_layers(), *_losses(), *_optimizers(), *_others()]


def _layers() -> list[tuple[str, str, Patches]]:
    dense: list[tuple[str, str, str]] = [
        (
            "fc-gradient-averaged",
            'self.gradients["W"] += self.x.T @ dout',
            'self.gradients["W"] += self.x.T @ dout / len(dout)',
        ),
        ("fc-dx-averaged", 'return dout @ self.parameters["W"].T', 'return dout @ self.parameters["W"].T / len(dout)'),
        ("fc-bias-missing-in-gradient", '        self.gradients["b"] += dout.sum(axis=0)\n', ""),
        ("fc-no-bias", 'return x @ self.parameters["W"] + self.parameters["b"]', 'return x @ self.parameters["W"]'),
        ("fc-bias-not-summed", 'self.gradients["b"] += dout.sum(axis=0)', 'self.gradients["b"] = dout'),
        (
            "fc-weight-gradient-transposed",
            'self.gradients["W"] += self.x.T @ dout',
            'self.gradients["W"] = dout.T @ self.x',
        ),
        ("fc-initializer-ignores-bias", "b[...] = bias_initializer", "b[...] = weights_initializer"),
        (
            "fc-fan-in-plus-one",
            "fans = (self.input_size, self.output_size)",
            "fans = (self.input_size + 1, self.output_size)",
        ),
        ("fc-init-zero-or-seeded", "np.random.rand(input_size, output_size)", "np.zeros((input_size, output_size))"),
    ]
    softmax = "weighted = np.sum(dout * self.y, axis=1, keepdims=True)"
    return [
        *((id, "FullyConnected", [(LAYERS, old, new)]) for id, old, new in dense),
        ("relu-gradient-at-negative", "ReLU", [(LAYERS, "return dout * self.positive", "return dout")]),
        ("relu-masks-by-error-sign", "ReLU", [(LAYERS, "return dout * self.positive", "return np.maximum(dout, 0.0)")]),
        ("leaky-instead-of-relu", "ReLU", [(LAYERS, "return np.maximum(x, 0.0)", "return np.where(x > 0, x, 0.01 * x)")]),
        ("sigmoid-derivative-incomplete", "Sigmoid", [(LAYERS, "return dout * self.y * (1 - self.y)", "return dout * self.y")]),
        ("tanh-overflow", "TanH", [(LAYERS, "np.tanh(np.asarray(x, dtype=float))", "(np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))")]),
        ("softmax-global-max", "SoftMax", [(LAYERS, "x.max(axis=1, keepdims=True)", "x.max()")]),
        ("softmax-wrong-axis", "SoftMax", [(LAYERS, "e.sum(axis=1, keepdims=True)", "e.sum(axis=0, keepdims=True)")]),
        ("softmax-no-keepdims", "SoftMax", [(LAYERS, softmax, "weighted = np.sum(dout * self.y, axis=1)")]),
        ("softmax-diagonal-only", "SoftMax", [(LAYERS, "return self.y * (dout - weighted)", "return dout * self.y * (1 - self.y)")]),
    ]  # fmt: skip


def _losses() -> list[tuple[str, str, Patches]]:
    forward = "float(-np.sum(label * np.log(self.prediction + self.eps)))"
    backward = "-(label / (self.prediction + self.eps))"
    square = "float(np.sum((self.prediction - label) ** 2))"
    return [
        ("xent-divides-by-batch", "CrossEntropyLoss", [(LOSSES, forward, forward + " / len(label)"), (LOSSES, backward, backward + " / len(label)")]),
        ("xent-forward-mean-backward-sum", "CrossEntropyLoss", [(LOSSES, forward, forward + " / len(label)")]),
        ("xent-missing-eps", "CrossEntropyLoss", [(LOSSES, forward, forward.replace(" + self.eps", ""))]),
        ("xent-eps-wrong-size", "CrossEntropyLoss", [(LOSSES, "np.finfo(float).eps", "1e-8")]),
        ("xent-backward-fused", "CrossEntropyLoss", [(LOSSES, backward, "self.prediction - label")]),
        ("xent-log-base", "CrossEntropyLoss", [(LOSSES, forward, forward.replace("log", "log2"))]),
        ("mse-missing-2", "L2Loss", [(LOSSES, "return 2 * (self.prediction - label)", "return self.prediction - label")]),
        ("mse-missing-2", "L2Loss", [(LOSSES, square, square + " / 2"), (LOSSES, "return 2 * (self.prediction - label)", "return self.prediction - label")]),
        ("mse-mean-mismatch", "L2Loss", [(LOSSES, square, "float(np.mean((self.prediction - label) ** 2))")]),
        ("mse-mean-mismatch", "L2Loss", [(LOSSES, square, square + " / len(label)")]),
    ]  # fmt: skip


def _optimizers() -> list[tuple[str, str, Patches]]:
    velocity = "v = self.momentum_rate * self.velocity.get(name, 0.0) - self.learning_rate * g"
    kept = "        self.k[name] = k\n"
    momentum: list[tuple[str, str, str]] = [
        ("momentum-sign", velocity, velocity.replace(" - ", " + ")),
        (
            "momentum-uses-old-velocity",
            "        self.velocity[name] = v\n",
            "        self.velocity[name], v = v, self.velocity.get(name, 0.0)\n",
        ),
        ("momentum-dampened", velocity, velocity.replace("* g", "* (1 - self.momentum_rate) * g")),
        ("momentum-state-not-kept", "        self.velocity[name] = v\n", ""),
    ]
    adam: list[tuple[str, str, str]] = [
        ("adam-no-bias-correction", "v_hat = v / (1 - self.mu**k)", "v_hat = v"),
        ("adam-k-shared-or-reset", kept, ""),
        ("adam-second-moment-not-squared", "(1 - self.rho) * g**2", "(1 - self.rho) * g"),
        ("adam-mu-rho-swapped", "self.mu = mu\n        self.rho = rho", "self.mu = rho\n        self.rho = mu"),
        ("adam-k-starts-at-zero", "k = self.k.get(name, 0) + 1", "k = self.k.get(name, 0)"),
    ]
    return [
        ("sgd-ascent", "Sgd", [(OPTIMIZERS, "w - self.learning_rate * g", "w + self.learning_rate * g")]),
        *((id, "SgdWithMomentum", [(OPTIMIZERS, old, new)]) for id, old, new in momentum),
        *((id, "Adam", [(OPTIMIZERS, old, new)]) for id, old, new in adam),
    ]  # fmt: skip


def _others() -> list[tuple[str, str, Patches]]:
    velocity = "        v = self.momentum_rate * self.velocity.get(name, 0.0) - self.learning_rate * g\n"
    mixed = "        if self.regularizer is not None:\n            g = g + self.regularizer.calculate_gradient(w)\n"
    return [
        ("l2-norm-not-squared", "L2_Regularizer", [(REGULARIZERS, "self.alpha * np.sum(weights**2)", "self.alpha * np.linalg.norm(weights)")]),
        ("l2-gradient-factor", "L2_Regularizer", [(REGULARIZERS, "return self.alpha * weights", "return 2 * self.alpha * weights")]),
        ("l1-missing-sign", "L1_Regularizer", [(REGULARIZERS, "self.alpha * np.sign(weights)", "self.alpha * np.abs(weights)")]),
        ("reg-in-moments", "L2_Regularizer", [(OPTIMIZERS, velocity, mixed + velocity)]),
        ("init-fan-swapped", "He", [(INITIALIZERS, "np.sqrt(2 / fan_in)", "np.sqrt(2 / fan_out)")]),
        ("init-xavier-missing-brackets", "Xavier", [(INITIALIZERS, "np.sqrt(2 / (fan_in + fan_out))", "np.sqrt(2 / fan_in + fan_out)")]),
        ("init-variance-as-std", "He", [(INITIALIZERS, "np.sqrt(2 / fan_in)", "2 / fan_in")]),
        ("init-constant-ignored-value", "Constant", [(INITIALIZERS, "np.full(weights_shape, self.value, dtype=float)", "np.full(weights_shape, 0.1)")]),
        ("init-fixed-seed", "UniformRandom", [(INITIALIZERS, "return np.random.uniform(0, 1, weights_shape)", "np.random.seed(3)\n        return np.random.uniform(0, 1, weights_shape)")]),
    ]  # fmt: skip
