import numpy as np
from .Base import BaseLayer


class Sigmoid(BaseLayer):
    def __init__(self):
        super().__init__()
        self.activation = None

    def forward(self, input_tensor):
        x = np.asarray(input_tensor, dtype=float)
        # exp only gets values <= 0, so there is no overflow
        exp = np.exp(-np.abs(x))
        self.activation = np.where(x >= 0, 1 / (1 + exp), exp / (1 + exp))
        return self.activation

    def backward(self, error_tensor):
        return error_tensor * self.activation * (1 - self.activation)
