"""A student's LeNet behind a desk; the deadline of a step grows with what a step was seen to take."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.guest.lenet import MAX_LAYERS
from grader.guest.wire import Item
from grader.remote import Remote, malformed

Array = NDArray[Any]
_FIRST_SECONDS = 60.0
_SLACK = 20.0


class RemoteLeNet(Remote):
    """A network that the grader trains one batch per request. x (N, 1, 28, 28), y (N, K)."""

    kind = "lenet"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._seconds = _FIRST_SECONDS

    def names(self) -> list[str]:
        """Return the class names of the layers, in order."""
        answer = self._desk.ask("call", {"handle": self._handle, "method": "names"})
        names = [answer.get(str(i)) for i in range(len(answer))]
        texts = [name for name in names if isinstance(name, str)]
        if len(texts) != len(names) or len(texts) > MAX_LAYERS:
            raise malformed("names")
        return texts

    def params(self) -> dict[str, Array]:
        """Return all parameters, named `place.name`."""
        return self._call("params")

    def initialize(self, seed: int) -> None:
        """Draw He weights and biases of 0.1 anew."""
        self._call("initialize", seed=seed)

    def attach(self, name: str, *rates: float) -> None:
        """Give every trainable layer a stand-in optimizer of its own."""
        self._call("attach", name=name, rates=list(rates))

    def step(self, x: Array, y: Array) -> float:
        """Train on one batch; return its loss."""
        start = time.monotonic()
        answer = self._timed("step", {"x": x, "y": y})
        self._seconds = min(self._seconds, max(10.0, _SLACK * (time.monotonic() - start)))
        if list(answer) != [""] or answer[""].ndim != 0:
            raise malformed("step")
        return float(answer[""])

    def predict(self, x: Array) -> Array:
        """Return the network's output (N, K) in the test phase."""
        answer = self._timed("predict", {"x": x})
        if list(answer) != [""]:
            raise malformed("predict")
        return answer[""]

    def _timed(self, method: str, arrays: Mapping[str, Array]) -> dict[str, Array]:
        args = {"handle": self._handle, "method": method}
        answer: dict[str, Item] = self._desk.ask("call", args, arrays, seconds=self._seconds)
        return {name: np.asarray(item, np.float64) for name, item in answer.items() if not isinstance(item, str)}
