"""Ways to break `example_fau` outside its layers.

Each entry is (id of the mistake, file, old text, new text, task that must notice) and costs points. Rows about the
optimizers inside layers, about the fans that Conv passes on and about LeNet belong to those tasks.
"""

from __future__ import annotations

from grader.selftest.variants.fau_rules import APPEND as _APPEND
from grader.selftest.variants.fau_rules import CONSTRAINTS, INITIALIZERS, NETWORK, OPTIMIZERS
from grader.selftest.variants.fau_rules import L1_GRADIENT as _L1_GRADIENT
from grader.selftest.variants.fau_rules import L2_NORM as _L2_NORM
from grader.selftest.variants.fau_rules import MOMENTUM as _MOMENTUM
from grader.selftest.variants.fau_rules import NORM as _NORM
from grader.selftest.variants.fau_rules import SGD as _SGD
from grader.selftest.variants.fau_rules import UNIFORM as _UNIFORM
from grader.selftest.variants.fau_rules import VELOCITY as _VELOCITY
from grader.selftest.variants.fau_rules import Change as Breakage

FC = "Layers/FullyConnected.py"

_ADAM = """        step = self.learning_rate * v_hat / (np.sqrt(r_hat) + self.eps)
        return weight_tensor - self.regularize(weight_tensor, self.learning_rate) - step"""
_ADAM_RULE = f"""        self.k += 1
        self.v = self.mu * self.v + (1 - self.mu) * gradient_tensor
        self.r = self.rho * self.r + (1 - self.rho) * gradient_tensor ** 2
        # bias correction
        v_hat = self.v / (1 - self.mu ** self.k)
        r_hat = self.r / (1 - self.rho ** self.k)
{_ADAM}"""
_DECAY = "return learning_rate * self.regularizer.calculate_gradient(weight_tensor)"
_L1_NORM = "np.sum(np.abs(weights))"
_L2_GRADIENT = "return self.alpha * weights\n"
_XAVIER = "sigma = np.sqrt(2 / (fan_in + fan_out))"
_XAVIER_DRAW = _XAVIER + "\n        return np.random.normal(0, sigma, weights_shape)"
_HE = "sigma = np.sqrt(2 / fan_in)"
_HE_DRAW = _HE + "\n        return np.random.normal(0, sigma, weights_shape)"
_NEXT = "input_tensor, self.label_tensor = self.data_layer.next()"
_LOSS = "return self.loss_layer.forward(input_tensor, self.label_tensor) + self.regularization_loss()"
_TEST = """        self.phase = True
        for layer in self.layers:
            input_tensor = layer.forward(input_tensor)
"""
_INITIALIZE = "layer.initialize(self.weights_initializer, self.bias_initializer)"

