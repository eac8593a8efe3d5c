"""The reference container behind a desk of its own, to be filled and driven like the one under test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.guest.desk import Desk
from grader.guest.faults import Fault
from grader.guest.networks import NativeNetwork
from grader.guest.wire import Item
from grader.references import reference
from grader.remote import Array, InProcess


def reference_desk() -> InProcess:
    """Return a desk at which there is nothing but the reference container."""
    return _ReferenceDesk(Desk(_Reference()))


class _Reference:
    """A dialect in which there is nothing but the reference container."""

    def find(self, kind: str, component: str) -> tuple[Any, str, list[str]]:
        return reference("NeuralNetwork"), "", []

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
