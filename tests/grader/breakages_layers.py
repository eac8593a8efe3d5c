"""Ways to break the layers of `example_fau`: task -> [(id of the mistake, check that notices it, patches)].

A patch is (old text, new text) in `Layers/<task>.py`. The check is written `robust:name` or `style:name` where the
mistake must not cost points. Most of them pass a plain check of gradients against forward; ids marked `# G` do not.
"""

from __future__ import annotations

Patches = list[tuple[str, str]]
Breakage = tuple[str, str, Patches]


def _change(text: str, *changes: tuple[str, str]) -> tuple[str, str]:
    """Return the patch that makes the changes within a longer text, which is unique where they are not."""
    changed = text
    for old, new in changes:
        changed = changed.replace(old, new)
    return text, changed


_KERNELS = "kernels = self.weights.reshape(self.num_kernels, -1)\n"
_FORWARD, _BACKWARD = _KERNELS + "        output", _KERNELS + "\n        self._gradient"
_FLIP = ("self.weights.", "self.flip(self.weights).")
_DEF_FLIP = _change(
    "    def window",
    (
        "    def",
        "    def flip(self, w):\n        return w[:, :, ::-1] if self.is_1d else w[:, :, ::-1, ::-1]\n\n    def",
    ),
)
_GRADIENT = "np.tensordot(error, self.columns, axes=([0, 2], [0, 2])).reshape(self.weights.shape)"
_OUT_Y, _OUT_X = "(y + self.stride_y - 1) // self.stride_y", "(x + self.stride_x - 1) // self.stride_x"
_ROWS = "slice(i, i + (out_y - 1) * self.stride_y + 1, self.stride_y)"
_COLS = "slice(j, j + (out_x - 1) * self.stride_x + 1, self.stride_x)"
_CROP = "front_y = self.kernel_y // 2\n        front_x = self.kernel_x // 2\n        y ="
_CUT = "front_y:front_y + y, front_x:front_x + x]\n\n        if"
_SHAPE = "        b, c, y, x = input_tensor.shape\n"
_PADDED = """padded = np.zeros(self.padded_shape)
        padded[:, :, front_y:front_y + y, front_x:front_x + x] = input_tensor
"""
_EDGES = """margins = [(0, 0), (0, 0), (front_y, self.kernel_y - 1 - front_y), (front_x, self.kernel_x - 1 - front_x)]
        padded = np.pad(input_tensor, margins, mode="edge")
"""
_SUBSAMPLE = """        self.first = step = getattr(self, "first", (self.stride_y, self.stride_x))
        input_tensor = input_tensor[:, :, ::step[0], ::step[1]]
        self.stride_y = self.stride_x = 1
"""
_BACK = "rows, cols = self.window(i, j)\n                padded_error"
_COPY = "self._bias_optimizer = copy.deepcopy(optimizer)"
_BIAS_STEP = "            self.bias = self._bias_optimizer.calculate_update(self.bias, self._gradient_bias)\n"
_STEPS = f"""        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)
{_BIAS_STEP}"""

_SHARE = "previous_error[:, :, rows, cols] += error_tensor * (self.max_index == i * pool_x + j)"
_ASSIGNED = """won = self.max_index == i * pool_x + j
                previous_error[:, :, rows, cols][won] = error_tensor[won]"""
_IS_WINNER = "(self.max_index == i * pool_x + j)"
_POOLED = "((y - pool_y) // stride_y + 1, (x - pool_x) // stride_x + 1)"
_RESHAPED = """        if input_tensor.size == candidates.size:
            candidates = np.moveaxis(input_tensor.reshape(*candidates.shape[1:], -1), -1, 0)
"""
_ARGMAX = "self.max_index = np.argmax(candidates, axis=0)"
_POOL_SHAPE, _POOL_ZEROS = "self.input_shape = input_tensor.shape", "np.zeros(self.input_shape)"

_MASK = "(np.random.random(input_tensor.shape) < self.probability) / self.probability"
_FIXED = "(np.random.permutation(x.size) < p * x.size).reshape(x.shape) / p"
_BACK_MASK = "return error_tensor * self.mask"

_MEAN, _VARIANCE = "mean = np.mean(x, axis=0)\n            var", "var = np.var(x, axis=0)"
_MOVING_MEAN = "self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean"
_MOVING_VARIANCE = "self.alpha * self.moving_var + (1 - self.alpha) * var"
_COUNTED = """self.batches = getattr(self, "batches", 1) + 1
                self.alpha = 1 - 1 / self.batches
                """