BREAKAGES: list[Breakage] = [
    # optimizers
    ("sgd-ascent", OPTIMIZERS, _SGD, _SGD.replace("= self", "= -self"), "Sgd"),
    ("momentum-sign", OPTIMIZERS, _VELOCITY, _VELOCITY.replace(" - ", " + "), "SgdWithMomentum"),
    (
        "momentum-uses-old-velocity",
        OPTIMIZERS,
        _VELOCITY + _MOMENTUM,
        f"old = self.v\n        {_VELOCITY}{_MOMENTUM.replace('+ self.v', '+ old')}",
        "SgdWithMomentum",
    ),
    (
        "momentum-dampened",
        OPTIMIZERS,
        _VELOCITY,
        _VELOCITY.replace("- self", "- (1 - self.momentum_rate) * self"),
        "SgdWithMomentum",
    ),
    (
        "momentum-state-not-kept",
        OPTIMIZERS,
        _VELOCITY + _MOMENTUM,
        _VELOCITY.replace("self.v =", "v =") + _MOMENTUM.replace("+ self.v", "+ v"),
        "SgdWithMomentum",
    ),
    ("adam-no-bias-correction", OPTIMIZERS, "v_hat = self.v / (1 - self.mu ** self.k)", "v_hat = self.v", "Adam"),
    (
        "adam-bias-correction-without-power",
        OPTIMIZERS,
        "r_hat = self.r / (1 - self.rho ** self.k)",
        "r_hat = self.r / (1 - self.rho)",
        "Adam",
    ),
    (
        "adam-k-starts-at-zero",
        OPTIMIZERS,
        _ADAM,
        _ADAM.replace("v_hat", "(self.v / (1 - self.mu ** (self.k - 1)))"),
        "Adam",
    ),
    (
        "adam-k-shared-or-reset (shared)",
        OPTIMIZERS,
        "        self.k += 1\n",
        "        Adam.k = self.k = getattr(Adam, 'k', 0) + 1\n",
        "Adam",
    ),
    ("adam-k-shared-or-reset (reset)", OPTIMIZERS, "        self.k += 1\n", "        self.k = 1\n", "Adam"),
    ("adam-second-moment-not-squared", OPTIMIZERS, "gradient_tensor ** 2", "np.abs(gradient_tensor)", "Adam"),
    (
        "adam-mu-rho-swapped",
        OPTIMIZERS,
        "        self.mu = mu\n        self.rho = rho\n",
        "        self.mu = rho\n        self.rho = mu\n",
        "Adam",
    ),
    (
        "adam-inplace-moment",
        OPTIMIZERS,
        "        self.k += 1\n",
        "        if self.k == 0:\n            self.v = np.zeros(weight_tensor.shape)\n        self.k += 1\n",
        "Adam",
    ),
    ("optimizer-called-when-none", FC, "if self._optimizer is not None:", "if True:", "FullyConnected"),
    (
        "optimizer-shared-between-layers",
        NETWORK,
        "layer.optimizer = copy.deepcopy(self.optimizer)",
        "layer.optimizer = self.optimizer",
        "NeuralNetwork",
    ),
    # initializers
    ("init-fan-swapped", INITIALIZERS, _HE, _HE.replace("fan_in", "fan_out"), "He"),
    ("init-fans-from-shape (He)", INITIALIZERS, _HE, _HE.replace("fan_in", "weights_shape[0]"), "He"),
    (
        "init-fans-from-shape (Xavier)",
        INITIALIZERS,
        _XAVIER,
        "sigma = np.sqrt(2 / (weights_shape[0] + weights_shape[1]))",
        "Xavier",
    ),
    ("init-xavier-missing-brackets", INITIALIZERS, _XAVIER, "sigma = np.sqrt(2 / fan_in + fan_out)", "Xavier"),
    ("init-variance-as-std (He)", INITIALIZERS, _HE, "sigma = 2 / fan_in", "He"),
    ("init-variance-as-std (Xavier)", INITIALIZERS, _XAVIER, "sigma = 2 / (fan_in + fan_out)", "Xavier"),
    (
        "init-uniform-for-normal (He)",
        INITIALIZERS,
        _HE_DRAW,
        "limit = np.sqrt(6 / fan_in)\n        return np.random.uniform(-limit, limit, weights_shape)",
        "He",
    ),
    (
        "init-uniform-for-normal (Xavier)",
        INITIALIZERS,
        _XAVIER_DRAW,
        "limit = np.sqrt(6 / (fan_in + fan_out))\n        return np.random.uniform(-limit, limit, weights_shape)",
        "Xavier",
    ),
    (
        "init-normal-for-uniform",
        INITIALIZERS,
        _UNIFORM,
        "return np.random.normal(0.5, 0.1, weights_shape)",
        "UniformRandom",
    ),
    (
        "init-uniform-symmetric",
        INITIALIZERS,
        _UNIFORM,
        "return np.random.uniform(-1, 1, weights_shape)",
        "UniformRandom",
    ),
    ("init-constant-ignored-value", INITIALIZERS, "* self.value", "* 0.1", "Constant"),
    ("init-constant-default", INITIALIZERS, "value=0.1", "value=0.0", "Constant"),
    ("init-fixed-seed", INITIALIZERS, _UNIFORM, "np.random.seed(1)\n        " + _UNIFORM, "UniformRandom"),
    (
        "init-fixed-seed (own generator)",
        INITIALIZERS,
        _HE_DRAW,
        _HE_DRAW.replace("np.random.normal", "np.random.default_rng(0).normal"),
        "He",
    ),
    (
        "init-fixed-seed (from the clock)",
        INITIALIZERS,
        _UNIFORM,
        "import time\n        np.random.seed(int(time.time()) // 1000)\n        " + _UNIFORM,
        "UniformRandom",
    ),
    # regularizers
    ("l2-norm-not-squared", CONSTRAINTS, _L2_NORM, "np.sqrt(np.sum(weights ** 2))", "L2_Regularizer"),
    ("l2-spectral-norm", CONSTRAINTS, _L2_NORM, "np.linalg.norm(weights, 2) ** 2", "L2_Regularizer"),
    ("l2-gradient-factor", CONSTRAINTS, _L2_GRADIENT, "return 2 * self.alpha * weights\n", "L2_Regularizer"),
    ("l1-missing-sign", CONSTRAINTS, _L1_GRADIENT, "self.alpha * np.abs(weights)", "L1_Regularizer"),
    ("l1-missing-sign (alpha)", CONSTRAINTS, _L1_GRADIENT, "self.alpha * np.ones_like(weights)", "L1_Regularizer"),
    ("l1-norm-without-abs", CONSTRAINTS, _L1_NORM, "np.sum(weights)", "L1_Regularizer"),
    ("l1-nan-at-zero", CONSTRAINTS, _L1_GRADIENT, "self.alpha * weights / np.abs(weights)", "L1_Regularizer"),
    (
        "reg-in-moments (momentum)",
        OPTIMIZERS,
        _VELOCITY + _MOMENTUM,
        f"gradient_tensor = gradient_tensor + self.regularize(weight_tensor, 1)\n        {_VELOCITY}"
        "        return weight_tensor + self.v",
        "L2_Regularizer",
    ),
    (
        "reg-in-moments (Adam)",
        OPTIMIZERS,
        _ADAM_RULE,
        _ADAM_RULE.replace(
            "        self.k += 1\n",
            "        gradient_tensor = gradient_tensor + self.regularize(weight_tensor, 1)\n        self.k += 1\n",
        ).replace(" - self.regularize(weight_tensor, self.learning_rate)", ""),
        "L1_Regularizer",
    ),
    (
        "reg-weight-decay-after-update",
        OPTIMIZERS,
        _SGD,
        "        new = weight_tensor - self.learning_rate * gradient_tensor\n"
        "        return new - self.regularize(new, self.learning_rate)",
        "L2_Regularizer",
    ),
    ("reg-lr-missing", OPTIMIZERS, _DECAY, _DECAY.replace("learning_rate * ", ""), "L2_Regularizer"),
    ("reg-loss-missing", NETWORK, _LOSS, _LOSS.replace(" + self.regularization_loss()", ""), "NeuralNetwork"),
    (
        "reg-loss-missing (of the data loss)",
        NETWORK,
        _NORM,
        "loss += regularizer.norm(self.loss[-1] if self.loss else 1)",
        "NeuralNetwork",
    ),
    (
        "reg-loss-missing (added to predictions)",
        NETWORK,
        _LOSS,
        "input_tensor = input_tensor + self.regularization_loss()\n"
        "        return self.loss_layer.forward(input_tensor, self.label_tensor)",
        "NeuralNetwork",
    ),
    ("reg-loss-missing (last layer only)", NETWORK, _NORM, "loss = regularizer.norm(layer.weights)", "NeuralNetwork"),
    # the container
    (
        "nn-test-phase-leak",
        NETWORK,
        "        self.phase = False\n        for _ in range(iterations)",
        "        for _ in range(iterations)",
        "NeuralNetwork",
    ),
    ("nn-never-test-phase", NETWORK, "        self.phase = True\n", "", "NeuralNetwork"),
    (
        "nn-phase-only-new-layers",
        NETWORK,
        "        for layer in self.layers:\n            layer.testing_phase = phase\n",
        "",
        "NeuralNetwork",
    ),
    (
        "nn-forward-calls-data-twice",
        NETWORK,
        _NEXT,
        "input_tensor = self.data_layer.next()[0]\n        self.label_tensor = self.data_layer.next()[1]",
        "NeuralNetwork",
    ),
    ("nn-loss-not-appended", NETWORK, _APPEND, "self.forward()", "NeuralNetwork"),
    ("nn-loss-not-appended (overwritten)", NETWORK, _APPEND, "self.loss = [self.forward()]", "NeuralNetwork"),
    ("nn-loss-not-appended (twice)", NETWORK, _APPEND, "self.loss += 2 * [self.forward()]", "NeuralNetwork"),
    ("nn-backward-forward-order", NETWORK, "in reversed(self.layers)", "in self.layers", "NeuralNetwork"),
    (
        "nn-label-stale",
        NETWORK,
        _NEXT,
        "old = self.label_tensor\n        input_tensor, label_tensor = self.data_layer.next()\n"
        "        self.label_tensor = label_tensor if old is None else old\n"
        "        self.next_label = label_tensor",
        "NeuralNetwork",
    ),
    (
        "nn-double-softmax",
        NETWORK,
        _TEST + "        return input_tensor",
        _TEST + "        import numpy as np\n        raised = np.exp(input_tensor)\n"
        "        return raised / raised.sum(axis=1, keepdims=True)",
        "NeuralNetwork",
    ),
    ("nn-test-takes-a-batch", NETWORK, _TEST, "        self.data_layer.next()\n" + _TEST, "NeuralNetwork"),
    ("nn-initializer-not-applied", NETWORK, _INITIALIZE, "pass", "NeuralNetwork"),
    (
        "nn-initializers-swapped",
        NETWORK,
        _INITIALIZE,
        "layer.initialize(self.bias_initializer, self.weights_initializer)",
        "NeuralNetwork",
    ),
    ("nn-save-pickles-data", NETWORK, 'del state["data_layer"]', "pass", "NeuralNetwork"),
    ("nn-load-forgets-data", NETWORK, "    net.data_layer = data_layer\n", "", "NeuralNetwork"),
]


def patches() -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Return (id, task, patches) of every mistake."""
    return [(id, task, [(file, old, new)]) for id, file, old, new, task in BREAKAGES]
