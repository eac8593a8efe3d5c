"""Fair variants of the layers of `example_fau` that have parameters of their own."""

# ruff: noqa: E501 - a variant in a line or two is easier to read

from __future__ import annotations

from grader.selftest.variants.variant import Variant, of_layer

FRONT = "front_y = self.kernel_y // 2\n        front_x = self.kernel_x // 2\n        "
OTHER_FRONT = FRONT.replace("self.kernel_y", "(self.kernel_y - 1)").replace("self.kernel_x", "(self.kernel_x - 1)")
CENTRED = """front_y = max((-(-y // self.stride_y) - 1) * self.stride_y + self.kernel_y - y, 0) // 2
        front_x = max((-(-x // self.stride_x) - 1) * self.stride_x + self.kernel_x - x, 0) // 2
        self.front = front_y, front_x
        """
PRODUCT = "output = np.matmul(kernels, self.columns) + self.bias.reshape(1, -1, 1)"
MOVED = "(1 - self.alpha) * var"
ROW = ("np.ones(channels)", "np.ones((1, channels))"), ("np.zeros(channels)", "np.zeros((1, channels))")
LAZY = "        is_image = input_tensor.ndim == 4\n"
UPDATE = "            self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)\n"
FC_FORWARD, FC_ERROR = "return np.dot(self.input_tensor, self.weights)", "np.dot(error_tensor, self.weights[:-1].T)"
FC_GRADIENT = "self._gradient_weights = np.dot(self.input_tensor.T, error_tensor)"
ONES = "np.hstack([input_tensor, ones])"
FC_STACK = "self.weights = np.vstack([weights, bias])"
HOOK = "    @property\n    def gradient_weights"
FC_BORN = "self.weights = np.random.uniform(0, 1, (input_size + 1, output_size))"

# fmt: off
FULLY_CONNECTED: list[Variant] = [
    of_layer(1, "FullyConnected", "a setter that stores float32",
        (HOOK, "    @property\n    def weights(self):\n        return self._weights\n\n    @weights.setter\n    def weights(self, weights):\n        self._weights = np.asarray(weights, dtype=np.float32)\n\n" + HOOK),
        (FC_FORWARD, FC_FORWARD + ".astype(np.float32)"),
        ("return previous_error", "return previous_error.astype(np.float32)"),
        (FC_GRADIENT, FC_GRADIENT + ".astype(np.float32)")),
    of_layer(1, "FullyConnected", "float32 inside, float64 outside",
        (ONES, ONES + ".astype(np.float32)"),
        (FC_FORWARD, "return np.dot(self.input_tensor, self.weights.astype(np.float32)).astype(float)"),
        (FC_ERROR, "np.dot(error_tensor.astype(np.float32), self.weights[:-1].T.astype(np.float32)).astype(float)"),
        (FC_GRADIENT, "self._gradient_weights = np.dot(self.input_tensor.T, error_tensor.astype(np.float32)).astype(float)")),
    of_layer(7, "FullyConnected", "read-only answers",
        (FC_FORWARD, "output = np.dot(self.input_tensor, self.weights)\n        output.setflags(write=False)\n        return output"),
        ("return previous_error", "previous_error.setflags(write=False)\n        return previous_error")),
    of_layer(7, "FullyConnected", "answers in Fortran order",
        (FC_FORWARD, "return np.asfortranarray(np.dot(self.input_tensor, self.weights))"),
        ("return previous_error", "return np.asfortranarray(previous_error)")),
    of_layer(8, "FullyConnected", "weights transposed",
        (FC_BORN, "self.weights = np.random.uniform(0, 1, (output_size, input_size + 1))"),
        (FC_STACK, "self.weights = np.vstack([weights, bias]).T"),
        (FC_FORWARD, "return np.dot(self.input_tensor, self.weights.T)"),
        (FC_ERROR, "np.dot(error_tensor, self.weights[:, :-1])"),
        (FC_GRADIENT, "self._gradient_weights = np.dot(error_tensor.T, self.input_tensor)")),
    of_layer(8, "FullyConnected", "bias in the first row",
        (FC_STACK, "self.weights = np.vstack([bias, weights])"), (ONES, "np.hstack([ones, input_tensor])"),
        (FC_ERROR, "np.dot(error_tensor, self.weights[1:].T)")),
    of_layer(8, "FullyConnected", "a bias of its own",
        (FC_BORN, "self.weights = np.random.uniform(0, 1, (input_size, output_size))\n        self.bias = np.random.uniform(0, 1, (1, output_size))"),
        ("        self._optimizer = optimizer\n", "        import copy\n        self._optimizer = optimizer\n        self._bias_optimizer = copy.deepcopy(optimizer)\n"),
        (FC_STACK, "self.weights = weights\n        self.bias = bias"), (ONES, "input_tensor"),
        (FC_FORWARD, FC_FORWARD + " + self.bias"), (FC_ERROR, "np.dot(error_tensor, self.weights.T)"),
        (FC_GRADIENT, FC_GRADIENT + "\n        self.gradient_bias = error_tensor.sum(axis=0, keepdims=True)"),
        (UPDATE, UPDATE + "            self.bias = self._bias_optimizer.calculate_update(self.bias, self.gradient_bias)\n")),
    of_layer(10, "FullyConnected", "the update is written into the old array",
        (UPDATE, UPDATE.replace("self.weights =", "self.weights[...] ="))),
    of_layer(12, "FullyConnected", "further optional arguments, other names, *args",
        ("__init__(self, input_size, output_size)", "__init__(self, input_size, output_size, seed=None, *args)"),
        ("forward(self, input_tensor)", "forward(self, input_tensor, debug=False, **options)"),
        ("backward(self, error_tensor)", "backward(self, error_tensor, *_)"),
        ("initialize(self, weights_initializer, bias_initializer):", "initialize(self, w_init=None, b_init=None):\n        weights_initializer, bias_initializer = w_init, b_init")),
    of_layer(18, "FullyConnected", "gradients are added to, and start anew in forward",
        (FC_FORWARD, "self._gradient_weights = np.zeros_like(self.weights)\n        " + FC_FORWARD),
        (FC_GRADIENT, "self._gradient_weights += np.dot(self.input_tensor.T, error_tensor)")),
    of_layer(21, "FullyConnected", "keeps the plain input, and adds the ones again in backward",
        ("self.input_tensor = np.hstack([input_tensor, ones])", "self.plain = input_tensor"),
        (FC_FORWARD, "return np.dot(np.hstack([input_tensor, ones]), self.weights)"),
        (FC_GRADIENT, "self._gradient_weights = np.vstack([self.plain.T @ error_tensor, error_tensor.sum(axis=0)])")),
    of_layer(22, "FullyConnected", "without the class BaseLayer",
        ("class FullyConnected(BaseLayer)", "class FullyConnected"),
        ("        super().__init__()\n", "        self.testing_phase = False\n")),
]

