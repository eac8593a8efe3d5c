"""The neutral protocol as the checks see it: a layer, a loss, an optimizer, … behind a desk.

The desk may be in a guest process (a Session) or in this one (`InProcess`); a check cannot tell which.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from grader.guest.desk import Desk
from grader.guest.wire import Item
from grader.model import Verdict
from grader.sandbox.lost import GuestLost

Array = NDArray[Any]


class Asks(Protocol):
    """Something that carries out requests: a Session, or InProcess."""

    def ask(
        self,
        operation: str,
        args: Mapping[str, Any] | None = None,
        arrays: Mapping[str, Array] | None = None,
        *,
        seconds: float | None = None,
    ) -> dict[str, Item]:
        """Return the reply's items; raises Fault or GuestLost."""


class InProcess:
    """The desk in this process: for references and for wrong variants of them, never for student code."""

    isolation = "none"

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(
        self,
        operation: str,
        args: Mapping[str, Any] | None = None,
        arrays: Mapping[str, Array] | None = None,
        *,
        seconds: float | None = None,
    ) -> dict[str, Item]:
        """Carry out one request."""
        return self._desk.handle(operation, args or {}, arrays or {})


def _numbers(array: Array) -> Array:
    """Return floats: whole numbers and truth values are exact in float64, and subtract as numbers should."""
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def malformed(method: str) -> GuestLost:
    return GuestLost(Verdict.PROTOCOL_VIOLATION, f"an answer to {method} that has not the form of one")


_HANDLES = itertools.count(1)


class Remote:
    """A unit behind a desk; the classes below give its methods their names.

    `single`: it computes in float32, so that its answers mean no more than that, whatever their type.
    """

    kind = ""
    single = False

    def __init__(self, desk: Asks, component: str, init: Mapping[str, Any], seed: int = 0) -> None:
        self._desk = desk
        self._handle = next(_HANDLES)
        self.component = component
        self.init = dict(init)
        given = {key: {"tuple": value} if isinstance(value, tuple) else value for key, value in self.init.items()}
        args = {"handle": self._handle, "kind": self.kind, "component": component, "init": given, "seed": seed}
        desk.ask("make", args)

    def _call(self, method: str, arrays: Mapping[str, Any] | None = None, **args: Any) -> dict[str, Array]:
        given = {name: np.asarray(array) for name, array in (arrays or {}).items()}
        answer = self._desk.ask("call", {"handle": self._handle, "method": method, **args}, given)
        return {name: self._rounded(_numbers(item)) for name, item in answer.items() if not isinstance(item, str)}

    def _rounded(self, array: Array) -> Array:
        return array.astype(np.float32) if self.single and array.dtype == np.float64 else array

    def _one(self, method: str, arrays: Mapping[str, Any] | None = None, **args: Any) -> Array:
        answer = self._call(method, arrays, **args)
        if list(answer) != [""]:
            raise malformed(method)
        return answer[""]

    def _number(self, method: str, arrays: Mapping[str, Any] | None = None, **args: Any) -> float:
        answer = self._one(method, arrays, **args)
        if answer.ndim != 0:
            raise malformed(method)
        return float(answer)

    def _flags(self, method: str, arrays: Mapping[str, Any]) -> dict[str, bool]:
        answer = self._call(method, arrays)
        if any(flag.ndim != 0 for flag in answer.values()):
            raise malformed(method)
        return {name: bool(flag) for name, flag in answer.items()}


