import numpy as np
from Layers.Base import BaseLayer


class Pooling(BaseLayer):
    def __init__(self, stride_shape, pooling_shape):
        super().__init__()
        if np.isscalar(stride_shape):
            stride_shape = (stride_shape, stride_shape)
        if np.isscalar(pooling_shape):
            pooling_shape = (pooling_shape, pooling_shape)
        self.stride_shape = tuple(stride_shape)
        self.pooling_shape = tuple(pooling_shape)
        self.input_shape = None
        self.output_size = None
        self.max_index = None

    def window(self, i, j):
        # all pixels that are at position (i, j) of some pooling window
        stride_y, stride_x = self.stride_shape
        out_y, out_x = self.output_size
        rows = slice(i, i + (out_y - 1) * stride_y + 1, stride_y)
        cols = slice(j, j + (out_x - 1) * stride_x + 1, stride_x)
        return rows, cols

    def forward(self, input_tensor):
        self.input_shape = input_tensor.shape
        y, x = self.input_shape[2:]
        pool_y, pool_x = self.pooling_shape
        stride_y, stride_x = self.stride_shape
        self.output_size = ((y - pool_y) // stride_y + 1, (x - pool_x) // stride_x + 1)

        candidates = []
        for i in range(pool_y):
            for j in range(pool_x):
                rows, cols = self.window(i, j)
                candidates.append(input_tensor[:, :, rows, cols])
        candidates = np.array(candidates)

        # with equal values the first one wins
        self.max_index = np.argmax(candidates, axis=0)
        return np.max(candidates, axis=0)

    def backward(self, error_tensor):
        previous_error = np.zeros(self.input_shape)
        pool_y, pool_x = self.pooling_shape
        for i in range(pool_y):
            for j in range(pool_x):
                rows, cols = self.window(i, j)
                # add, because windows can overlap
                previous_error[:, :, rows, cols] += error_tensor * (self.max_index == i * pool_x + j)
        return previous_error
