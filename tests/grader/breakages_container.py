"""Ways to break `example_fau` in any layer, and in the network that `build` returns."""

# ruff: noqa: E501 - a mistake in a line or two is easier to read

from __future__ import annotations

Patches = list[tuple[str, str, str]]
FC, CONV, POOL, RELU = (f"Layers/{name}.py" for name in ("FullyConnected", "Conv", "Pooling", "ReLU"))
MODEL = "Models/LeNet.py"

# fmt: off
BREAKAGES: list[tuple[str, str, Patches]] = [
    ("class-level-state", "FullyConnected", [
        (FC, "        self.input_tensor = None\n", ""),
        (FC, "        self.input_tensor = np.hstack", "        FullyConnected.input_tensor = np.hstack"),
    ]),
    ("class-level-state (columns)", "Conv", [
        (CONV, "        self.columns = None\n", ""), (CONV, "        self.columns = columns", "        Conv.columns = columns"),
    ]),
    ("class-level-state (mutable default)", "Pooling", [
        (POOL, "pooling_shape):\n        super", "pooling_shape, cache={}):\n        self.cache = cache\n        super"),
        (POOL, "self.max_index = np.argmax(candidates, axis=0)", "self.cache['index'] = np.argmax(candidates, axis=0)"),
        (POOL, "(self.max_index == i", "(self.cache['index'] == i"),
    ]),
    ("alias-cached-output", "ReLU", [
        (RELU, "        self.mask = None\n", "        self.mask = None\n        self.output = np.empty(0)\n"),
        (RELU, "        return np.maximum(0, input_tensor)", "        if self.output.shape != input_tensor.shape:\n            self.output = np.empty(input_tensor.shape)\n        return np.maximum(0, input_tensor, out=self.output)"),
    ]),
    ("hard-cast", "FullyConnected", [
        (FC, "return np.dot(self.input_tensor, self.weights)", "return np.dot(self.input_tensor, self.weights).astype(np.float16)"),
    ]),
    ("hard-cast (whole numbers)", "Conv", [(CONV, "padded = np.zeros(self.padded_shape)", "padded = np.zeros(self.padded_shape, dtype=int)")]),
    ("hard-cast (on the way in)", "FullyConnected", [
        (FC, "np.hstack([input_tensor, ones])", "np.hstack([input_tensor, ones]).astype('float16').astype(float)"),
    ]),
    ("input-must-be-square", "Conv", [(CONV, "return output.reshape(b, self.num_kernels, out_y, out_x)", "return output.reshape(b, self.num_kernels, out_y, out_y)")]),
    ("input-must-be-square (squeeze)", "Pooling", [(POOL, "return np.max(candidates, axis=0)", "return np.max(candidates, axis=0).squeeze()")]),
    ("input-must-be-square (squeeze)", "FullyConnected", [(FC, "return previous_error", "return np.squeeze(previous_error)")]),
    ("lenet-flatten-400", "LeNet", [(MODEL, "16 * 7 * 7", "400")]),
    ("lenet-channels", "LeNet", [(MODEL, "(6, 5, 5), 16", "(1, 5, 5), 16")]),
    ("lenet-no-loss-layer", "LeNet", [(MODEL, "    net.loss_layer = Loss.CrossEntropyLoss()\n", "")]),
    ("lenet-no-loss-layer (returns nothing)", "LeNet", [(MODEL, "    return net\n", "")]),
]
# fmt: on


def patches() -> list[tuple[str, str, Patches]]:
    """Return (id, task, patches) of every mistake."""
    return BREAKAGES
