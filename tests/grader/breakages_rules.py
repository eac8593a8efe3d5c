"""Further ways to break `example_fau`: optimizers, constraints, initializers. (id, task, patches) as in the others."""

from __future__ import annotations

# ruff: noqa: E501 - a table with one mistake in a line or two is easier to read than the same over a thousand lines
OPTIMIZERS, CONSTRAINTS, INITIALIZERS = (
    "Optimization/Optimizers.py",
    "Optimization/Constraints.py",
    "Layers/Initializers.py",
)
_PENALTY = "self.regularize(weight_tensor, self.learning_rate)"
_SGD = f"""        step = self.learning_rate * gradient_tensor
        return weight_tensor - {_PENALTY} - step"""
_VELOCITY = "self.v = self.momentum_rate * self.v - self.learning_rate * gradient_tensor"
_MOMENTUM = f"        {_VELOCITY}\n        return weight_tensor - {_PENALTY} + self.v"
_ADAM = f"""        step = self.learning_rate * v_hat / (np.sqrt(r_hat) + self.eps)
        return weight_tensor - {_PENALTY} - step"""
_ROOT = "sigma = np.sqrt(2 / (fan_in + fan_out))"
_HE = "sigma = np.sqrt(2 / fan_in)"
_HE_DRAW = _HE + "\n        return np.random.normal(0, sigma, weights_shape)"
_XAVIER_DRAW = _ROOT + "\n        return np.random.normal(0, sigma, weights_shape)"

Patches = list[tuple[str, str, str]]


def patches() -> list[tuple[str, str, Patches]]:
    """Return (id of the mistake, task that must notice, [(file, old text, new text)])."""
    return [*_optimizers(), *_constraints(), *_initializers()]


def _optimizers() -> list[tuple[str, str, Patches]]:
    momentum: list[tuple[str, str]] = [
        ("momentum-sign", _MOMENTUM.replace("* self.v -", "* self.v +")),
        ("momentum-sign", _MOMENTUM.replace("+ self.v", "- self.v")),
        (
            "momentum-uses-old-velocity",
            f"        new = weight_tensor - {_PENALTY} + self.v\n        {_VELOCITY}\n        return new",
        ),
        (
            "momentum-dampened",
            _MOMENTUM.replace("- self.learning_rate * grad", "- self.learning_rate * (1 - self.momentum_rate) * grad"),
        ),
        ("momentum-state-not-kept", "        self.v = 0\n" + _MOMENTUM),
    ]
    adam: list[tuple[str, str, str]] = [
        ("adam-no-bias-correction", "r_hat = self.r / (1 - self.rho ** self.k)", "r_hat = self.r"),
        ("adam-no-bias-correction", _ADAM, "        v_hat, r_hat = self.v, self.r\n" + _ADAM),
        (
            "adam-bias-correction-without-power",
            _ADAM,
            "        v_hat, r_hat = self.v / (1 - self.mu), self.r / (1 - self.rho)\n" + _ADAM,
        ),
        (
            "adam-bias-correction-without-power",
            "v_hat = self.v / (1 - self.mu ** self.k)",
            "v_hat = self.v / (1 - self.mu * self.k)",
        ),
        (
            "adam-k-starts-at-zero",
            _ADAM,
            "        self.k -= 1\n        v_hat = self.v / (1 - self.mu ** self.k)\n        r_hat = self.r / (1 - self.rho ** self.k)\n        self.k += 1\n"
            + _ADAM,
        ),
        ("adam-k-shared-or-reset", "        self.k += 1\n", "        self.k = 0\n        self.k += 1\n"),
        ("adam-k-shared-or-reset", "        self.k += 1\n", "        self.v, self.r, self.k = 0, 0, 1\n"),
        ("adam-second-moment-not-squared", "gradient_tensor ** 2", "gradient_tensor"),
        (
            "adam-mu-rho-swapped",
            "    def __init__(self, learning_rate, mu, rho):",
            "    def __init__(self, learning_rate, rho, mu):",
        ),
        (
            "adam-inplace-moment",
            "        self.k += 1\n",
            "        if self.k == 0:\n            self.v, self.r = np.zeros(gradient_tensor.shape), np.zeros(gradient_tensor.shape)\n        self.k += 1\n",
        ),
    ]
    return [
        ("sgd-ascent", "Sgd", [(OPTIMIZERS, _SGD, _SGD.replace("- step", "+ step"))]),
        ("optimizer-mutates-weights", "Sgd", [(OPTIMIZERS, _SGD, "        weight_tensor -= self.learning_rate * gradient_tensor\n        return weight_tensor")]),
        *((id, "SgdWithMomentum", [(OPTIMIZERS, _MOMENTUM, new)]) for id, new in momentum),
        *((id, "Adam", [(OPTIMIZERS, old, new)]) for id, old, new in adam),
    ]  # fmt: skip


