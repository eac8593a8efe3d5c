"""The exercise's own dialect: `forward(input_tensor)`, a `backward` that also updates, `calculate_update`.

Classes are found by name: first where the exercise wants them, else wherever in the hand-in they are.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ..aids import OPTIMIZERS
from ..answers import as_array, assign, members
from ..declaration import Declaration
from ..faults import MISSING, Fault
from ..importer import MemoryFinder
from ..lenet import ASSEMBLED, LeNetUnit, assemble
from ..networks import FauNetwork
from ..search import class_places, module_name, optimizers_handed_out, what_is_wrong
from ..units import InitializerUnit, LossUnit, OptimizerUnit, RegularizerUnit, aliasing, initialize
from ..wire import Array

_FLAT = {  # in small letters: real hand-ins have a Softmax.py, too
    **dict.fromkeys(("loss", "optimizers", "constraints"), "Optimization"),
    **dict.fromkeys(("lenet",), "Models"),
    **dict.fromkeys(("base", "fullyconnected", "relu", "softmax", "sigmoid", "tanh", "flatten", "conv"), "Layers"),
    **dict.fromkeys(("pooling", "dropout", "batchnormalization", "rnn", "lstm", "initializers", "helpers"), "Layers"),
}
DECLARED = Declaration(
    sign="the folders Layers/ and Optimization/ of the exercise",
    traits=frozenset({"updates_in_backward"}),
    marks=r"^(?P<root>(?:[^/]+/){0,2}?)(?:(?:Layers|Optimization|Models)/[^/]+|NeuralNetwork)\.py$",
    folders=("Layers", "Optimization", "Models"),
    flat=_FLAT,
    helper="Layers/Helpers.py",
)

PLACES = {
    "layer": "Layers/{}.py",
    "loss": "Optimization/Loss.py",
    "optimizer": "Optimization/Optimizers.py",
    "regularizer": "Optimization/Constraints.py",
    "initializer": "Layers/Initializers.py",
    "network": "{}.py",
}
PARAMETERS = {"weights": "weights", "bias": "bias"}
GRADIENTS = {"gradient_weights": "weights", "gradient_bias": "bias"}


class Dialect:
    """Finds and wraps classes of the exercise's layout."""

    def __init__(self, finder: MemoryFinder, entry_points: Mapping[str, str]) -> None:
        self.finder = finder
        self._handed_out: list[str] | None = None

    def find(self, kind: str, component: str) -> tuple[Any, str, list[str]]:
        """Return the class of a component, its file and remarks; raise Fault if there is none."""
        if kind == "lenet":
            return self._lenet()
        wanted = PLACES[kind].format(component)
        places = class_places(self.finder.files, component, wanted)
        if not places:
            reason = what_is_wrong(self.finder.files, wanted)
            shown = f": {reason}" if reason else f" (its usual place is {wanted})"
            raise Fault(MISSING, f"no class {component} in the hand-in{shown}")
        filename, class_name = places[0]
        remarks = []
        if len(places) > 1:
            others = ", ".join(sorted({name for name, _ in places[1:]} - {filename}))
            if others:
                remarks.append(f"{component} was graded from {filename}; there is another one in {others}")
        module = importlib.import_module(module_name(self.finder.roots, filename))
        cls = getattr(module, class_name, None)
        if cls is None:
            if module.__name__ in self.finder.broken:
                raise self.finder.broken[module.__name__]
            raise Fault(MISSING, f"{filename} does not define {class_name} once it is imported")
        return cls, filename, remarks

    def unit(self, kind: str, component: str, cls: Any, init: Mapping[str, Any]) -> Any:
        """Construct the student's object, arguments by position, and wrap it."""
        if kind == "network":
            return FauNetwork(cls, init, self._own)
        if kind == "lenet":
            return LeNetUnit(cls(), self._wrapped)
        made = cls(*init.values())
        return self._wrapped(made) if kind == "layer" else UNITS[kind](made)

    def _wrapped(self, layer: Any) -> FauLayer:
        """Wrap a layer; its optimizers come the way in which the hand-in's own container hands them out."""
        if self._handed_out is None:
            places = class_places(self.finder.files, "NeuralNetwork", PLACES["network"].format("NeuralNetwork"))[:1]
            found = [optimizers_handed_out(self.finder.files[name], container) for name, container in places]
            self._handed_out = found[0] if found else []
        return FauLayer(layer, self._handed_out)

    def _own(self, component: str, init: Mapping[str, Any]) -> Any:
        """Make a layer of the student's own, for a container that is tried with it."""
        return self.unit("layer", component, self.find("layer", component)[0], init)

    def _lenet(self) -> tuple[Any, str, list[str]]:
        """Return `build` of Models/LeNet.py, or a function that does its work with the hand-in's layers."""
        places = sorted((name for name in self.finder.files if ("/" + name).endswith("/LeNet.py")), key=len)
        if not places:
            return partial(assemble, lambda kind, component: self.find(kind, component)[0]), "", [ASSEMBLED]
        build = getattr(importlib.import_module(module_name(self.finder.roots, places[0])), "build", None)
        if build is None:
            raise Fault(MISSING, f"{places[0]} defines no function build")
        return build, places[0], []


