import numpy as np
from .Base import BaseLayer


class SoftMax(BaseLayer):
    def __init__(self):
        super().__init__()
        self.prediction = None

    def forward(self, input_tensor):
        x = np.asarray(input_tensor, dtype=float)
        # shift every row by its own maximum, otherwise exp can overflow
        x = x - np.max(x, axis=1, keepdims=True)
        exp = np.exp(x)
        self.prediction = exp / np.sum(exp, axis=1, keepdims=True)
        return self.prediction

    def backward(self, error_tensor):
        weighted_sum = np.sum(error_tensor * self.prediction, axis=1, keepdims=True)
        return self.prediction * (error_tensor - weighted_sum)
