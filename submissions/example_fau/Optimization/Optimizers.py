import numpy as np


class Optimizer:
    def __init__(self):
        self.regularizer = None

    def add_regularizer(self, regularizer):
        self.regularizer = regularizer

    def regularize(self, weight_tensor, learning_rate):
        # the part of the step that comes from the regularizer, it always uses the old weights
        if self.regularizer is None:
            return 0
        return learning_rate * self.regularizer.calculate_gradient(weight_tensor)


class Sgd(Optimizer):
    def __init__(self, learning_rate):
        super().__init__()
        self.learning_rate = learning_rate

    def calculate_update(self, weight_tensor, gradient_tensor):
        step = self.learning_rate * gradient_tensor
        return weight_tensor - self.regularize(weight_tensor, self.learning_rate) - step


class SgdWithMomentum(Optimizer):
    def __init__(self, learning_rate, momentum_rate):
        super().__init__()
        self.learning_rate = learning_rate
        self.momentum_rate = momentum_rate
        self.v = 0

    def calculate_update(self, weight_tensor, gradient_tensor):
        self.v = self.momentum_rate * self.v - self.learning_rate * gradient_tensor
        return weight_tensor - self.regularize(weight_tensor, self.learning_rate) + self.v


class Adam(Optimizer):
    def __init__(self, learning_rate, mu, rho):
        super().__init__()
        self.learning_rate = learning_rate
        self.mu = mu
        self.rho = rho
        self.v = 0
        self.r = 0
        self.k = 0
        self.eps = np.finfo(float).eps

    def calculate_update(self, weight_tensor, gradient_tensor):
        self.k += 1
        self.v = self.mu * self.v + (1 - self.mu) * gradient_tensor
        self.r = self.rho * self.r + (1 - self.rho) * gradient_tensor ** 2
        # bias correction
        v_hat = self.v / (1 - self.mu ** self.k)
        r_hat = self.r / (1 - self.rho ** self.k)
        step = self.learning_rate * v_hat / (np.sqrt(r_hat) + self.eps)
        return weight_tensor - self.regularize(weight_tensor, self.learning_rate) - step
