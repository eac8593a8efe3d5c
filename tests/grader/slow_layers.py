"""Convolution and pooling as many students write them: right, with Python loops over every output pixel."""

from __future__ import annotations

from grader.intake.layout import build_submission
from grader.model import Submission
from tests.grader.handins import example

_CONV = """

def _forward(self, input_tensor):
    x = np.asarray(input_tensor, dtype=float)
    if self.is_1d:
        x = x[..., np.newaxis]
    kernel = self.weights.reshape(self.num_kernels, x.shape[1], self.kernel_y, self.kernel_x)
    front_y, front_x = self.kernel_y // 2, self.kernel_x // 2
    self.padded = np.zeros(x.shape[:2] + (x.shape[2] + self.kernel_y - 1, x.shape[3] + self.kernel_x - 1))
    self.padded[:, :, front_y:front_y + x.shape[2], front_x:front_x + x.shape[3]] = x
    rows, cols = -(-x.shape[2] // self.stride_y), -(-x.shape[3] // self.stride_x)
    output = np.zeros((x.shape[0], self.num_kernels, rows, cols))
    for k in range(self.num_kernels):
        for i in range(rows):
            for j in range(cols):
                a, b = i * self.stride_y, j * self.stride_x
                window = self.padded[:, :, a:a + self.kernel_y, b:b + self.kernel_x]
                output[:, k, i, j] = np.sum(window * kernel[k], axis=(1, 2, 3)) + self.bias[k]
    self.input_shape = input_tensor.shape
    self.full_shape = x.shape
    return output[..., 0] if self.is_1d else output


def _backward(self, error_tensor):
    error = error_tensor[..., np.newaxis] if self.is_1d else error_tensor
    kernel = self.weights.reshape((self.num_kernels, self.full_shape[1], self.kernel_y, self.kernel_x))
    gradient = np.zeros(kernel.shape)
    padded = np.zeros(self.padded.shape)
    for k in range(self.num_kernels):
        for i in range(error.shape[2]):
            for j in range(error.shape[3]):
                a, b = i * self.stride_y, j * self.stride_x
                e = error[:, k, i, j][:, np.newaxis, np.newaxis, np.newaxis]
                gradient[k] += np.sum(self.padded[:, :, a:a + self.kernel_y, b:b + self.kernel_x] * e, axis=0)
                padded[:, :, a:a + self.kernel_y, b:b + self.kernel_x] += kernel[k] * e
    self._gradient_weights = gradient.reshape(self.weights.shape)
    self._gradient_bias = np.sum(error, axis=(0, 2, 3))
    if self._optimizer is not None:
        self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)
        self.bias = self._bias_optimizer.calculate_update(self.bias, self._gradient_bias)
    y, x = self.kernel_y // 2, self.kernel_x // 2
    return padded[:, :, y:y + self.full_shape[2], x:x + self.full_shape[3]].reshape(self.input_shape)


Conv.forward, Conv.backward = _forward, _backward
"""
_POOLING = """

def _forward(self, input_tensor):
    self.x = np.asarray(input_tensor, dtype=float)
    n, c, height, width = self.x.shape
    rows = (height - self.pooling_shape[0]) // self.stride_shape[0] + 1
    cols = (width - self.pooling_shape[1]) // self.stride_shape[1] + 1
    output = np.zeros((n, c, rows, cols))
    self.winners = np.zeros((n, c, rows, cols), dtype=int)
    for b in range(n):
        for k in range(c):
            for i in range(rows):
                for j in range(cols):
                    y, x = i * self.stride_shape[0], j * self.stride_shape[1]
                    window = self.x[b, k, y:y + self.pooling_shape[0], x:x + self.pooling_shape[1]]
                    self.winners[b, k, i, j] = np.argmax(window)
                    output[b, k, i, j] = np.max(window)
    return output


def _backward(self, error_tensor):
    previous = np.zeros(self.x.shape)
    for b, k, i, j in np.ndindex(error_tensor.shape):
        dy, dx = divmod(self.winners[b, k, i, j], self.pooling_shape[1])
        previous[b, k, i * self.stride_shape[0] + dy, j * self.stride_shape[1] + dx] += error_tensor[b, k, i, j]
    return previous


Pooling.forward, Pooling.backward = _forward, _backward
"""


def slow_handin() -> Submission:
    """Return example_fau with these loops instead of its own convolution and pooling."""
    files = dict(example("example_fau").files)
    files["Layers/Conv.py"] += _CONV.encode()
    files["Layers/Pooling.py"] += _POOLING.encode()
    return build_submission("slow", files)
