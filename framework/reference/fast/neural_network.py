"""The container for fast layers: nothing allocated twice, one vector of parameters. N batch, K classes."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import DTypeLike

from framework.initializer import Initializer
from framework.layer import Array, Layer
from framework.loss import Loss
from framework.optimizer import Optimizer
from framework.reference import cross_entropy_loss, l2_loss, neural_network
from framework.reference.fast._flat_parameters import FlatParameters, acts_elementwise
from framework.reference.fast._in_place import InPlaceOptimizer
from framework.reference.fast._layer import FastLayer
from framework.reference.fast.batch_normalization import BatchNormalization
from framework.reference.fast.conv import Conv
from framework.reference.fast.conv_block import ConvBlock
from framework.reference.fast.flatten import Flatten
from framework.reference.fast.fully_connected import FullyConnected
from framework.reference.fast.pooling import Pooling
from framework.reference.fast.relu import ReLU
from framework.reference.fast.soft_max import SoftMax

_DONE_WITH_OUTPUT = (BatchNormalization, Conv, FullyConnected)  # backward needs nothing of what forward returned

LARGEST_PART = 128  # samples that go through the layers at once: more need more memory and bring next to nothing
LARGEST_FORWARD = (
    512  # without a backward, samples times bytes of a number: what is not kept had better stay in the cache
)

_BY_SAMPLE = (Conv, ConvBlock, Flatten, FullyConnected, Pooling, ReLU, SoftMax)  # each row for itself, no state


class NeuralNetwork(neural_network.NeuralNetwork):
    """The general container, which does the same in a faster way where it can.

    - Everything is computed in `dtype`, float32 or float64: parameters and images are converted.
    - Fast layers reuse their arrays. So what a layer of this network returned is overwritten by its next call; what
      the network itself returns is not.
    - The first layer does not compute the gradient of the images, if it is a fast one.
    - A layer's parameters are parts of one vector, likewise its gradients, so the optimizer makes one step for all.
      That holds for the fast optimizers, alone or with an L1 or L2 penalty; others see one parameter at a time.
    - `train` and `test` split large batches, if all layers treat each sample for itself, and add the gradients up.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        weights_initializer: Initializer,
        bias_initializer: Initializer,
        *,
        dtype: DTypeLike = np.float64,
    ) -> None:
        super().__init__(optimizer, weights_initializer, bias_initializer)
        self.dtype = np.dtype(dtype)
        if self.dtype not in (np.float32, np.float64):
            raise ValueError(f"dtype must be float32 or float64, not {dtype!r}")
        self._flat: list[FlatParameters | None] = []  # one for each of the layers

    def append_layer(self, layer: Layer) -> None:
        """Add `layer` behind the others. A trainable one is initialized and gets its own copy of the optimizer."""
        super().append_layer(layer)
        optimizer = self._optimizers[-1]
        if layer.trainable:
            for arrays in (layer.parameters, layer.gradients):
                for name, value in arrays.items():
                    arrays[name] = value.astype(self.dtype, copy=False)
        flat = None
        if isinstance(optimizer, InPlaceOptimizer) and acts_elementwise(optimizer):
            flat = FlatParameters(layer, optimizer, self.dtype)
        self._flat.append(flat)
        if isinstance(layer, FastLayer):
            layer.inside_network = True
            layer.owns_arguments = len(self.layers) > 1 and type(self.layers[-2]) in _DONE_WITH_OUTPUT

    def forward(self) -> float:
        """Draw one batch and return its loss: the loss layer's, plus the regularizer's norm of all weights."""
        data_layer, loss_layer = self._ready()
        x, self._label = data_layer.next()
        return self._loss_of(loss_layer, x, self._label) + self._regularization_loss()

    def backward(self) -> None:
        """Zero the gradients, send the last batch's error back through all layers, and only then update them."""
        _, loss_layer = self._ready()
        self._backpropagate(loss_layer.backward(self._label), first_part=True)
        self._update()

    def train(self, iterations: int) -> None:
        """Switch to the training phase; then, `iterations` times, learn from one batch and note its loss."""
        self.phase = "train"
        for _ in range(iterations):
            data_layer, loss_layer = self._ready()
            x, label = data_layer.next()
            loss = 0.0
            for part in self._parts(len(x), LARGEST_PART, loss_layer):
                loss += self._loss_of(loss_layer, x[part], label[part])
                self._backpropagate(loss_layer.backward(label[part]), first_part=part.start == 0)
            self.loss.append(loss + self._regularization_loss())
            self._update()

    def test(self, x: Array) -> Array:
        """Switch to the test phase, stay in it, and return the last layer's output for `x` (N, ...)."""
        self.phase = "test"
        fast = [layer for layer in self.layers if isinstance(layer, FastLayer)]
        for layer in fast:
            layer.forward_only = True
        try:
            # Copies: the last layer writes the output of the next part to where that of this one is.
            parts = self._parts(len(x), LARGEST_FORWARD // self.dtype.itemsize)
            return np.concatenate([self._output(x[part]).copy() for part in parts])
        finally:
            for layer in fast:
                layer.forward_only = False

    def _parts(self, samples: int, largest: int, loss_layer: Loss | None = None) -> list[slice]:
        """Return the parts, of about equal size, in which a batch of so many `samples` goes through the layers."""
        losses = (cross_entropy_loss.CrossEntropyLoss, l2_loss.L2Loss)  # sums over the samples
        by_sample = loss_layer is None or isinstance(loss_layer, losses)
        by_sample = by_sample and all(type(layer) in _BY_SAMPLE for layer in self.layers)
        count = -(-samples // largest) if by_sample and samples else 1
        ends = [samples * i // count for i in range(count + 1)]
        return [slice(start, end) for start, end in pairwise(ends)]

    def _output(self, x: Array) -> Array:
        return super()._output(x.astype(self.dtype, copy=False))

    def _loss_of(self, loss_layer: Loss, x: Array, label: Array) -> float:
        return loss_layer.forward(self._output(x), label)

    def _backpropagate(self, error: Array, *, first_part: bool) -> None:
        """Compute the gradients of all parameters: anew for the first part of a batch, added to them for others."""
        for layer in self.layers:
            if isinstance(layer, FastLayer):
                layer.overwrites_gradients = first_part
            elif first_part:
                layer.zero_grad()
        for layer in reversed(self.layers[1:]):
            error = layer.backward(error)
        for layer in self.layers[:1]:
            if isinstance(layer, FastLayer):
                layer.parameter_gradients(error)
            else:
                layer.backward(error)

    def _update(self) -> None:
        """Let every optimizer move its layer's parameters, in place: all at once if it is one of those that can."""
        for layer, optimizer, flat in zip(self.layers, self._optimizers, self._flat, strict=True):
            if flat is not None:
                flat.update()
            elif optimizer is not None:
                for name, value in layer.parameters.items():
                    value[...] = optimizer.step(name, value, layer.gradients[name])
