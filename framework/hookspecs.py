"""The hooks by which a submission names its classes.

A submission's own `pyproject.toml` points at a module (or an object in one, `module:object`) that implements some
of them:

    [project.entry-points.backcheck]
    mine = "handin"

with, in `handin.py`,

    from framework.hookspecs import hookimpl
    from my_layers import ReLU, RNN

    @hookimpl
    def backcheck_layers():
        return {"ReLU": ReLU, "RNN": RNN}

What is not finished yet is simply left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pluggy

hookspec = pluggy.HookspecMarker("backcheck")
hookimpl = pluggy.HookimplMarker("backcheck")


@hookspec
def backcheck_layers() -> dict[str, type]:  # type: ignore[empty-body]  # a specification has no body
    """Return the layer classes by name: `{"FullyConnected": FullyConnected, ...}`."""


@hookspec
def backcheck_losses() -> dict[str, type]:  # type: ignore[empty-body]  # a specification has no body
    """Return the loss classes by name: `{"CrossEntropyLoss": CrossEntropyLoss, ...}`."""


@hookspec
def backcheck_optimizers() -> dict[str, type]:  # type: ignore[empty-body]  # a specification has no body
    """Return the optimizer classes by name: `{"Sgd": Sgd, "Adam": Adam, ...}`."""


@hookspec
def backcheck_initializers() -> dict[str, type]:  # type: ignore[empty-body]  # a specification has no body
    """Return the initializer classes by name: `{"Xavier": Xavier, ...}`."""


@hookspec
def backcheck_regularizers() -> dict[str, type]:  # type: ignore[empty-body]  # a specification has no body
    """Return the constraint classes by name: `{"L2_Regularizer": L2_Regularizer, ...}`."""


@hookspec
def backcheck_network() -> dict[str, Callable[..., Any]]:  # type: ignore[empty-body]  # a specification has no body
    """Return the container and, if there is one, the function that builds LeNet with it.

    `{"NeuralNetwork": NeuralNetwork, "LeNet": build}`; `build()` returns a network with its `loss_layer` set.
    """
