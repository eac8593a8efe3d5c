"""The reference classes by the name of the component."""

from __future__ import annotations

import importlib
from typing import Any

_MODULES = {
    **{name: name.lower() for name in ("ReLU", "TanH", "Sigmoid", "Flatten", "Pooling", "Conv", "Dropout", "RNN")},
    **{name: name.lower() for name in ("Sgd", "Adam", "He", "Xavier", "Constant")},
    "FullyConnected": "fully_connected",
    "SoftMax": "soft_max",
    "BatchNormalization": "batch_normalization",
    "CrossEntropyLoss": "cross_entropy_loss",
    "L2Loss": "l2_loss",
    "SgdWithMomentum": "sgd_with_momentum",
    "L1_Regularizer": "l1_regularizer",
    "L2_Regularizer": "l2_regularizer",
    "UniformRandom": "uniform_random",
    "NeuralNetwork": "neural_network",
}


def reference(component: str) -> Any:
    """Return the reference class of a component; raise LookupError if there is none."""
    if component not in _MODULES:
        raise LookupError(f"there is no reference of {component}")
    return getattr(importlib.import_module(f"framework.reference.{_MODULES[component]}"), component)
