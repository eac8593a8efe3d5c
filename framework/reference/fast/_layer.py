"""What the fast layers have in common: the permissions that a fast network gives them."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import DTypeLike

from framework.layer import Array, Layer
from framework.reference.fast._memory import Workspace


class FastLayer(Layer):
    """A layer that saves copies when told that nobody else holds its arrays.

    `inside_network`: the input may be kept without a copy, and what forward or backward returns is overwritten by the
    next call. `overwrites_gradients`: backward replaces the gradients instead of adding to them, which saves the
    container from zeroing them. `owns_arguments`: neither the layer before needs its output again, nor the one behind
    its gradient, so both may be overwritten. `forward_only`: no backward follows, so nothing need be kept for it. All
    are off for a layer that is used by itself, and `NeuralNetwork` of this package sets them for its own layers.
    """

    inside_network: bool = False
    overwrites_gradients: bool = False
    owns_arguments: bool = False
    forward_only: bool = False

    @cached_property
    def _workspace(self) -> Workspace:
        return Workspace()

    def parameter_gradients(self, dout: Array) -> None:
        """Do what `backward` does except for dL/dx, which a network's first layer need not compute."""
        self.backward(dout)

    def _result(self, name: str, shape: tuple[int, ...], dtype: DTypeLike) -> Array:
        """Return an array for what is handed out: one that is used again inside a network, else a fresh one."""
        return self._workspace.array(name, shape, dtype) if self.inside_network else np.empty(shape, dtype)

    def _kept(self, x: Array) -> Array:
        """Return `x` for use in backward: a copy, unless nobody else can change it."""
        return x if self.inside_network else np.array(x)

    def _take(self, name: str, gradient: Array) -> None:
        """Let `gradient` enter the gradient of the parameter `name`."""
        if self.overwrites_gradients:
            self.gradients[name][...] = gradient
        else:
            self.gradients[name] += gradient
