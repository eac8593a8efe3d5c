"""References that answer in a student's own layout: the same protocol, the right numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framework.layer import Layer
from framework.optimizer import Optimizer
from framework.regularizer import Regularizer
from grader.guest.dialects.native import NativeLayer
from grader.guest.faults import ANSWER, Fault
from grader.model import Table
from grader.references import NoOracle, answering
from grader.remote import RemoteLayer, RemoteOptimizer, RemoteRegularizer

Array = NDArray[Any]
Pack = Callable[[Table], Table]


def _same(table: Table) -> Table:
    return table


class Oracle:
    """The reference layer, with a student's parameters, speaking the neutral protocol.

    `reference` is a layer of the native contract, or already speaks the protocol (`references.answering`).
    `pack` turns the reference's parameters or gradients into the student's names and layout; `given` are the parameters
    that it was made with.
    """

    def __init__(self, reference: Any, params: Mapping[str, Array] | None = None, pack: Pack = _same) -> None:
        self._unit = NativeLayer(reference) if isinstance(reference, Layer) else reference
        self._pack = pack
        self.given = dict(params or {})
        self._shape: tuple[int, ...] = ()
        if params:
            self._unit.set_params(**params)

    def forward(self, x: Array) -> Array:
        """Return the right output."""
        y: Array = self._unit.forward(np.asarray(x))
        self._shape = y.shape
        return y

    def backward(self, dy: Array) -> Array:
        """Return the right dL/dx. Raises Fault if `dy` was drawn for an output of another shape than the right one."""
        if np.shape(dy) != self._shape:
            raise Fault(ANSWER, f"the output of forward has shape {np.shape(dy)}; {self._shape} was expected")
        return np.asarray(self._unit.backward(np.asarray(dy)))

    def params(self) -> Table:
        """Return the parameters in the student's layout."""
        return self._pack(self._unit.params())

    def grads(self) -> Table:
        """Return the gradients in the student's layout."""
        return self._pack(self._unit.grads())

    def input_gradient(self, x: Array, dy: Array) -> Callable[[], Array]:
        """Return a function that computes dL/dx, for a check that may not need it."""

        def compute() -> Array:
            self.forward(x)
            return self.backward(dy)

        return compute

    def parameter_gradients(self, x: Array, dy: Array) -> Table:
        """Return the gradients of all parameters, in the student's layout."""
        self.forward(x)
        self.backward(dy)
        return self.grads()

    def attach(self, name: str, *rates: float) -> None:
        """Attach one of the stand-in optimizers."""
        self._unit.attach(name, list(rates))

    def update(self) -> None:
        """Step every parameter."""
        self._unit.update()

    def train(self) -> None:
        """Switch to the training phase."""
        self._unit.train()

    def eval(self) -> None:
        """Switch to the test phase."""
        self._unit.eval()

    def switch(self, attribute: str, value: Any) -> None:
        """Set an attribute of the contract (`memorize`)."""
        self._unit.switch(attribute, value)


def _maker(reference: str | Callable[..., Any]) -> Callable[..., Any]:
    return partial(answering, reference) if isinstance(reference, str) else reference


def plain_oracle(reference: str | Callable[..., Layer]) -> Callable[..., Oracle]:
    """Return the oracle of a layer without parameters: the reference (its class, or a component's name) as it is."""
    made = _maker(reference)

    def build(layer: RemoteLayer, *_: Any) -> Oracle:
        return Oracle(made(*layer.init.values()))

    return build


class UnknownOracle:
    """In the place of an oracle that a student kit cannot have: whatever it is asked, it raises NoOracle."""

    def __init__(self, reason: NoOracle) -> None:
        self._reason = reason

    def input_gradient(self, x: Array, dy: Array) -> Callable[[], Array]:
        """Return a function that raises, for a check that may not need it."""

        def compute() -> Array:
            raise self._reason

        return compute

    def __getattr__(self, method: str) -> Callable[..., Any]:
        """Return a method that raises."""

        def unknown(*_: Any) -> Any:
            raise self._reason

        return unknown


class OptimizerOracle:
    """The reference optimizer for one parameter."""

    def __init__(self, reference: Optimizer) -> None:
        self._reference = reference

    def step(self, w: Array, g: Array) -> Array:
        """Return the new weights."""
        return np.asarray(self._reference.step("W", w, g))


def optimizer_oracle(reference: str | Callable[..., Optimizer]) -> Callable[..., OptimizerOracle]:
    """Return the oracle of an optimizer: the reference (its class, or a component's name) with the same rates."""
    made = _maker(reference)

    def build(optimizer: RemoteOptimizer, *_: Any) -> OptimizerOracle:
        return OptimizerOracle(made(*optimizer.init.values()))

    return build


class RegularizerOracle:
    """The reference regularizer; `stand_in` is the guest's own regularizer with the same formula."""

    def __init__(self, reference: Regularizer, stand_in: str) -> None:
        self._reference = reference
        self.stand_in = stand_in

    def gradient(self, w: Array) -> Array:
        """Return the penalty's gradient."""
        return np.asarray(self._reference.calculate_gradient(w))

    def norm(self, w: Array) -> float:
        """Return what the penalty adds to the loss."""
        return float(self._reference.norm(w))


def regularizer_oracle(reference: str | Callable[..., Regularizer], stand_in: str) -> Callable[..., RegularizerOracle]:
    """Return the oracle of a regularizer: the reference (its class, or a component's name) with the same alpha."""
    made = _maker(reference)

    def build(regularizer: RemoteRegularizer, *_: Any) -> RegularizerOracle:
        return RegularizerOracle(made(*regularizer.init.values()), stand_in)

    return build
