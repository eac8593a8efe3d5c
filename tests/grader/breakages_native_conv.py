"""Ways to break Flatten, Conv and Pooling of `example_native`: (id of the mistake, check that notices it, patches).

A patch is (old text, new text) in `convolution.py`, for Flatten in `layers.py`. The check is written `robust:name` where
the mistake must not cost points.
"""

from __future__ import annotations

Patches = list[tuple[str, str]]
Breakage = tuple[str, str, Patches]

_FLAT = "return x.reshape(x.shape[0], int(np.prod(x.shape[1:])))"
_MIRRORED = ("W[:, :, i, j]", "W[:, :, h - 1 - i, w - 1 - j]")
_SUM = "np.tensordot(W[:, :, i, j], self.x"
_BACK = "dx[window] += np.tensordot(W[:, :, i, j].T"
_DW = "dW[:, :, i, j] = np.tensordot(dout, self.x[window], axes=((1, 2, 3), (1, 2, 3)))"
_BIAS = ' + self.parameters["b"].reshape(1, -1, 1, 1)'
_FRONT = "fy, fx = self.front"
_SMALLER = "(max(self.front[0] - 1, 0), max(self.front[1] - 1, 0))"
_MAXIMUM = "np.take_along_axis(windows, self.winner[..., np.newaxis], axis=-1)[..., 0]"
_WINNER = "self.winner = windows.argmax(axis=-1)"
_WON = "won = self.winner == i * self.pool[1] + j"

# fmt: off
# ruff: noqa: E501 - a table with one mistake in a line or two is easier to read than the same over a thousand lines
BREAKAGES: dict[str, list[Breakage]] = {
    "Flatten": [
        ("flatten-wrong-order", "forward_value", [(_FLAT, _FLAT[:-1] + ', order="F")'), ("dout.reshape(self.shape)", 'dout.reshape(self.shape, order="F")')]),
        ("flatten-shape-from-constructor", "second_batch", [("self.shape = x.shape", "self.shape = self.shape or x.shape"), (_FLAT, _FLAT.replace("x.shape[0]", "self.shape[0]").replace("int(np.prod(x.shape[1:]))", "-1"))]),
    ],
    "Conv": [
        ("conv-forward-true-convolution", "forward_value", [(_SUM, _SUM.replace(*_MIRRORED))]),
        ("conv-kernel-not-flipped-in-backward", "input_gradient", [(_BACK, _BACK.replace(*_MIRRORED))]),
        ("conv-weight-gradient-reversed", "parameter_gradients", [(_DW, _DW.replace("dW[:, :, i, j]", "dW[:, :, h - 1 - i, w - 1 - j]"))]),
        ("conv-weight-gradient-over-one-sample", "parameter_gradients",
            [(_DW, "dW[:, :, i, j] = np.tensordot(dout[:, 0], self.x[window][:, 0], axes=((1, 2), (1, 2)))")]),
        ("conv-bias-gradient-missing-axes", "parameter_gradients", [("dout.sum(axis=(1, 2, 3))", "dout.mean(axis=(1, 2, 3))")]),
        ("conv-bias-per-channel", "forward_value", [(_BIAS, _BIAS.replace("+ ", "+ len(self.x) * "))]),
        ("conv-bias-missing-in-forward", "forward_value", [(_BIAS, "")]),
        ("conv-stride-missing-in-backward", "input_gradient", [("dx[window] +=", "dx[..., i : i + self.out_size[0], j : j + self.out_size[1]] +=")]),
        ("conv-stride-axes-swapped", "forward_shape", [("len(self.convolution_shape) - 1)", "len(self.convolution_shape) - 1)[::-1]")]),
        ("conv-even-kernel-backward-misaligned", "robust:input_gradient",
            [(_FRONT, f'{_FRONT} if self.padding == "valid" else ((h - 1) // 2, (w - 1) // 2)')]),
        ("conv-zero-pad-slice-empty", "backward_shape", [("fy : fy + height, fx : fx + width]", "fy:-fy, fx:-fx]")]),
        ("conv-1d-gradient", "parameter_gradients", [("dW[..., 0] if", "dW[:, :, ::-1, 0] if")]),
        ("conv-edge-padding", "forward_value", [("np.pad(x, pads)", 'np.pad(x, pads, mode="edge")')]),
        ("conv-full-crop-wrong", "input_gradient", [(_FRONT, f"fy, fx = {_SMALLER}")]),
        ("conv-output-size-floor", "forward_shape",
            [("self.out_size = (rows //", 'floor = [max(size // step, 1) for size, step in zip(self.in_size, self.stride)]\n        self.out_size = floor if padded_same else (rows //'),
             ("        rows = self.x", '        padded_same = self.padding == "same"\n        rows = self.x')]),
        ("init-conv-fans-kernel-ignored", "initialize",
            [("int(np.prod(self.convolution_shape))", "self.convolution_shape[0]"), ("self.num_kernels * int(np.prod(self.convolution_shape[1:]))", "self.num_kernels")]),
    ],
    "Pooling": [
        ("pool-gradient-lost-on-overlap", "input_gradient", [("+= dout * won", "= dout * won")]),
        ("pool-max-ties-duplicate-gradient", "robust:ties",
            [(_WINNER, f"{_WINNER}\n        self.ties = windows == windows.max(axis=-1, keepdims=True)"), (_WON, "won = self.ties[..., i * self.pool[1] + j]")]),
        ("pool-arguments-swapped", "forward_shape", [("self, stride_shape, pooling_shape", "self, pooling_shape, stride_shape")]),
        ("pool-zero-padded-or-zero-init", "negative_inputs", [(_MAXIMUM, f"np.maximum({_MAXIMUM}, 0)")]),
        ("pool-abs-max", "forward_value", [(_WINNER, "self.winner = np.abs(windows).argmax(axis=-1)")]),
        ("mean-pool", "forward_value", [(_MAXIMUM, "windows.mean(axis=-1)"), (_WON, "won = 1 / (self.pool[0] * self.pool[1])")]),
        ("pool-return-in-loop", "input_gradient", [("+= dout * won\n        return dx", "+= dout * won\n            return dx")]),
        ("pool-loses-index-between-calls", "second_batch", [(_WINNER, f'if not hasattr(self, "winner"):\n            {_WINNER}')]),
    ],
}
# fmt: on


def patches() -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    """Return (id, task, patches as (file, old text, new text)) of every mistake."""
    return [(id, task, _located(task, changes)) for task, rows in BREAKAGES.items() for id, _, changes in rows]


def _located(task: str, changes: Patches) -> list[tuple[str, str, str]]:
    file = "layers.py" if task == "Flatten" else "convolution.py"
    return [(file, old, new) for old, new in changes]
