"""The native dialect: the contract of `framework/`, classes named by hooks.

If the module that the entry point names cannot be imported, or leaves a component out, classes are found by name, so
that one broken module does not cost the others their grade.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import partial
from typing import Any

from ..aids import OPTIMIZERS
from ..answers import as_array
from ..declaration import Declaration
from ..faults import ANSWER, MISSING, Fault, fault_of
from ..importer import MemoryFinder
from ..lenet import ASSEMBLED, LeNetUnit, assemble
from ..networks import NativeNetwork
from ..search import class_places, module_name
from ..units import InitializerUnit, LossUnit, OptimizerUnit, RegularizerUnit, aliasing, initialize
from ..wire import Array

DECLARED = Declaration(
    sign="a pyproject.toml with [project.entry-points.backcheck]",
    traits=frozenset({"accumulates_gradients", "valid_padding"}),
    entry_points=True,
)
HOOKS = {
    "layer": "backcheck_layers",
    "loss": "backcheck_losses",
    "optimizer": "backcheck_optimizers",
    "regularizer": "backcheck_regularizers",
    "initializer": "backcheck_initializers",
    "network": "backcheck_network",
    "lenet": "backcheck_network",
}


class Dialect:
    """Finds classes through the hand-in's hooks and wraps them."""

    def __init__(self, finder: MemoryFinder, entry_points: Mapping[str, str]) -> None:
        self.finder = finder
        self.entry_points = dict(entry_points)
        self._manager: Any = None
        self._trouble: list[str] = []

    def find(self, kind: str, component: str) -> tuple[Any, str, list[str]]:
        """Return the class of a component, its file and remarks; raise Fault if there is none."""
        tables, remarks = self._tables(HOOKS[kind])
        for table in tables:
            if component in table:
                cls = table[component]
                return cls, self._file_of(cls), remarks
        if kind == "lenet":
            return partial(assemble, lambda kind, component: self.find(kind, component)[0]), "", [*remarks, ASSEMBLED]
        places = class_places(self.finder.files, component, "")
        if not places:
            raise Fault(MISSING, f"{HOOKS[kind]} names no {component}, and no class of the hand-in is called so")
        if not self._trouble:
            raise Fault(MISSING, f"{HOOKS[kind]} does not name {component} (there is one in {places[0][0]})")
        filename, class_name = places[0]
        module = importlib.import_module(module_name(self.finder.roots, filename))
        return getattr(module, class_name), filename, remarks

    def unit(self, kind: str, component: str, cls: Any, init: Mapping[str, Any]) -> Any:
        """Construct the student's object, arguments by position, and wrap it."""
        if kind == "network":
            return NativeNetwork(cls, init, self._own)
        if kind == "lenet":
            return LeNetUnit(cls(), NativeLayer)
        return UNITS[kind](cls(*init.values()))

    def _own(self, component: str, init: Mapping[str, Any]) -> Any:
        """Make a layer of the student's own, for a container that is tried with it."""
        return self.unit("layer", component, self.find("layer", component)[0], init)

    def _tables(self, hook: str) -> tuple[list[dict[str, Any]], list[str]]:
        """Call one hook of everything registered; a hook that raises costs its own answers only."""
        manager = self._load()
        tables = []
        remarks = list(self._trouble)
        for implementation in getattr(manager.hook, hook).get_hookimpls():
            try:
                answer = implementation.function()
            except Exception as exc:
                fault = fault_of(exc)
                remarks.append(f"{hook} raised {fault.error}: {fault.message}")
                continue
            if isinstance(answer, dict):
                tables.append(answer)
            else:
                remarks.append(f"{hook} returned a {type(answer).__name__[:60]}; a dict name -> class was expected")
        return tables, remarks

    def _load(self) -> Any:
        """Register what the entry points name with pluggy, once."""
        if self._manager is not None:
            return self._manager
        import pluggy  # only native hand-ins need it

        hookspecs = importlib.import_module("framework.hookspecs")
        manager = pluggy.PluginManager("backcheck")
        manager.add_hookspecs(hookspecs)
        for name, value in self.entry_points.items():
            module, _, attribute = value.partition(":")
            try:
                plugin = importlib.import_module(module.strip())
                for part in filter(None, attribute.strip().split(".")):
                    plugin = getattr(plugin, part)
                manager.register(plugin, name=name)
            except BaseException as exc:  # `sys.exit()` at module level included
                fault = fault_of(exc, self.finder.files.__contains__)
                place = f", at {fault.where}" if fault.where else ""
                self._trouble.append(
                    f"the entry point {name} = {value!r} cannot be loaded ({fault.error}: {fault.message}{place}); "
                    "classes were looked up by name instead"
                )
        self._manager = manager
        return manager

    def _file_of(self, cls: Any) -> str:
        found = self.finder.locate(getattr(cls, "__module__", "") or "")
        return found[0] if found else ""


