"""Ways to break `example_native` in its container, in LeNet and in any layer."""

# ruff: noqa: E501 - a mistake in a line or two is easier to read

from __future__ import annotations

Patches = list[tuple[str, str, str]]
NETWORK, LAYERS, CONV = "network.py", "layers.py", "convolution.py"
NEXT = "x, self.label = self.data_layer.next()"
LOSS = "return self.loss_layer.forward(x, self.label) + regularization"
TEST = (
    '        self.phase = "test"\n        for layer in self.layers:\n            x = layer.forward(x)\n        return x'
)
PENALTY = "regularization += layer.optimizer.regularizer.norm(w)"

# fmt: off
BREAKAGES: list[tuple[str, str, Patches]] = [
    ("nn-test-phase-leak", "NeuralNetwork", [(NETWORK, '        self.phase = "train"\n        for _', "        for _")]),
    ("nn-never-test-phase", "NeuralNetwork", [(NETWORK, '        self.phase = "test"\n', "")]),
    ("nn-phase-only-new-layers", "NeuralNetwork", [(NETWORK, "        for layer in self.layers:\n            self.switch(layer)\n", "")]),
    ("nn-forward-calls-data-twice", "NeuralNetwork", [(NETWORK, NEXT, "x = self.data_layer.next()[0]\n        self.label = self.data_layer.next()[1]")]),
    ("nn-forward-calls-data-twice (in backward)", "NeuralNetwork", [(NETWORK, "error = self.loss_layer.backward(self.label)", "error = self.loss_layer.backward(self.data_layer.next()[1])")]),
    ("nn-loss-not-appended", "NeuralNetwork", [(NETWORK, "self.loss.append(self.forward())", "self.forward()")]),
    ("nn-loss-not-appended (overwritten)", "NeuralNetwork", [(NETWORK, "self.loss.append(self.forward())", "self.loss = [self.forward()]")]),
    ("nn-backward-forward-order", "NeuralNetwork", [(NETWORK, "in reversed(self.layers)", "in self.layers")]),
    ("nn-label-stale", "NeuralNetwork", [(NETWORK, NEXT, "old = self.label\n        x, self.label = self.data_layer.next()\n        if old is not None:\n            self.label = old")]),
    ("nn-double-softmax", "NeuralNetwork", [(NETWORK, TEST, TEST.replace("return x", "import numpy as np\n        e = np.exp(x - x.max(axis=1, keepdims=True))\n        return e / e.sum(axis=1, keepdims=True)"))]),
    ("nn-initializer-not-applied", "NeuralNetwork", [(NETWORK, "            layer.initialize(self.weights_initializer, self.bias_initializer)\n", "")]),
    ("nn-save-pickles-data", "NeuralNetwork", [(NETWORK, "        net.data_layer = None\n        with open", "        with open")]),
    ("optimizer-shared-between-layers", "NeuralNetwork", [(NETWORK, "copy.deepcopy(self.optimizer)", "self.optimizer")]),
    ("reg-loss-missing", "NeuralNetwork", [(NETWORK, LOSS, LOSS.replace(" + regularization", ""))]),
    ("reg-loss-missing (last layer only)", "NeuralNetwork", [(NETWORK, "                for w in layer.parameters.values():\n", "                regularization = 0\n                for w in layer.parameters.values():\n")]),
    ("class-level-state", "FullyConnected", [
        (LAYERS, "        self.zero_grad()\n        self.x = None\n", "        self.zero_grad()\n"),
        (LAYERS, "        self.x = x\n", "        FullyConnected.x = x\n"),
    ]),
    ("hard-cast", "FullyConnected", [(LAYERS, 'return x @ self.parameters["W"] + self.parameters["b"]', 'return (x @ self.parameters["W"] + self.parameters["b"]).astype(np.float16)')]),
    ("input-must-be-square (squeeze)", "Conv", [(CONV, "        return y[..., 0] if self.is_1d else y", "        return np.squeeze(y)")]),
    ("lenet-flatten-400", "LeNet", [(NETWORK, "16 * 7 * 7", "400")]),
    ("lenet-channels", "LeNet", [(NETWORK, "(6, 5, 5), 16", "(1, 5, 5), 16")]),
    ("lenet-no-loss-layer", "LeNet", [(NETWORK, "    net.loss_layer = CrossEntropyLoss()\n", "")]),
]
# fmt: on


def patches() -> list[tuple[str, str, Patches]]:
    """Return (id, task, patches) of every mistake."""
    return BREAKAGES
