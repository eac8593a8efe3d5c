"""Ways to break RNN, batch normalization and dropout of `example_native`: (id, task, patches).

A patch is (old text, new text) in the file of the task.
"""

from __future__ import annotations

FILES = {"RNN": "recurrent.py", "BatchNormalization": "normalization.py", "Dropout": "layers.py"}
_BACK = "            da[t] = dh * (1 - self.h[t + 1] ** 2)\n"
_SUMS = """        g["Wx"] += self.x.T @ da
        g["Wh"] += self.h[:-1].T @ da
        g["bh"] += da.sum(axis=0)
"""
_LAST = """        g["Wx"] += np.outer(self.x[0], da[0])
        g["Wh"] += np.outer(self.h[0], da[0])
        g["bh"] += da[0]
"""
_MOVED = "self.alpha * self.moving_{0} + (1 - self.alpha) * {0}"
_MEAN, _VARIANCE = (_MOVED.format(name) for name in ("mean", "var"))
_GAMMA, _BETA = "np.sum(dout * self.x_hat, axis=self.axes)", "np.sum(dout, axis=self.axes)"
_DX = "return self.inv_std * (dx_hat - shift - self.x_hat * scale)"
_MASK = "(np.random.rand(*x.shape) < self.probability) / self.probability"
_BACKWARD = "        return dout * self.mask\n"

# fmt: off
# ruff: noqa: E501 - a table with one mistake in a line or two is easier to read
BREAKAGES: list[tuple[str, str, list[tuple[str, str]]]] = [
    ("rnn-hidden-state-not-reset", "RNN", [("        if self.memorize:\n            self.h[0]", "        if steps:\n            self.h[0]")]),
    ("rnn-memorize-ignored", "RNN", [("        if self.memorize:\n            self.h[0] = self.last_hidden\n", "")]),
    ("rnn-bptt-truncated-at-one-step", "RNN", [("            dh_next = da[t] @ p[\"Wh\"].T\n", "")]),
    ("rnn-dh-not-added", "RNN", [("dh = dh_out[t] + dh_next", "dh = dh_out[t]"), (_BACK, _BACK.replace("** 2)", "** 2) + dh_next"))]),
    ("rnn-time-order", "RNN", [("reversed(range(steps))", "range(steps)")]),
    ("rnn-hidden-index-off-by-one", "RNN", [('g["Wh"] += self.h[:-1].T', 'g["Wh"] += self.h[1:].T')]),
    ("rnn-gradient-overwritten-not-accumulated", "RNN", [(_SUMS, _LAST)]),
    ("rnn-last-activation-reused", "RNN", [(_BACK, _BACK.replace("t + 1", "-1"))]),
    ("rnn-output-layer-not-trained", "RNN", [('        g["Wy"] += self.h[1:].T @ do\n        g["by"] += do.sum(axis=0)\n', "")]),
    ("rnn-bias-missing-in-concat", "RNN", [('self.h[t] @ p["Wh"] + p["bh"]', 'self.h[t] @ p["Wh"]')]),
    ("rnn-returns-only-last", "RNN", [("        return self.y\n", "        return self.y[-1:]\n")]),
    ("rnn-treats-rows-as-batch", "RNN", [(' + self.h[t] @ p["Wh"]', "")]),
    ("bn-test-uses-batch-stats", "BatchNormalization", [("        if self.training:\n            mean", "        if x.size:\n            mean")]),
    ("bn-moving-average-missing", "BatchNormalization", [(_MEAN, "mean"), (_VARIANCE, "var")]),
    ("bn-alpha-swapped", "BatchNormalization", [("self.alpha = 0.8", "self.alpha = 0.1")]),
    ("bn-frozen-after-first", "BatchNormalization", [("self.alpha = 0.8", "self.alpha = 1")]),
    ("bn-missing-epsilon", "BatchNormalization", [("self.eps = 1e-11", "self.eps = 1e-8")]),
    ("bn-std-vs-variance", "BatchNormalization", [("np.sqrt(var + self.eps)", "(var + self.eps)")]),
    ("bn-axis-wrong", "BatchNormalization", [("mean = x.mean(axis=self.axes)", "mean = x.mean(axis=1, keepdims=True)"), ("var = x.var(axis=self.axes)", "var = x.var(axis=1, keepdims=True)"),
        ("(1 / np.sqrt(var + self.eps)).reshape(self.shape)", "1 / np.sqrt(var + self.eps)"), ("(x - mean.reshape(self.shape))", "(x - mean)")]),
    ("bn-stats-treated-as-constants", "BatchNormalization", [(_DX, "return self.inv_std * dx_hat")]),
    ("bn-missing-gamma-in-dx", "BatchNormalization", [('dout * self.parameters["gamma"].reshape(self.shape)', "dout")]),
    ("bn-gamma-beta-gradients-swapped", "BatchNormalization", [(f'["gamma"] += {_GAMMA}', f'["gamma"] += {_BETA}'), (f'["beta"] += {_BETA}', f'["beta"] += {_GAMMA}')]),
    ("bn-one-parameter-updated", "BatchNormalization", [(f'        self.gradients["beta"] += {_BETA}\n', "")]),
    ("bn-unbiased-variance", "BatchNormalization", [("x.var(axis=self.axes)", "x.var(axis=self.axes, ddof=1)")]),
    ("dropout-not-scaled", "Dropout", [(_MASK, "np.random.rand(*x.shape) < self.probability")]),
    ("dropout-probability-inverted", "Dropout", [(_MASK, "(np.random.rand(*x.shape) > self.probability) / (1 - self.probability)")]),
    ("dropout-mask-not-applied-in-backward", "Dropout", [(_BACKWARD, "        return dout / self.probability\n")]),
    ("dropout-backward-not-scaled", "Dropout", [(_BACKWARD, "        return dout * (self.mask > 0)\n")]),
    ("dropout-active-in-eval", "Dropout", [("        if not self.training:\n            self.mask = None\n            return x\n        self.mask = (np", "        self.mask = (np")]),
    ("dropout-mask-shared-across-batch", "Dropout", [(_MASK, "(np.random.rand(*x.shape[1:]) < self.probability) / self.probability")]),
]


def patches() -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Return (id, task, patches) of every mistake, a patch being (file, old text, new text)."""
    return [(id, task, [(FILES[task], old, new) for old, new in changes]) for id, task, changes in BREAKAGES]
