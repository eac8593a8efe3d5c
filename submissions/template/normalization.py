"""Batch normalization."""

from framework.layer import Layer


class BatchNormalization(Layer):
    """x_hat = (x - mean) / sqrt(variance + eps), y = gamma * x_hat + beta, for every channel by itself; eps < 1e-10.

    Training: mean and (biased) variance of this batch, over the batch and, for images, over space. They also go
    into moving averages: the first batch sets them, from then on new = 0.8 * old + 0.2 * this batch.
    Test phase (`self.training` is False): the moving averages are used and stay as they are.

    Parameters: `gamma` (channels,), ones at first, and `beta` (channels,), zeros. Put them into `self.parameters`
    in the constructor; `self.zero_grad()` then makes the matching `self.gradients`.
    """

    trainable = True

    def __init__(self, channels):
        super().__init__()
        self.channels = channels
        # still missing: self.parameters["gamma"], self.parameters["beta"] and their gradients

    def initialize(self, weights_initializer, bias_initializer):
        """Set gamma to ones and beta to zeros again; the initializers are not used."""
        raise NotImplementedError("BatchNormalization.initialize is yours to write")

    def forward(self, x):
        """x (N, C) or (N, C, H, W) -> y of the same shape; one layer may see both in turn."""
        raise NotImplementedError("BatchNormalization.forward is yours to write")

    def backward(self, dout):
        """dout, shaped like y -> dx of the same shape; mean and variance depend on x, too. Add both gradients."""
        raise NotImplementedError("BatchNormalization.backward is yours to write")
