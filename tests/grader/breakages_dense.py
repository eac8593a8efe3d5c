"""Further ways to break `example_fau`: fully connected layer, activations, loss. (id, task, patches) as in the others."""

from __future__ import annotations

# ruff: noqa: E501 - a table with one mistake in a line or two is easier to read than the same over a thousand lines
FC = "Layers/FullyConnected.py"
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
    return [*_fully_connected()]


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