CONV: list[Variant] = [
    of_layer(2, "Conv", "an even kernel's extra zero behind", (FRONT + "self", OTHER_FRONT + "self"), (FRONT + "y =", OTHER_FRONT + "y =")),
    of_layer(3, "Conv", "strided windows centred, as in TensorFlow",
        (FRONT + "self", CENTRED + "self"), (FRONT + "y =", "front_y, front_x = self.front\n        y =")),
    of_layer(8, "Conv", "a list of kernels",
        ("np.random.uniform(0, 1, (num_kernels,) + self.convolution_shape)", "list(np.random.uniform(0, 1, (num_kernels,) + self.convolution_shape))"),
        ("        kernels = self.weights.reshape(self.num_kernels, -1)\n        output", "        kernels = np.array(self.weights).reshape(self.num_kernels, -1)\n        output"),
        ("        kernels = self.weights.reshape(self.num_kernels, -1)\n\n", "        kernels = np.array(self.weights).reshape(self.num_kernels, -1)\n\n"),
        (".reshape(self.weights.shape)", ".reshape(np.shape(self.weights))"),
        ("self.weights = self._optimizer.calculate_update(self.weights, self._gradient_weights)", "self.weights = list(self._optimizer.calculate_update(np.array(self.weights), self._gradient_weights))")),
    of_layer(8, "Conv", "bias as a row",
        ("uniform(0, 1, num_kernels)", "uniform(0, 1, (1, num_kernels))"),
        ("np.sum(error, axis=(0, 2))", "np.sum(error, axis=(0, 2))[np.newaxis]")),
    of_layer(8, "Conv", "bias (K,), its gradient (1, K)", ("np.sum(error, axis=(0, 2))", "np.sum(error, axis=(0, 2))[np.newaxis]")),
    of_layer(8, "Conv", "bias (1, K), its gradient (K,)", ("uniform(0, 1, num_kernels)", "uniform(0, 1, (1, num_kernels))")),
    of_layer(1, "Conv", "answers in float32",
        ("        if self.is_1d:\n            return output\n", "        output = output.astype(np.float32)\n        if self.is_1d:\n            return output\n"),
        ("return previous_error.", "return previous_error.astype(np.float32).")),
    of_layer(1, "Conv", "float32 inside, float64 outside",
        (PRODUCT, "output = (np.matmul(kernels.astype(np.float32), self.columns.astype(np.float32)) + self.bias.reshape(1, -1, 1)).astype(float)"),
        ("column_error = np.matmul(kernels.T, error)", "column_error = np.matmul(kernels.T.astype(np.float32), error.astype(np.float32)).astype(float)"),
        ("np.tensordot(error, self.columns,", "np.tensordot(error.astype(np.float32), self.columns.astype(np.float32),")),
    of_layer(29, "Conv", "one optimizer object with a state for each parameter",
        ("self._bias_optimizer = copy.deepcopy(optimizer)", "self._bias_optimizer = copy.copy(optimizer)")),
    Variant((20,), "the container hands out the bias's optimizer", "example_fau", ("Conv", "NeuralNetwork"), (
        ("Layers/Conv.py", "        self._bias_optimizer = copy.deepcopy(optimizer)\n", ""),
        ("Layers/Conv.py", "self._bias_optimizer = None", "self.bias_optimizer = None"),
        ("Layers/Conv.py", "self._bias_optimizer.calculate", "self.bias_optimizer.calculate"),
        ("NeuralNetwork.py", "            layer.optimizer = copy.deepcopy(self.optimizer)\n",
            "            layer.optimizer = copy.deepcopy(self.optimizer)\n            if hasattr(layer, 'bias_optimizer'):\n                layer.bias_optimizer = copy.deepcopy(self.optimizer)\n"),
    )),
    of_layer(7, "Conv", "the input gradient is a slice of a larger array", ("return previous_error.reshape(self.input_shape)", "return previous_error[..., 0] if self.is_1d else previous_error")),
    of_layer(23, "Conv", "sums over strided windows",
        (PRODUCT, "windows = np.lib.stride_tricks.sliding_window_view(padded, (self.kernel_y, self.kernel_x), axis=(2, 3))[:, :, ::self.stride_y, ::self.stride_x]\n"
            "        weights = self.weights.reshape(self.num_kernels, c, self.kernel_y, self.kernel_x)\n"
            "        output = np.einsum('bcyxij,kcij->bkyx', windows, weights).reshape(b, self.num_kernels, -1) + self.bias.reshape(1, -1, 1)")),
    of_layer(23, "Conv", "scipy.signal",
        (PRODUCT, "from scipy.signal import correlate\n        weights = self.weights.reshape(self.num_kernels, c, self.kernel_y, self.kernel_x)\n"
            "        output = np.array([[correlate(image, kernel, mode='valid')[0] for kernel in weights] for image in padded])\n"
            "        output = output[:, :, ::self.stride_y, ::self.stride_x].reshape(b, self.num_kernels, -1) + self.bias.reshape(1, -1, 1)")),
    of_layer(23, "Conv", "by Fourier transform",
        (PRODUCT, "shape = padded.shape[2:]\n        weights = self.weights.reshape(self.num_kernels, c, self.kernel_y, self.kernel_x)\n"
            "        product = np.einsum('bcyx,kcyx->bkyx', np.fft.rfft2(padded, shape), np.conj(np.fft.rfft2(weights, shape)))\n"
            "        output = np.fft.irfft2(product, shape)[:, :, :y:self.stride_y, :x:self.stride_x].reshape(b, self.num_kernels, -1) + self.bias.reshape(1, -1, 1)")),
]