class RemoteLayer(Remote):
    """A layer. All arrays are copies; parameters and gradients are in the student's own names and layout.

    `latent` is the grader's note of what the dialect does not let one read: parameters (see `tasks/rnn.py`), or what
    the layer has seen before the check (see `tasks/batch_normalization.py`). `shown` is its last answer to `params`.
    """

    kind = "layer"

    def __init__(self, desk: Asks, component: str, init: Mapping[str, Any], seed: int = 0) -> None:
        super().__init__(desk, component, init, seed)
        self.latent: dict[str, Array] = {}
        self.shown: dict[str, Array] = {}

    def another(self, seed: int, init: Mapping[str, Any]) -> RemoteLayer:
        """Make another one of the same class, with the parameters that it is born with."""
        return RemoteLayer(self._desk, self.component, init, seed)

    def forward(self, x: Array) -> Array:
        """Return the output for `x`."""
        return self._one("forward", {"x": x})

    def backward(self, dy: Array) -> Array:
        """Return dL/dx for the last forward; gradients start from zero."""
        return self._one("backward", {"dy": dy})

    def params(self) -> dict[str, Array]:
        """Return the parameters."""
        self.shown = self._call("params")
        return dict(self.shown)

    def set_params(self, values: Mapping[str, Array]) -> None:
        """Replace parameters."""
        self._call("set_params", values)

    def grads(self) -> dict[str, Array]:
        """Return the gradients of the last backward."""
        return self._call("grads")

    def attach(self, name: str, *rates: float) -> None:
        """Attach one of the guest's own optimizers (`aids.OPTIMIZERS`)."""
        self._call("attach", name=name, rates=list(rates))

    def update(self) -> None:
        """Apply the update, where the dialect has not done so in backward."""
        self._call("update")

    def train(self) -> None:
        """Switch to the training phase."""
        self._call("train")

    def eval(self) -> None:
        """Switch to the test phase."""
        self._call("eval")

    def switch(self, attribute: str, value: Any) -> None:
        """Set an attribute of the contract (`memorize`)."""
        self._call("switch", attribute=attribute, value=value)

    def initialize(self, weights: Mapping[str, Any], bias: Mapping[str, Any]) -> dict[str, Array]:
        """Initialize with stand-ins (`aids.StandInInitializer`); return the arrays that they handed out."""
        return self._call("initialize", weights=dict(weights), bias=dict(bias))

    def aliasing(self, x: Array, dy: Array) -> dict[str, bool]:
        """Return the guest's testimony on in-place changes."""
        return self._flags("aliasing", {"x": x, "dy": dy})


class RemoteLoss(Remote):
    """A loss."""

    kind = "loss"

    def forward(self, p: Array, y: Array) -> float:
        """Return the loss of prediction `p` for label `y`."""
        return self._number("forward", {"p": p, "y": y})

    def backward(self, y: Array) -> Array:
        """Return dL/dp for the last forward."""
        return self._one("backward", {"y": y})


class RemoteOptimizer(Remote):
    """An optimizer of one parameter."""

    kind = "optimizer"

    def step(self, w: Array, g: Array) -> Array:
        """Return the new weights."""
        return self._one("step", {"w": w, "g": g})

    def step_number(self, w: float, g: float) -> float:
        """The same for Python floats."""
        return self._number("step_number", w=float(w), g=float(g))

    def add_regularizer(self, regularizer: RemoteRegularizer) -> None:
        """Give it a regularizer from the same hand-in."""
        self._call("add_regularizer", other=regularizer._handle)

    def add_stand_in(self, name: str, alpha: float) -> None:
        """Give it one of the guest's own regularizers (`aids.StandInRegularizer`)."""
        self._call("add_stand_in", name=name, alpha=alpha)

    def aliasing(self, w: Array, g: Array) -> dict[str, bool]:
        """Return the guest's testimony on in-place changes."""
        return self._flags("aliasing", {"w": w, "g": g})


class RemoteRegularizer(Remote):
    """A constraint on the weights."""

    kind = "regularizer"

    def gradient(self, w: Array) -> Array:
        """Return the penalty's gradient."""
        return self._one("gradient", {"w": w})

    def norm(self, w: Array) -> float:
        """Return what the penalty adds to the loss."""
        return self._number("norm", {"w": w})

    def optimizer(self, component: str, rates: Mapping[str, float]) -> RemoteOptimizer:
        """Make one of the same hand-in's optimizers."""
        return RemoteOptimizer(self._desk, component, rates)


class RemoteInitializer(Remote):
    """An initializer. Every method draws weights of `shape` for the fans given."""

    kind = "initializer"

    def draw(self, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """Return the weights."""
        return self._one("draw", shape=list(shape), fan_in=fan_in, fan_out=fan_out)

    def draw_anew(self, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
        """Return weights from a second instance."""
        return self._one("draw_anew", shape=list(shape), fan_in=fan_in, fan_out=fan_out)

    def stream(self, shape: tuple[int, ...], fan_in: int, fan_out: int) -> dict[str, Array]:
        """Return what the shared random generators give after a draw."""
        return self._call("stream", shape=list(shape), fan_in=fan_in, fan_out=fan_out)
