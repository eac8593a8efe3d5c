"""The container behind a desk, as the checks see it. N batch, D inputs, M outputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from grader.remote import Array, Remote, malformed

Batch = tuple[Array, Array]


class RemoteNetwork(Remote):
    """A container that is filled with the guest's stand-ins (`guest/standins.py`) and trained on given batches.

    `init` names what it is made with: `optimizer` and `rates` (`aids.OPTIMIZERS`), the values of two constant
    initializers, `weights` and `bias`, and perhaps the optimizer's regularizer, `penalty` and `alpha`.
    """

    kind = "network"

    def arguments(self) -> float:
        """Return how many of (optimizer, weights initializer, bias initializer) the constructor takes."""
        return self._number("arguments")

    def append(self, name: str, arrays: Mapping[str, Array] | None = None, *, obeys: bool = False) -> None:
        """Append a stand-in: `distances` (W (D, M), b (M,)), `arctan` or `phased`; `obeys`: it can be initialized."""
        self._call("append", arrays, name=name, **({"obeys": obeys} if arrays else {}))

    def append_own(self, component: str, init: Mapping[str, Any]) -> None:
        """Append a layer of the same hand-in."""
        self._call("append_own", component=component, init=dict(init))

    def feed(self, batches: Sequence[Batch]) -> None:
        """Set a loss, a smooth sum of errors, and a data layer that hands out these batches in turn."""
        self._call("feed", _named(batches))

    def forward(self) -> float:
        """Return the loss of the next batch."""
        return self._number("forward")

    def train(self, iterations: int) -> None:
        """Train."""
        self._call("train", iterations=iterations)

    def losses(self) -> Array:
        """Return the history of losses."""
        history = self._one("losses")
        if history.ndim != 1:
            raise malformed("losses")
        return history

    def test(self, x: Array) -> Array:
        """Return the output in the test phase."""
        return self._one("test", {"x": x})

    def params(self) -> dict[str, Array]:
        """Return every layer's parameters, as `1.W`: the name behind the layer's place."""
        return self._call("params")

    def save(self) -> None:
        """Let it be saved, in the guest's memory."""
        self._call("save")

    def load(self, batches: Sequence[Batch]) -> None:
        """Go on with the network that was saved, on new batches."""
        self._call("load", _named(batches))


def _named(batches: Sequence[Batch]) -> dict[str, Array]:
    return {f"{sign}{i}": array for i, batch in enumerate(batches) for sign, array in zip("xy", batch, strict=True)}