BATCH_NORMALIZATION: list[Variant] = [
    of_layer(16, "BatchNormalization", "decay 0.9", ("self.alpha = 0.8", "self.alpha = 0.9")),
    of_layer(16, "BatchNormalization", "decay 0.99", ("self.alpha = 0.8", "self.alpha = 0.99")),
    of_layer(16, "BatchNormalization", "decay 0.5", ("self.alpha = 0.8", "self.alpha = 0.5")),
    of_layer((15, 16), "BatchNormalization", "unbiased moving variance",
        (MOVED, MOVED + " * len(x) / (len(x) - 1)"),
        ("self.moving_var = var\n", "self.moving_var = var * len(x) / max(len(x) - 1, 1)\n")),
    of_layer(14, "BatchNormalization", "epsilon 1e-10", ("self.eps = np.finfo(float).eps", "self.eps = 1e-10")),
    of_layer(8, "BatchNormalization", "gamma and beta as rows", *ROW,
        ("(error * self.x_hat, axis=0)", "(error * self.x_hat, axis=0, keepdims=True)"),
        ("np.sum(error, axis=0)", "np.sum(error, axis=0, keepdims=True)")),
    of_layer(8, "BatchNormalization", "gamma (C,), its gradient (1, C)",
        ("np.sum(error * self.x_hat, axis=0)", "np.sum(error * self.x_hat, axis=0, keepdims=True)"),
        ("np.sum(error, axis=0)", "np.sum(error, axis=0, keepdims=True)")),
    of_layer(12, "BatchNormalization", "initialize without arguments", ("weights_initializer=None, bias_initializer=None", "")),
    of_layer(11, "BatchNormalization", "parameters created in the first forward",
        ("self.weights = np.ones(channels)", "self.weights = None"), ("self.bias = np.zeros(channels)", "self.bias = None"),
        (LAZY, LAZY + "        if self.weights is None:\n            self.initialize()\n")),
    of_layer(11, "BatchNormalization", "parameters created anew in the first forward",
        (LAZY, LAZY + "        if self.x_hat is None:\n            self.initialize()\n")),
    of_layer(1, "BatchNormalization", "answers in float32",
        ("        return output\n", "        return output.astype(np.float32)\n"),
        ("        return previous_error\n", "        return previous_error.astype(np.float32)\n")),
    of_layer(1, "BatchNormalization", "float32 inside, float64 outside",
        ("        return output\n", "        return output.astype(np.float32).astype(float)\n"),
        ("        return previous_error\n", "        return previous_error.astype(np.float32).astype(float)\n")),
    of_layer(29, "BatchNormalization", "a shallow copy of the optimizer for beta",
        ("self._bias_optimizer = copy.deepcopy(optimizer)", "self._bias_optimizer = copy.copy(optimizer)")),
]

