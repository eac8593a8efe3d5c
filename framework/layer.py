"""The interface of a layer (native contract).

Shape letters: N batch, C channels, H W space, D input features, M output features, T time, U hidden units.

Names, constructors and parameters that a submission uses:

| class | constructor | `parameters` |
|---|---|---|
| `FullyConnected` | `(input_size, output_size)` | `W (D, M)`, `b (M,)` |
| `ReLU`, `Sigmoid`, `TanH`, `SoftMax`, `Flatten` | `()` | none |
| `Conv` | `(stride_shape, convolution_shape, num_kernels, padding="same")` | `W (K, C, h[, w])`, `b (K,)` |
| `Pooling` | `(stride_shape, pooling_shape)` | none |
| `Dropout` | `(probability)`, the fraction to keep | none |
| `BatchNormalization` | `(channels)` | `gamma (C,)`, `beta (C,)` |
| `RNN` | `(input_size, hidden_size, output_size)` | `Wx (D, U)`, `Wh (U, U)`, `bh (U,)`, `Wy (U, M)`, `by (M,)` |

What they compute:

- `FullyConnected`: x W + b. `ReLU`: max(0, x). `SoftMax`: over each row. `Flatten`: keeps the batch axis, row-major.
- `Conv`: cross-correlation (the kernel is not flipped), summed over channels, plus the bias. `convolution_shape` is
  `(C, h)` or `(C, h, w)`; a single stride counts for every direction. `"same"` pads with zeros and then keeps every
  s-th output from index 0, so that ceil(H / s) remain; where an even kernel's extra zero goes is up to you. `"valid"`
  does not pad: (H - h) // s + 1 remain.
- `Pooling`: the maximum of each window, 2-D, without padding: (H - h) // s + 1 remain. Of equal maxima one wins.
- `Dropout`: inverted: in training each element is kept with the probability given and divided by it; in the test phase
  nothing happens.
- `BatchNormalization`: gamma * x_hat + beta with the batch's mean and biased variance (over the batch for (N, C), over
  batch and space for (N, C, H, W)); epsilon below 1e-10. Moving averages start with the first training batch, then keep
  0.8 of the old value; the test phase uses and does not change them. gamma starts as ones, beta as zeros, and
  `initialize` resets them, whatever the initializers.
- `RNN`: h_t = tanh(x_t Wx + h_{t-1} Wh + bh), y_t = sigmoid(h_t Wy + by), h_0 = 0. It reads a sequence `(T, D)`: the
  first axis is time, the batch size is one. With `memorize` (default False) a forward pass starts from the last hidden
  state of the one before; the gradient does not flow back into that one. Switching it off forgets the state.

Before `initialize`, weights and biases are drawn from U[0, 1).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from framework.initializer import Initializer

Array = NDArray[Any]


class Layer(ABC):
    """One step of a network: `forward` computes, `backward` returns the derivative.

    The only guaranteed order of calls is one forward, then at most one backward.
    """

    trainable: bool = False

    def __init__(self) -> None:
        self.training: bool = True
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}

    @abstractmethod
    def forward(self, x: Array) -> Array:
        """Return the output for the batch `x` (N, ...) and keep what `backward` needs. `x` stays as it is."""

    @abstractmethod
    def backward(self, dout: Array) -> Array:
        """Return dL/dx for the last forward, shaped like its `x`, given `dout` = dL/d(output).

        Every parameter's gradient, summed over the batch (and over time), is *added* to `gradients`, an array of
        the same name and shape (the container calls `zero_grad` before, which makes them). Nothing is updated here:
        that is the container's job, afterwards. The loss sums over the batch, so no factor 1/N appears in a layer.
        """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:  # noqa: B027 - most layers draw nothing
        """Draw all parameters anew. A layer with weights overrides this; the others have nothing to do.

        The weights initializer is told `fan_in` = inputs of one unit and `fan_out` = units fed by one input, the
        bias not counted: (D, M) for FullyConnected, (C*h*w, K*h*w) for Conv, (D+U, U) and (U, M) for the RNN. What
        fans the bias initializer is told is up to you.
        """

    def zero_grad(self) -> None:
        """Set every gradient to zero, in place."""
        for name, value in self.parameters.items():
            if name in self.gradients:
                self.gradients[name][...] = 0
            else:
                self.gradients[name] = np.zeros_like(value)

    def train(self) -> None:
        """Switch to the training phase (dropout drops, batch normalization uses the batch's statistics)."""
        self.training = True

    def eval(self) -> None:
        """Switch to the test phase."""
        self.training = False
