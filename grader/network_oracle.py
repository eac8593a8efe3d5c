"""The reference container, filled with the same stand-ins as the one under test and driven by the same calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from framework.reference.neural_network import NeuralNetwork
from grader.guest.desk import Desk
from grader.guest.faults import Fault
from grader.guest.networks import NativeNetwork
from grader.guest.wire import Item
from grader.model import Case, Conventions
from grader.remote import Array, InProcess
from grader.remote_network import RemoteNetwork


def network_oracle(network: RemoteNetwork, case: Case, conventions: Conventions) -> RemoteNetwork:
    """Return the reference, as empty as the network under test."""
    return RemoteNetwork(_ReferenceDesk(Desk(_Reference())), network.component, network.init)


class _Reference:
    """A dialect in which there is nothing but the reference container."""

    def find(self, kind: str, component: str) -> tuple[Any, str, list[str]]:
        return NeuralNetwork, "", []

    def unit(self, kind: str, component: str, cls: Any, init: Mapping[str, Any]) -> Any:
        return NativeNetwork(cls, init, self._own)

    def _own(self, component: str, init: Mapping[str, Any]) -> Any:
        raise LookupError(f"the reference container is not tried with a {component}")


class _ReferenceDesk(InProcess):
    """A desk whose faults are the grader's own, never the hand-in's."""

    def ask(
        self,
        operation: str,
        args: Mapping[str, Any] | None = None,
        arrays: Mapping[str, Array] | None = None,
        *,
        seconds: float | None = None,
    ) -> dict[str, Item]:
        try:
            return super().ask(operation, args, arrays, seconds=seconds)
        except Fault as fault:
            raise RuntimeError(f"the reference container: {fault.error} {fault.message}") from fault