def _constraints() -> list[tuple[str, str, Patches]]:
    norm, gradient = "self.alpha * np.sum(weights ** 2)", "return self.alpha * weights\n"
    sign = "self.alpha * np.sign(weights)"
    mixed = "        if self.regularizer is not None:\n            gradient_tensor = gradient_tensor + self.regularizer.calculate_gradient(weight_tensor)\n"
    rate = "        return learning_rate * self.regularizer.calculate_gradient(weight_tensor)"
    alone = f" - {_PENALTY}"
    return [
        ("l2-norm-not-squared", "L2_Regularizer", [(CONSTRAINTS, norm, "self.alpha * np.linalg.norm(weights)")]),
        ("l2-spectral-norm", "L2_Regularizer", [(CONSTRAINTS, norm, "self.alpha * np.linalg.norm(weights, ord=2)")]),
        ("l2-gradient-factor", "L2_Regularizer", [(CONSTRAINTS, gradient, "return self.alpha * 2 * weights\n")]),
        ("l1-missing-sign", "L1_Regularizer", [(CONSTRAINTS, sign, "self.alpha")]),
        ("l1-nan-at-zero", "L1_Regularizer", [(CONSTRAINTS, sign, "self.alpha * np.abs(weights) / weights")]),
        ("reg-in-moments", "L2_Regularizer", [(OPTIMIZERS, _MOMENTUM, mixed + _MOMENTUM.replace(alone, "")), (OPTIMIZERS, "        self.k += 1\n", mixed + "        self.k += 1\n"), (OPTIMIZERS, _ADAM, _ADAM.replace(alone, ""))]),
        ("reg-in-moments", "L1_Regularizer", [(OPTIMIZERS, _MOMENTUM, mixed + _MOMENTUM)]),
        ("reg-weight-decay-after-update", "L2_Regularizer", [(OPTIMIZERS, _ADAM, "        weight_tensor = weight_tensor - self.learning_rate * v_hat / (np.sqrt(r_hat) + self.eps)\n        return weight_tensor - " + _PENALTY)]),
        ("reg-weight-decay-after-update", "L1_Regularizer", [(OPTIMIZERS, _MOMENTUM, f"        {_VELOCITY}\n        weight_tensor = weight_tensor + self.v\n        return weight_tensor - {_PENALTY}")]),
        ("reg-lr-missing", "L1_Regularizer", [(OPTIMIZERS, rate, rate.replace("learning_rate * ", ""))]),
        ("reg-lr-missing", "L2_Regularizer", [(OPTIMIZERS, _MOMENTUM, _MOMENTUM.replace(_PENALTY, "self.regularize(weight_tensor, 1)"))]),
        ("optimizer-mutates-gradient", "L2_Regularizer", [(OPTIMIZERS, _SGD, "        if self.regularizer is not None:\n            gradient_tensor += self.regularizer.calculate_gradient(weight_tensor)\n        return weight_tensor - self.learning_rate * gradient_tensor")]),
    ]  # fmt: skip


def _initializers() -> list[tuple[str, str, Patches]]:
    uniform = "return np.random.uniform(0, 1, weights_shape)"
    rows: list[tuple[str, str, str, str]] = [
        ("init-fan-swapped", "He", _HE, "sigma = np.sqrt(2 / fan_out)"),
        ("init-fans-from-shape", "He", _HE, "sigma = np.sqrt(2 / np.prod(weights_shape[1:]))"),
        ("init-fans-from-shape", "He", _HE, "sigma = np.sqrt(2 / weights_shape[1])"),
        ("init-fans-from-shape", "Xavier", _ROOT, "fan_in, fan_out = weights_shape[0], weights_shape[-1]\n        " + _ROOT),
        ("init-xavier-missing-brackets", "Xavier", _ROOT, "sigma = (2 / fan_in + fan_out) ** 0.5"),
        ("init-variance-as-std", "He", _HE_DRAW, "return np.random.normal(0, 2 / fan_in, size=weights_shape)"),
        ("init-variance-as-std", "Xavier", _ROOT, "sigma = 2 / (fan_out + fan_in)"),
        ("init-uniform-for-normal", "He", _HE_DRAW, _HE + "\n        return np.random.uniform(-sigma, sigma, weights_shape)"),
        ("init-uniform-for-normal", "Xavier", _XAVIER_DRAW, _ROOT + "\n        return np.random.uniform(-sigma, sigma, weights_shape)"),
        ("init-constant-ignored-value", "Constant", "np.ones(weights_shape) * self.value", "np.full(weights_shape, 0.1)"),
        ("init-fixed-seed", "UniformRandom", uniform, "return np.random.default_rng(42).uniform(0, 1, weights_shape)"),
        ("init-fixed-seed", "He", _HE_DRAW, "np.random.seed(1337)\n        " + _HE_DRAW),
        ("init-fixed-seed", "Xavier", _XAVIER_DRAW, "rng = np.random.RandomState(7)\n        " + _XAVIER_DRAW.replace("np.random.normal", "rng.normal")),
        ("init-fixed-seed", "UniformRandom", "    def initialize(self, weights_shape, fan_in, fan_out):\n        " + uniform, "    def __init__(self):\n        np.random.seed(0)\n\n    def initialize(self, weights_shape, fan_in, fan_out):\n        " + uniform),
    ]  # fmt: skip
    return [(id, task, [(INITIALIZERS, old, new)]) for id, task, old, new in rows]
