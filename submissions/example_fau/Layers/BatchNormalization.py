import copy
import numpy as np
from Layers import Base


class BatchNormalization(Base.BaseLayer):
    def __init__(self, channels):
        super().__init__()
        self.trainable = True
        self.channels = channels
        # gamma and beta
        self.weights = np.ones(channels)
        self.bias = np.zeros(channels)

        self.eps = np.finfo(float).eps
        self.alpha = 0.8
        self.moving_mean = None
        self.moving_var = None

        self._optimizer = None
        self._bias_optimizer = None
        self._gradient_weights = None
        self._gradient_bias = None

        self.image_shape = None
        self.x_hat = None
        self.std = None

    @property
    def optimizer(self):
        return self._optimizer

    @optimizer.setter
    def optimizer(self, optimizer):
        # gamma and beta each get their own copy
        self._optimizer = copy.deepcopy(optimizer)
        self._bias_optimizer = copy.deepcopy(optimizer)

    @property
    def gradient_weights(self):
        return self._gradient_weights

    @property
    def gradient_bias(self):
        return self._gradient_bias

    def initialize(self, weights_initializer=None, bias_initializer=None):
        # gamma and beta always start with 1 and 0, the initializers are not used
        self.weights = np.ones(self.channels)
        self.bias = np.zeros(self.channels)

    def reformat(self, tensor):
        if tensor.ndim == 4:
            # image to vector: channels last, everything else in the rows
            if self.image_shape is None:
                self.image_shape = tensor.shape
            return tensor.transpose(0, 2, 3, 1).reshape(-1, tensor.shape[1])
        # vector to image, shape of the last image
        b, h, m, n = self.image_shape
        return tensor.reshape(b, m, n, h).transpose(0, 3, 1, 2)

    def forward(self, input_tensor):
        is_image = input_tensor.ndim == 4
        x = input_tensor
        if is_image:
            self.image_shape = input_tensor.shape
            x = self.reformat(input_tensor)

        if self.testing_phase:
            if self.moving_mean is None:
                # never trained, so there is nothing to normalize with
                mean = np.zeros(self.channels)
                var = np.ones(self.channels)
            else:
                mean = self.moving_mean
                var = self.moving_var
        else:
            mean = np.mean(x, axis=0)
            var = np.var(x, axis=0)
            if self.moving_mean is None:
                self.moving_mean = mean
                self.moving_var = var
            else:
                self.moving_mean = self.alpha * self.moving_mean + (1 - self.alpha) * mean
                self.moving_var = self.alpha * self.moving_var + (1 - self.alpha) * var

        self.std = np.sqrt(var + self.eps)
        self.x_hat = (x - mean) / self.std
        output = self.weights * self.x_hat + self.bias
        if is_image:
            output = self.reformat(output)
        return output

    def backward(self, error_tensor):
        is_image = error_tensor.ndim == 4
        error = error_tensor
        if is_image:
            error = self.reformat(error_tensor)

        self._gradient_weights = np.sum(error * self.x_hat, axis=0)
        self._gradient_bias = np.sum(error, axis=0)

        # gradient with respect to the input, with gamma from before the update
        x_hat_error = error * self.weights
        if self.testing_phase:
            # mean and variance are constants here
            previous_error = x_hat_error / self.std
        else:
            mean_error = np.mean(x_hat_error, axis=0)
            mean_product = np.mean(x_hat_error * self.x_hat, axis=0)
            previous_error = (x_hat_error - mean_error - self.x_hat * mean_product) / self.std
        if is_image:
            previous_error = self.reformat(previous_error)

        if self._optimizer is not None:
            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)
            self.bias = self._bias_optimizer.calculate_update(self.bias, self._gradient_bias)

        return previous_error