_READ_VARIANCE = "                var = self.moving_var\n"
_LEARNS = "                self.moving_mean = self.alpha * mean + (1 - self.alpha) * np.mean(x, axis=0)\n"
_TO_ROWS = "tensor.transpose(0, 2, 3, 1).reshape(-1, tensor.shape[1])"
_TO_IMAGE = "tensor.reshape(b, m, n, h).transpose(0, 3, 1, 2)"
_BY_PLACE = "np.tile(x.reshape(len(input_tensor), -1, self.channels).mean(axis=0), (len(input_tensor), 1))"
_SUMS = "= np.sum(error * self.x_hat, axis=0)\n        self._gradient_bias = np.sum(error, axis=0)"
_SWAPPED = "= np.sum(error, axis=0)\n        self._gradient_bias = np.sum(error * self.x_hat, axis=0)"
_READ_STD = "self.std = np.sqrt(var + self.eps)"
_EPS = "self.eps = np.finfo(float).eps"

# fmt: off
# ruff: noqa: E501 - a table with one mistake in a line or two is easier to read than the same over a thousand lines
BREAKAGES: dict[str, list[Breakage]] = {
    "Sigmoid": [
        ("sigmoid-derivative-incomplete", "input_gradient", [(" * (1 - self.activation)", "")]),  # G
        ("sigmoid-derivative-on-preactivation", "input_gradient",  # G
            [("        return self.activation\n", "        self.x = x\n        return self.activation\n"), ("self.activation * (1 - self.activation)", "self.x * (1 - self.x)")]),
        ("sigmoid-overflow", "extreme_inputs", [("np.exp(-np.abs(x))", "np.exp(x)"), ("np.where(x >= 0, 1 / (1 + exp), exp / (1 + exp))", "exp / (1 + exp)")]),
        ("activation-cached-from-other-call", "instances_are_independent", [("        self.activation = None\n", ""), ("self.activation = np", "Sigmoid.activation = np")]),
    ],
    "TanH": [
        ("tanh-derivative-on-preactivation", "input_gradient",  # G
            [("        return self.activation\n", "        self.x = input_tensor\n        return self.activation\n"), ("self.activation ** 2", "self.x ** 2")]),
        ("tanh-overflow", "extreme_inputs",
            [("np.tanh(np.asarray(input_tensor, dtype=float))", "(np.exp(input_tensor) - np.exp(-input_tensor)) / (np.exp(input_tensor) + np.exp(-input_tensor))")]),
    ],
    "Flatten": [
        ("flatten-wrong-order", "forward_value", [("[0], -1)", "[0], -1, order='F')"), ("reshape(self.input_shape)", "reshape(self.input_shape, order='F')")]),
        ("flatten-drops-batch", "forward_shape", [("self.input_shape[0], -1", "-1")]),
        ("flatten-shape-from-constructor", "second_batch", [("self.input_shape = input", "self.input_shape = self.input_shape or input")]),
    ],
    "Conv": [
        ("conv-forward-true-convolution", "forward_value", [_DEF_FLIP, _change(_FORWARD, _FLIP), _change(_BACKWARD, _FLIP), (_GRADIENT, f"self.flip({_GRADIENT})")]),
        ("conv-kernel-not-flipped-in-backward", "input_gradient", [_DEF_FLIP, _change(_BACKWARD, _FLIP)]),  # G
        ("conv-channel-flipped", "forward_value", [_change(_FORWARD, ("weights.", "weights[:, ::-1]."))]),  # G
        ("conv-weight-gradient-reversed", "parameter_gradients", [(_GRADIENT, _GRADIENT + "[:, :, ::-1]")]),  # G
        ("conv-weight-gradient-over-one-sample", "parameter_gradients", [("(error, self.columns,", "(error[:1], self.columns[:1],")]),
        ("conv-bias-gradient-missing-axes", "parameter_gradients", [("np.sum(error, axis=(0, 2))", "np.sum(error, axis=0).mean(axis=1)")]),  # G
        ("conv-bias-per-channel", "forward_value", [("+ self.bias.resh", "+ c * self.bias.resh")]),  # G
        ("conv-bias-missing-in-forward", "forward_value", [(" + self.bias.reshape(1, -1, 1)", "")]),  # G
        ("conv-stride-missing-in-backward", "input_gradient", [_change(_BACK, ("self.window(i, j)", "slice(i, i + out_y), slice(j, j + out_x)"))]),
        ("conv-stride-before-padding", "forward_value", [(_SHAPE, _SUBSAMPLE + _SHAPE)]),
        ("conv-stride-offset", "forward_shape",
            [_change(_OUT_Y, ("y +", "y - self.stride_y // 2 +")), _change(_OUT_X, ("x +", "x - self.stride_x // 2 +")),
             _change(_ROWS, ("i,", "i + self.stride_y // 2,"), ("i + (", "i + self.stride_y // 2 + (")), _change(_COLS, ("j,", "j + self.stride_x // 2,"), ("j + (", "j + self.stride_x // 2 + ("))]),
        ("conv-output-size-floor", "forward_shape", [(_OUT_Y, "max(y // self.stride_y, 1)"), (_OUT_X, "max(x // self.stride_x, 1)")]),
        ("conv-scalar-stride", "robust:forward_shape", [("if np.isscalar(stride_shape):\n            stride_shape = (stride_shape,)", "pass")]),
        ("conv-scalar-stride", "robust:forward_shape", [("stride_shape = (stride_shape,)", "stride_shape = (stride_shape, 1)")]),
        ("conv-stride-axes-swapped", "forward_shape", [("stride_y = self.stride_shape[0]", "stride_y = self.stride_shape[-1]"), ("stride_x = self.stride_shape[-1]", "stride_x = self.stride_shape[0]")]),
        ("conv-even-kernel-backward-misaligned", "robust:input_gradient", [_change(_CROP, ("self.kernel_y //", "(self.kernel_y - 1) //"), ("self.kernel_x //", "(self.kernel_x - 1) //"))]),
        ("conv-zero-pad-slice-empty", "backward_shape",
            [_change(_CUT, ("front_y + y", "-front_y"), ("front_x + x", "-front_x")), ("return previous_error.reshape(self.input_shape)", "return previous_error[..., 0] if self.is_1d else previous_error")]),
        ("conv-1x1-special-case-broken", "forward_shape",
            [(_SHAPE, "        if self.kernel_y == self.kernel_x == 1 and not self.is_1d:\n            self.stride_y = self.stride_x = 1\n" + _SHAPE)]),
        ("conv-1d-gradient", "parameter_gradients", [(_GRADIENT, f"{_GRADIENT}[:, :, ::-1 if self.is_1d else 1]")]),
        ("conv-edge-padding", "forward_value", [(_PADDED, _EDGES)]),  # G
        ("conv-full-crop-wrong", "input_gradient", [_change(_CROP, ("_y // 2", "_y // 2 - (self.kernel_y > 1)"))]),  # G
        ("conv-large-kernel", "robust:forward_shape", [(_SHAPE, _SHAPE + "        assert self.kernel_y <= y and self.kernel_x <= x\n")]),
        ("conv-remainder-lost", "input_gradient",
            [("        padded_error = np", "        column_error[:, :, :, :, max(self.input_shape[2] // self.stride_y, 1):] = 0\n        padded_error = np")]),
        ("conv-bias-optimizer-never-set", "sgd_step", [("        " + _COPY + "\n", ""), (_BIAS_STEP, "            if self._bias_optimizer:\n    " + _BIAS_STEP)]),
        ("conv-single-optimizer", "adam_steps", [(_COPY, "self._bias_optimizer = self._optimizer")]),
        ("fc-update-before-dx", "error_uses_forward_weights", [(_STEPS, ""), ("        # go back", f"{_STEPS}        {_KERNELS}        # go back")]),
        ("conv-shape-cached", "second_batch",
            [("padded_error = np.zeros(self.padded_shape)", "self.error = padded_error = getattr(self, 'error', np.zeros(self.padded_shape))")]),
        ("rnn-gradient-accumulates-over-calls", "gradients_start_anew", [(_GRADIENT, f"{_GRADIENT} + (0 if self._gradient_weights is None else self._gradient_weights)")]),
        ("init-conv-fans-kernel-ignored", "initialize", [("_shape[0] * kernel_size", "_shape[0]"), ("self.num_kernels * kernel_size", "self.num_kernels")]),
        ("fc-initializer-ignores-bias", "initialize", [("self.bias = bias_init", "self.bias = weights_init")]),
    ],
    "Pooling": [
        ("pool-gradient-lost-on-overlap", "one_winner_of_several_windows", [(_SHARE, _ASSIGNED)]),
        ("pool-max-ties-duplicate-gradient", "robust:ties",
            [("candidates = np.array", "self.candidates = candidates = np.array"), (_IS_WINNER, "(self.candidates[i * pool_x + j] == self.candidates.max(axis=0))")]),
        ("pool-shape-formula", "forward_shape", [(_POOLED, "(y // stride_y, x // stride_x)")]),
        ("pool-arguments-swapped", "forward_shape", [("self, stride_shape, pooling_shape", "self, pooling_shape, stride_shape")]),
        ("pool-zero-padded-or-zero-init", "negative_inputs", [("np.max(candidates, axis=0)", "np.maximum(np.max(candidates, axis=0), 0)")]),  # G
        ("pool-abs-max", "forward_value", [("np.argmax(candidates", "np.argmax(abs(candidates)"), ("np.max(candidates, axis=0)", "np.take_along_axis(candidates, self.max_index[None], axis=0)[0]")]),
        ("mean-pool", "forward_value", [("np.max(cand", "np.mean(cand"), (_IS_WINNER, "(1 / pool_y / pool_x)")]),
        ("pool-wrong-reshape", "forward_value", [("        # with equal", _RESHAPED + "        # with equal")]),  # G
        ("pool-zeros-like-integer", "robust:integer_input",
            [(_POOL_SHAPE, f"{_POOL_SHAPE}\n        self.dtype = input_tensor.dtype"), (_POOL_ZEROS, "np.zeros(self.input_shape, self.dtype)"), _change(_SHARE, ("error_tensor * (", "(error_tensor * ("), (" + j)", " + j)).astype(self.dtype)"))]),
        ("pool-return-in-loop", "input_gradient", [("        return previous_error", "            return previous_error")]),  # G
        ("pool-loses-index-between-calls", "second_batch", [(_ARGMAX, f"{_ARGMAX} if self.max_index is None else self.max_index")]),
    ],
    "Dropout": [
        ("dropout-not-scaled", "training_values", [_change(_MASK, ("/ self.probability", "* 1.0"))]),
        ("dropout-scaled-twice-or-at-test", "eval_is_identity", [("return input_tensor\n", "return input_tensor * self.probability\n")]),
        ("dropout-probability-inverted", "keep_rate", [_change(_MASK, ("<", ">"), ("/ self.probability", "/ (1 - self.probability)"))]),
        ("dropout-mask-not-applied-in-backward", "backward_uses_the_mask", [(_BACK_MASK, "return error_tensor / self.probability")]),
        ("dropout-backward-not-scaled", "backward_uses_the_mask", [(_BACK_MASK, "return error_tensor * (self.mask > 0)")]),
        ("dropout-new-mask-in-backward", "backward_uses_the_mask", [(_BACK_MASK, "return error_tensor * " + _MASK.replace("input", "error"))]),
        ("dropout-active-in-eval", "eval_is_identity", [_change("if self.testing_phase:\n            return input", ("self.testing_phase", "False"))]),
        ("dropout-mask-shared-across-batch", "elements_are_independent", [("(input_tensor.shape)", "(input_tensor.shape[1:])")]),
        ("dropout-mask-per-sample", "elements_are_independent", [("(input_tensor.shape)", "((len(input_tensor),) + (1,) * (input_tensor.ndim - 1))")]),
        ("dropout-reseeds-rng", "masks_are_fresh", [("# inverted dropout", "np.random.seed(1337)")]),
        ("dropout-fixed-count", "robust:number_varies", [("# inverted dropout", "x, p = input_tensor, self.probability"), (_MASK, _FIXED)]),
        ("dropout-mask-inplace", "style:arrays_stay_untouched", [("return input_tensor * self.mask", "input_tensor *= self.mask\n        return input_tensor")]),
        ("dropout-p0-or-p1", "keeping_everything", [(_MASK, f"{_MASK} * (1 - self.probability) / (1 - self.probability)")]),
    ],
    "BatchNormalization": [
        ("bn-initializers-used", "initialize", [
            ("        self.weights = np.ones(self.channels)\n", "        self.weights = weights_initializer.initialize((self.channels,), 1, self.channels)\n"),
        ]),
        ("bn-test-uses-batch-stats", "eval_rows_are_independent", [_change("if self.testing_phase:\n            if self.moving", ("if self.testing_phase", "if False"))]),
        ("bn-moving-average-missing", "moving_averages", [(_MOVING_MEAN, "self.moving_mean = mean"), (_MOVING_VARIANCE, "var")]),
        ("bn-alpha-swapped", "moving_averages", [("self.alpha = 0.8", "self.alpha = 0.2")]),
        ("bn-frozen-after-first", "moving_averages", [("self.alpha = 0.8", "self.alpha = 1")]),
        ("bn-cumulative-average", "eval_value", [(_MOVING_MEAN, _COUNTED + _MOVING_MEAN)]),
        ("bn-moving-init-zero-one", "robust:eval_after_one_batch", [("self.moving_mean = None", "self.moving_mean = np.zeros(channels)"), ("self.moving_var = None", "self.moving_var = np.ones(channels)")]),
        ("bn-moving-variance-uses-std", "moving_averages", [(_MOVING_VARIANCE, "(self.alpha * self.moving_var ** 0.5 + (1 - self.alpha) * var ** 0.5) ** 2")]),
        ("bn-test-updates-moving", "eval_is_repeatable", [(_READ_VARIANCE, _READ_VARIANCE + _LEARNS)]),
        ("bn-missing-epsilon", "zero_variance", [(_EPS, "self.eps = 0")]),
        ("bn-missing-epsilon (too big)", "epsilon_is_small", [(_EPS, "self.eps = 1e-5")]),
        ("bn-missing-epsilon (outside the root)", "epsilon_is_small", [("np.sqrt(var + self.eps)", "np.sqrt(var) + 1e-5")]),
        ("bn-std-vs-variance", "forward_value", [("np.sqrt(var + self.eps)", "(var + self.eps)")]),  # G
        ("bn-axis-wrong", "forward_value", [_change(_MEAN, ("axis=0", "axis=1, keepdims=True")), _change(_VARIANCE, ("axis=0", "axis=1, keepdims=True"))]),  # G
        ("bn-4d-over-batch-only", "forward_value", [_change(_MEAN, ("np.mean(x, axis=0)", _BY_PLACE)), (_VARIANCE, "var = " + _BY_PLACE.replace("mean", "var"))]),
        ("bn-reformat-without-transpose", "forward_value", [(_TO_ROWS, "tensor.reshape(-1, tensor.shape[1])"), (_TO_IMAGE, "tensor.reshape(b, h, m, n)")]),
        ("bn-gradient-scale-4d", "input_gradient", [("np.mean(x_hat_error, axis=0)", "np.sum(x_hat_error, axis=0) / len(error_tensor)")]),  # G
        ("bn-stats-treated-as-constants", "input_gradient", [("(x_hat_error - mean_error - self.x_hat * mean_product)", "x_hat_error")]),  # G
        ("bn-missing-gamma-in-dx", "input_gradient", [("x_hat_error = error * self.weights", "x_hat_error = error")]),
        ("bn-gamma-beta-gradients-swapped", "parameter_gradients", [(_SUMS, _SWAPPED)]),  # G
        ("bn-unbiased-variance", "forward_value", [_change(_VARIANCE, ("axis=0", "axis=0, ddof=1"))]),  # G
        ("bn-update-before-dx", "error_uses_forward_weights", [(_STEPS, ""), ("        # gradient with", _STEPS + "        # gradient with")]),
        ("bn-one-parameter-updated", "sgd_step", [(_BIAS_STEP, "")]),
        ("optimizer-shared-between-weights-and-bias (gamma and beta)", "adam_steps", [(_COPY, "self._bias_optimizer = self._optimizer")]),
        ("bn-param-shape", "forward_value", [("np.ones(channels)", "np.ones(1)")]),  # G
        ("bn-batch-size-1", "zero_variance", [(_READ_STD, "self.std = np.sqrt(var + self.eps) if len(x) > 1 else np.zeros(self.channels)")]),
        ("bn-stale-4d-shape (in backward)", "rows_after_images", [("is_image = error_tensor.ndim == 4", "is_image = self.image_shape is not None")]),
        ("bn-stale-4d-shape", "rows_after_images", [("is_image = input_tensor.ndim == 4", "is_image = input_tensor.ndim == 4 or self.image_shape is not None")]),
        ("bn-stale-4d-shape (of the first images)", "second_batch", [("self.image_shape = input", "self.image_shape = self.image_shape or input")]),
    ],
}
# fmt: on


def patches() -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Return (id, task, patches as (file, old text, new text)) of every mistake."""
    return [
        (id, task, [(f"Layers/{task}.py", old, new) for old, new in changes])
        for task, rows in BREAKAGES.items()
        for id, _, changes in rows
    ]
