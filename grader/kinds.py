"""The kinds of components, and what stands for each of them on the grader's side."""

from __future__ import annotations

from typing import Any

from grader.remote import RemoteInitializer, RemoteLayer, RemoteLoss, RemoteOptimizer, RemoteRegularizer
from grader.remote_lenet import RemoteLeNet
from grader.remote_network import RemoteNetwork

UNITS: dict[str, Any] = {
    unit.kind: unit
    for unit in (
        *(RemoteLayer, RemoteLoss, RemoteOptimizer, RemoteRegularizer, RemoteInitializer),
        *(RemoteNetwork, RemoteLeNet),
    )
}
