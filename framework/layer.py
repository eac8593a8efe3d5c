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

An RNN reads a sequence `(T, D)`: its first axis is time, the batch size is one. Its attribute `memorize` (default
False) says whether a forward pass starts from the last hidden state of the one before.
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
        the same name and shape. Nothing is updated here: that is the container's job, afterwards. The loss sums
        over the batch, so no factor 1/N appears in a layer.
        """

    def initialize(self, weights_initializer: Initializer, bias_initializer: Initializer) -> None:  # noqa: B027 - most layers draw nothing
        """Draw all parameters anew. A layer with weights overrides this; the others have nothing to do.

        The weights initializer is told `fan_in` = inputs of one unit and `fan_out` = units fed by one input, the
        bias not counted: (D, M) for FullyConnected, (C*h*w, K*h*w) for Conv, (D+U, U) and (U, M) for the RNN.
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
