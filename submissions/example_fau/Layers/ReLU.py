import numpy as np
from Layers import Base


class ReLU(Base.BaseLayer):
    def __init__(self):
        super().__init__()
        self.mask = None

    def forward(self, input_tensor):
        self.mask = input_tensor > 0
        return np.maximum(0, input_tensor)

    def backward(self, error_tensor):
        return error_tensor * self.mask