RNN: list[Variant] = [
    of_layer(24, "RNN", "hidden state first in the concatenation",
        ("np.hstack([x, hidden])", "np.hstack([hidden, x])"),
        ("error[0, :self.input_size]", "error[0, self.hidden_size:]"), ("error[:, self.input_size:]", "error[:, :self.hidden_size]")),
    of_layer(24, "RNN", "a linear output",
        ("y = self.sigmoid.forward(self.output_fc.forward(hidden))", "y = self.output_fc.forward(hidden)"),
        ("error = self.sigmoid.backward(error_tensor[t].reshape(1, -1))", "error = error_tensor[t].reshape(1, -1)")),
    of_layer(25, "RNN", "the hidden state is a vector",
        ("self.hidden_state = np.zeros((1, hidden_size))", "self.hidden_state = np.zeros(hidden_size)"),
        ("hidden = self.hidden_state\n", "hidden = self.hidden_state[np.newaxis]\n"), ("self.hidden_state = hidden\n", "self.hidden_state = hidden[0]\n")),
    of_layer(25, "RNN", "a list of hidden states",
        ("self.hidden_state = np.zeros((1, hidden_size))", "self.hidden_state = [np.zeros((1, hidden_size))]"),
        ("hidden = self.hidden_state\n", "hidden = self.hidden_state[-1]\n"), ("self.hidden_state = hidden\n", "self.hidden_state = [np.zeros((1, self.hidden_size))] + self.hidden_states\n")),
    of_layer(25, "RNN", "setting memorize resets, too",
        ("        self._memorize = value\n", "        self._memorize = value\n        self.hidden_state = np.zeros((1, self.hidden_size))\n")),
    of_layer(29, "RNN", "a shallow copy of the optimizer for the output layer",
        ("self._output_optimizer = copy.deepcopy(optimizer)", "self._output_optimizer = copy.copy(optimizer)")),
    of_layer(1, "RNN", "float32 inside, float64 outside",
        ("        return output\n", "        return output.astype(np.float32).astype(float)\n"),
        ("        return previous_error", "        return previous_error.astype(np.float32).astype(float)")),
    of_layer(1, "RNN", "answers in float32",
        ("        return output\n", "        return output.astype(np.float32)\n"), ("        return previous_error", "        return previous_error.astype(np.float32)")),
]
# fmt: on

VARIANTS = [*FULLY_CONNECTED, *CONV, *BATCH_NORMALIZATION, *RNN]