class FauLayer:
    """A layer that updates its weights inside `backward` as soon as it has an optimizer.

    `handed_out` are the attributes besides `optimizer` that the hand-in's container would give an optimizer.
    """

    def __init__(self, layer: Any, handed_out: Sequence[str] = ()) -> None:
        self.layer = layer
        self._handed_out = handed_out

    def forward(self, x: Array) -> Array:
        """Return the output."""
        return as_array(self.layer.forward(x), "forward")

    def backward(self, dy: Array) -> Array:
        """Return dL/dx (and, with an optimizer attached, update)."""
        return as_array(self.layer.backward(dy), "backward")

    def params(self) -> dict[str, Array]:
        """Return copies of `weights` and `bias`, whichever there are."""
        return members(self.layer, PARAMETERS, "attribute")

    def set_params(self, **values: Array) -> None:
        """Replace `weights` and `bias`."""
        for name, value in values.items():
            assign(self.layer, name, value)

    def grads(self) -> dict[str, Array]:
        """Return copies of `gradient_weights` and `gradient_bias`."""
        return members(self.layer, GRADIENTS, "attribute")

    def attach(self, name: str, rates: list[float]) -> None:
        """Give the layer an optimizer of the grader's."""
        self.layer.optimizer = OPTIMIZERS[name](*rates)
        for attribute in self._handed_out:
            if hasattr(self.layer, attribute):
                setattr(self.layer, attribute, OPTIMIZERS[name](*rates))

    def update(self) -> None:
        """Nothing to do: `backward` has done it."""

    def train(self) -> None:
        """Switch to the training phase."""
        self.layer.testing_phase = False

    def eval(self) -> None:
        """Switch to the test phase."""
        self.layer.testing_phase = True

    def switch(self, attribute: str, value: Any) -> None:
        """Set an attribute that the exercise names, such as `memorize`."""
        setattr(self.layer, attribute, value)

    def initialize(self, weights: dict[str, Any], bias: dict[str, Any]) -> dict[str, Array]:
        """See `units.initialize`."""
        return initialize(self.layer, weights, bias)

    def aliasing(self, x: Array, dy: Array) -> dict[str, Array]:
        """See `units.aliasing`."""
        return aliasing(self.layer, x, dy)


def _optimizer(optimizer: Any) -> OptimizerUnit:
    return OptimizerUnit(optimizer, optimizer.calculate_update, "calculate_update")


UNITS = {
    "loss": LossUnit,
    "optimizer": _optimizer,
    "regularizer": RegularizerUnit,
    "initializer": InitializerUnit,
}
