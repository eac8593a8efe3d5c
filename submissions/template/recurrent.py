"""Elman RNN."""

from framework.layer import Layer


class RNN(Layer):
    """h_t = tanh(x_t Wx + h_{t-1} Wh + bh),  y_t = sigmoid(h_t Wy + by).

    The first axis of the input is time, the batch size is one. A forward pass starts from zeros, or, when
    `self.memorize` is True, from the last hidden state of the forward pass before (zeros if there was none).

    Parameters: `Wx` (input_size, hidden_size), `Wh` (hidden_size, hidden_size), `bh` (hidden_size,),
    `Wy` (hidden_size, output_size), `by` (output_size,), all drawn from U[0, 1) at first. Put them into
    `self.parameters` in the constructor; `self.zero_grad()` then makes the matching `self.gradients`.
    """

    trainable = True

    def __init__(self, input_size, hidden_size, output_size):
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.output_size = output_size
        self.memorize = False
        # still missing: the five entries of self.parameters and their gradients

    def initialize(self, weights_initializer, bias_initializer):
        """Draw all five anew; fans (input + hidden, hidden) for Wx, Wh, bh and (hidden, output) for Wy, by."""
        raise NotImplementedError("RNN.initialize is yours to write")

    def forward(self, x):
        """x (T, input_size) -> y (T, output_size)."""
        raise NotImplementedError("RNN.forward is yours to write")

    def backward(self, dout):
        """dout (T, output_size) -> dx (T, input_size); add all gradients, summed over time.

        Go back through time over the whole sequence, but not into the sequence before.
        """
        raise NotImplementedError("RNN.backward is yours to write")
