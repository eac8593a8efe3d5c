"""The parameters of a layer as parts of one vector. P parameters in all."""

from __future__ import annotations

from typing import Any

import numpy as np

from framework.layer import Array, Layer
from framework.reference.fast._in_place import InPlaceOptimizer
from framework.reference.l1_regularizer import L1_Regularizer
from framework.reference.l2_regularizer import L2_Regularizer


def acts_elementwise(optimizer: InPlaceOptimizer) -> bool:
    """Return whether one step for all parameters in one vector is the same as one step for each of them."""
    known = optimizer.regularizer is None or type(optimizer.regularizer) in (L1_Regularizer, L2_Regularizer)
    return known and not optimizer.has_state  # a state has other names than the vector's


class FlatParameters:
    """All parameters of `layer` in one vector (P,), their gradients in another, and one optimizer for both.

    The arrays in `parameters` and `gradients` of the layer become views of these vectors, in `dtype`. If somebody puts
    other arrays there, or if pickle has made separate arrays of them, the next update collects them anew.
    """

    def __init__(self, layer: Layer, optimizer: InPlaceOptimizer, dtype: np.dtype[Any]) -> None:
        self._layer = layer
        self._optimizer = optimizer
        self._dtype = dtype
        self._collect()

    def update(self) -> None:
        """Let the optimizer move all parameters, in place."""
        if not self._is_whole():
            self._collect()
        self._optimizer.update("all", self._w, self._g)

    def _is_whole(self) -> bool:
        """Return whether the layer still holds our views and nothing else."""
        parameters, gradients = self._layer.parameters, self._layer.gradients
        if not len(parameters) == len(gradients) == len(self._views):
            return False
        return all(parameters.get(name) is w and gradients.get(name) is g for name, w, g in self._views)

    def _collect(self) -> None:
        """Copy the layer's arrays into the vectors, and give the layer views instead."""
        parameters, gradients = self._layer.parameters, self._layer.gradients
        self._w, self._g = (
            np.concatenate([arrays[name].ravel() for name in parameters]).astype(self._dtype, copy=False)
            for arrays in (parameters, gradients)
        )
        self._views: list[tuple[str, Array, Array]] = []
        end = 0
        for name, value in list(parameters.items()):
            start, end = end, end + value.size
            parameters[name], gradients[name] = (v[start:end].reshape(value.shape) for v in (self._w, self._g))
            self._views.append((name, parameters[name], gradients[name]))

    def __getstate__(self) -> dict[str, Any]:
        """Leave the vectors behind: a copy's arrays would not be parts of the copied vectors."""
        return {"_layer": self._layer, "_optimizer": self._optimizer, "_dtype": self._dtype, "_views": []}