class NativeLayer:
    """A layer whose container zeroes the gradients before a backward pass and updates after it."""

    def __init__(self, layer: Any) -> None:
        self.layer = layer
        self.optimizer: Any = None

    def forward(self, x: Array) -> Array:
        """Return the output."""
        return as_array(self.layer.forward(x), "forward")

    def backward(self, dy: Array) -> Array:
        """Zero the gradients, as the container does, and return dL/dx."""
        self.layer.zero_grad()
        return as_array(self.layer.backward(dy), "backward")

    def params(self) -> dict[str, Array]:
        """Return copies of `parameters`."""
        return _table(self.layer, "parameters")

    def set_params(self, **values: Array) -> None:
        """Write new values into `parameters`, in place."""
        for name, value in values.items():
            self.layer.parameters[name][...] = value

    def grads(self) -> dict[str, Array]:
        """Return copies of `gradients`."""
        return _table(self.layer, "gradients")

    def attach(self, name: str, rates: list[float]) -> None:
        """Give each parameter a copy of a stand-in optimizer, as state is kept per name."""
        self.optimizer = {key: OPTIMIZERS[name](*rates) for key in self.layer.parameters}

    def update(self) -> None:
        """Step every parameter, in place, as the container does."""
        for key, rule in (self.optimizer or {}).items():
            gradient = self.layer.gradients.get(key)
            if gradient is None:
                raise Fault(MISSING, f"`gradients` has no {key!r} after backward")
            self.layer.parameters[key][...] = rule.step(key, self.layer.parameters[key], gradient)

    def train(self) -> None:
        """Switch to the training phase."""
        self.layer.train()

    def eval(self) -> None:
        """Switch to the test phase."""
        self.layer.eval()

    def switch(self, attribute: str, value: Any) -> None:
        """Set an attribute that the contract names, such as `memorize`."""
        setattr(self.layer, attribute, value)

    def initialize(self, weights: dict[str, Any], bias: dict[str, Any]) -> dict[str, Array]:
        """See `units.initialize`."""
        return initialize(self.layer, weights, bias)

    def aliasing(self, x: Array, dy: Array) -> dict[str, Array]:
        """See `units.aliasing`; the gradients are there, as in backward."""
        self.layer.zero_grad()
        return aliasing(self.layer, x, dy)


def _table(layer: Any, attribute: str) -> dict[str, Array]:
    table = getattr(layer, attribute, None)
    if not isinstance(table, dict):
        raise Fault(ANSWER, f"`{attribute}` is a {type(table).__name__[:60]}; a dict name -> ndarray was expected")
    return {str(name): as_array(value, f"{attribute}[{name!r}]") for name, value in table.items()}


def _optimizer(optimizer: Any) -> OptimizerUnit:
    return OptimizerUnit(optimizer, partial(optimizer.step, "W"), "step")


UNITS = {
    "layer": NativeLayer,
    "loss": LossUnit,
    "optimizer": _optimizer,
    "regularizer": RegularizerUnit,
    "initializer": InitializerUnit,
}
