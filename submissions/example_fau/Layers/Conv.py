import copy
import numpy as np
from Layers.Base import BaseLayer


class Conv(BaseLayer):
    def __init__(self, stride_shape, convolution_shape, num_kernels):
        super().__init__()
        self.trainable = True
        self.convolution_shape = tuple(convolution_shape)
        self.num_kernels = num_kernels
        self.is_1d = len(self.convolution_shape) == 2

        # stride can be a single number or one number per direction
        if np.isscalar(stride_shape):
            stride_shape = (stride_shape,)
        self.stride_shape = tuple(stride_shape)
        self.stride_y = self.stride_shape[0]
        self.stride_x = self.stride_shape[-1]

        # 1-D is handled like 2-D with width 1
        self.kernel_y = self.convolution_shape[1]
        self.kernel_x = self.convolution_shape[-1]
        if self.is_1d:
            self.kernel_x = 1
            self.stride_x = 1

        self.weights = np.random.uniform(0, 1, (num_kernels,) + self.convolution_shape)
        self.bias = np.random.uniform(0, 1, num_kernels)

        self._optimizer = None
        self._bias_optimizer = None
        self._gradient_weights = None
        self._gradient_bias = None

        self.input_shape = None
        self.padded_shape = None
        self.output_size = None
        self.columns = None

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        # weights and bias each get their own copy
        self._optimizer = copy.deepcopy(optimizer)
        self._bias_optimizer = copy.deepcopy(optimizer)

    @property
    def gradient_weights(self):
        return self._gradient_weights

    @property
    def gradient_bias(self):
        return self._gradient_bias

    def initialize(self, weights_initializer, bias_initializer):
        kernel_size = self.kernel_y * self.kernel_x
        fan_in = self.convolution_shape[0] * kernel_size
        fan_out = self.num_kernels * kernel_size
        self.weights = weights_initializer.initialize((self.num_kernels,) + self.convolution_shape, fan_in, fan_out)
        self.bias = bias_initializer.initialize((self.num_kernels,), fan_in, fan_out)

    def window(self, i, j):
        # the slices of the padded image which kernel position (i, j) touches
        out_y, out_x = self.output_size
        rows = slice(i, i + (out_y - 1) * self.stride_y + 1, self.stride_y)
        cols = slice(j, j + (out_x - 1) * self.stride_x + 1, self.stride_x)
        return rows, cols

    def forward(self, input_tensor):
        self.input_shape = input_tensor.shape
        if self.is_1d:
            input_tensor = input_tensor[:, :, :, np.newaxis]
        b, c, y, x = input_tensor.shape

        # 'same' padding with zeros, for even kernels there is one more in front
        front_y = self.kernel_y // 2
        front_x = self.kernel_x // 2
        self.padded_shape = (b, c, y + self.kernel_y - 1, x + self.kernel_x - 1)
        padded = np.zeros(self.padded_shape)
        padded[:, :, front_y:front_y + y, front_x:front_x + x] = input_tensor

        # number of positions that are left after the stride (rounded up)
        out_y = (y + self.stride_y - 1) // self.stride_y
        out_x = (x + self.stride_x - 1) // self.stride_x
        self.output_size = (out_y, out_x)

        # im2col: copy the image once for every kernel position
        columns = np.zeros((b, c, self.kernel_y, self.kernel_x, out_y, out_x))
        for i in range(self.kernel_y):
            for j in range(self.kernel_x):
                rows, cols = self.window(i, j)
                columns[:, :, i, j] = padded[:, :, rows, cols]
        self.columns = columns.reshape(b, c * self.kernel_y * self.kernel_x, out_y * out_x)

        kernels = self.weights.reshape(self.num_kernels, -1)
        output = np.matmul(kernels, self.columns) + self.bias.reshape(1, -1, 1)
        if self.is_1d:
            return output
        return output.reshape(b, self.num_kernels, out_y, out_x)

    def backward(self, error_tensor):
        b, c = self.input_shape[:2]
        out_y, out_x = self.output_size
        error = error_tensor.reshape(b, self.num_kernels, out_y * out_x)
        kernels = self.weights.reshape(self.num_kernels, -1)

        self._gradient_weights = np.tensordot(error, self.columns, axes=([0, 2], [0, 2])).reshape(self.weights.shape)
        self._gradient_bias = np.sum(error, axis=(0, 2))

        # go back from the columns to the padded image and add everything up
        column_error = np.matmul(kernels.T, error)
        column_error = column_error.reshape(b, c, self.kernel_y, self.kernel_x, out_y, out_x)
        padded_error = np.zeros(self.padded_shape)
        for i in range(self.kernel_y):
            for j in range(self.kernel_x):
                rows, cols = self.window(i, j)
                padded_error[:, :, rows, cols] += column_error[:, :, i, j]

        # cut off the padding
        front_y = self.kernel_y // 2
        front_x = self.kernel_x // 2
        y = self.padded_shape[2] - self.kernel_y + 1
        x = self.padded_shape[3] - self.kernel_x + 1
        previous_error = padded_error[:, :, front_y:front_y + y, front_x:front_x + x]

        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self._gradient_bias)

        return previous_error.reshape(self.input_shape)
