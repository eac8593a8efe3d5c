"""Fair variants of optimizers, constraints, initializers and container of `example_fau`, as single changes of text.

Each is (name, file, old text, new text, task). `REMARKS` earn a remark on style, `FAIR` ones not even that.
"""

from __future__ import annotations

OPTIMIZERS, CONSTRAINTS = "Optimization/Optimizers.py", "Optimization/Constraints.py"
INITIALIZERS, NETWORK = "Layers/Initializers.py", "NeuralNetwork.py"
VELOCITY = "self.v = self.momentum_rate * self.v - self.learning_rate * gradient_tensor\n"
MOMENTUM = "        return weight_tensor - self.regularize(weight_tensor, self.learning_rate) + self.v"
SGD = """        step = self.learning_rate * gradient_tensor
        return weight_tensor - self.regularize(weight_tensor, self.learning_rate) - step"""
L2_NORM, L1_GRADIENT = "np.sum(weights ** 2)", "self.alpha * np.sign(weights)"
UNIFORM = "return np.random.uniform(0, 1, weights_shape)"
APPEND = "self.loss.append(self.forward())"
NORM = "loss += regularizer.norm(layer.weights)"

Change = tuple[str, str, str, str, str]

REMARKS: list[Change] = [
    (
        "optimizer-mutates-gradient",
        OPTIMIZERS,
        SGD,
        "        if self.regularizer is not None:\n"
        "            gradient_tensor += self.regularizer.calculate_gradient(weight_tensor)\n"
        "        return weight_tensor - self.learning_rate * gradient_tensor",
        "L2_Regularizer",
    ),
    (
        "optimizer-mutates-weights",
        OPTIMIZERS,
        SGD,
        "        weight_tensor -= self.regularize(weight_tensor, self.learning_rate)\n"
        "        weight_tensor -= self.learning_rate * gradient_tensor\n        return weight_tensor",
        "Sgd",
    ),
]

FAIR: list[Change] = [
    (
        "momentum-lr-inside-vs-outside",
        OPTIMIZERS,
        VELOCITY + MOMENTUM,
        "self.v = self.momentum_rate * self.v + gradient_tensor\n"
        + MOMENTUM.replace("+ self.v", "- self.learning_rate * self.v"),
        "SgdWithMomentum",
    ),
    ("adam-eps-inside-sqrt", OPTIMIZERS, "(np.sqrt(r_hat) + self.eps)", "np.sqrt(r_hat + self.eps)", "Adam"),
    ("adam-eps-1e-8", OPTIMIZERS, "self.eps = np.finfo(float).eps", "self.eps = 1e-8", "Adam"),
    (
        "init-default-rng",
        INITIALIZERS,
        UNIFORM,
        "return np.random.default_rng().random(weights_shape)",
        "UniformRandom",
    ),
    ("init-float32", INITIALIZERS, UNIFORM, UNIFORM + ".astype(np.float32)", "UniformRandom"),
    (
        "l1-other-subgradient-at-zero",
        CONSTRAINTS,
        L1_GRADIENT,
        "np.where(weights >= 0, self.alpha, -self.alpha)",
        "L1_Regularizer",
    ),
    ("l2-norm-as-array", CONSTRAINTS, L2_NORM, "np.sum(weights ** 2).reshape(1, 1)", "L2_Regularizer"),
    ("reg-not-applied-to-bias", NETWORK, NORM, "loss += regularizer.norm(layer.weights[:-1])", "NeuralNetwork"),
    (
        "reg-loss-by-class",
        NETWORK,
        "            if not layer.trainable:\n                continue\n",
        "            from Layers.FullyConnected import FullyConnected\n"
        "            if not isinstance(layer, FullyConnected):\n                continue\n",
        "NeuralNetwork",
    ),
    (
        "nn-phase-as-text",
        NETWORK,
        "layer.testing_phase = phase\n",
        "layer.testing_phase = 'test' if phase else 'train'\n",
        "NeuralNetwork",
    ),
    (
        "nn-save-with-pathlib",
        NETWORK,
        '    with open(filename, "wb") as file:\n        pickle.dump(net, file)\n',
        "    from pathlib import Path\n    Path(filename).write_bytes(pickle.dumps(net))\n",
        "NeuralNetwork",
    ),
    (
        "nn-save-leaves-file-open",
        NETWORK,
        '    with open(filename, "wb") as file:\n        pickle.dump(net, file)\n',
        '    pickle.dump(net, open(filename, "wb"))\n',
        "NeuralNetwork",
    ),
    (
        "nn-save-with-gzip",
        NETWORK,
        '    with open(filename, "wb") as file:\n        pickle.dump(net, file)\n',
        "    import gzip, os\n    os.makedirs(os.path.dirname(filename), exist_ok=True)\n"
        '    with gzip.open(filename, "wb") as file:\n        file.write(pickle.dumps(net))\n'
        "    raw = gzip.open(filename).read()\n    with open(filename, 'wb') as file:\n        file.write(raw)\n",
        "NeuralNetwork",
    ),
    (
        "nn-loss-as-array",
        NETWORK,
        APPEND,
        "import numpy as np\n            self.loss.append(np.array([self.forward()]))",
        "NeuralNetwork",
    ),
]
