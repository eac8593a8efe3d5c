"""LeNet from your own layers, in this process: for code that you wrote yourself, and for nothing else.

Nothing here protects you from what the code does: the grader (`dispatch.py`) runs hand-ins behind walls, this does not.
"""

from __future__ import annotations

import importlib
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

KINDS = ("layers", "losses", "optimizers", "initializers", "regularizers", "network")
Tables = dict[str, dict[str, Any]]  # kind -> name -> class, one kind for each hook `backcheck_<kind>`

_MODULES = {  # the exercise's layout: where each class of LeNet is
    "layers": {name: f"Layers.{name}" for name in ("Conv", "Pooling", "ReLU", "Flatten", "FullyConnected", "SoftMax")},
    "losses": {"CrossEntropyLoss": "Optimization.Loss"},
    "optimizers": {"Adam": "Optimization.Optimizers"},
    "initializers": {"He": "Layers.Initializers", "Constant": "Layers.Initializers"},
    "regularizers": {"L2_Regularizer": "Optimization.Constraints"},
    "network": {"NeuralNetwork": "NeuralNetwork"},
}


class OwnCodeError(Exception):
    """The folder is not there, or something that LeNet needs is not in it; the message says what to do."""


def build(folder: Path, learning_rate: float | None) -> tuple[Any, str]:
    """Return LeNet made of the classes in `folder`, with its `loss_layer` set, and a remark on how it was made.

    Native hand-ins are found through the entry points of their `pyproject.toml`, others by the exercise's layout
    (Layers/, Optimization/, Models/). If there is a LeNet (the hook's "LeNet", or `build` in Models/LeNet.py) it is
    used as it is; with a `learning_rate`, or without a LeNet of your own, it is put together here from your layers.

    Raises OwnCodeError for what is missing. What your own code raises comes through untouched.
    """
    if not folder.is_dir():
        raise OwnCodeError(f"there is no folder {folder}")
    folder = folder.resolve()
    entry_points = _entry_points(folder / "pyproject.toml")
    tables = _native(folder, entry_points) if entry_points else _exercise(folder)
    own = tables["network"].get("LeNet")
    if own is not None and learning_rate is None:
        return own(), "LeNet as your own build() makes it"
    return _assemble(tables, 5e-4 if learning_rate is None else learning_rate)


def _entry_points(path: Path) -> dict[str, str]:
    """Return the hand-in's entry points, empty if it has none. Raises OwnCodeError if the file is no valid TOML."""
    if not path.is_file():
        return {}
    try:
        group = tomllib.loads(path.read_text("utf-8")).get("project", {}).get("entry-points", {}).get("backcheck", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, AttributeError) as exc:
        raise OwnCodeError(f"{path} cannot be read: {exc}") from exc
    if not isinstance(group, dict) or not all(isinstance(value, str) for value in group.values()):
        raise OwnCodeError(f'{path}: [project.entry-points.backcheck] must hold lines like mine = "handin"')
    return group


def _native(folder: Path, entry_points: dict[str, str]) -> Tables:
    """Import what the entry points name and ask its hooks for the classes."""
    import pluggy  # only native hand-ins need it

    from framework import hookspecs

    sys.path[:0] = [str(folder), str(folder / "src")]
    manager = pluggy.PluginManager("backcheck")
    manager.add_hookspecs(hookspecs)
    for name, target in entry_points.items():
        module, _, attribute = target.partition(":")
        plugin: Any = importlib.import_module(module.strip())
        for part in filter(None, attribute.strip().split(".")):
            plugin = getattr(plugin, part)
        manager.register(plugin, name=name)
    tables: Tables = {}
    for kind in KINDS:
        answers: list[dict[str, Any]] = getattr(manager.hook, f"backcheck_{kind}")()
        tables[kind] = {name: cls for answer in reversed(answers) for name, cls in answer.items()}
    return tables


def _exercise(folder: Path) -> Tables:
    """Import the modules of the exercise's layout, which may lie up to two folders down (as in src_to_implement/)."""
    patterns = ("Layers", "*/Layers", "*/*/Layers")
    roots = [path.parent for pattern in patterns for path in sorted(folder.glob(pattern)) if path.is_dir()]
    if not roots:
        raise OwnCodeError(
            f"{folder} holds neither a pyproject.toml with [project.entry-points.backcheck] nor a folder Layers/"
        )
    sys.path.insert(0, str(roots[0]))
    tables: Tables = {kind: {} for kind in KINDS}
    for kind, modules in _MODULES.items():
        for name, module in modules.items():
            if (roots[0] / f"{module.replace('.', '/')}.py").is_file():
                tables[kind][name] = getattr(importlib.import_module(module), name, None)
    if (roots[0] / "Models" / "LeNet.py").is_file():
        tables["network"]["LeNet"] = getattr(importlib.import_module("Models.LeNet"), "build", None)
    return tables


def _assemble(tables: Tables, learning_rate: float) -> tuple[Any, str]:
    """Put LeNet together as the exercise describes it; a class that is not there yet is named in OwnCodeError."""

    def get(kind: str, name: str) -> Callable[..., Any]:
        cls = tables[kind].get(name)
        if cls is None:
            raise OwnCodeError(f"LeNet needs {name}, which your {kind} lack")
        return cls  # type: ignore[no-any-return]  # whatever the student made of it

    optimizer = get("optimizers", "Adam")(learning_rate, 0.9, 0.999)
    remark = f"LeNet put together from your layers, Adam with learning rate {learning_rate:g}"
    if tables["regularizers"].get("L2_Regularizer") is None:
        remark += ", no L2_Regularizer yet"
    else:
        optimizer.add_regularizer(get("regularizers", "L2_Regularizer")(4e-4))
    network = get("network", "NeuralNetwork")(
        optimizer, get("initializers", "He")(), get("initializers", "Constant")(0.1)
    )
    network.loss_layer = get("losses", "CrossEntropyLoss")()
    conv, pooling, relu = get("layers", "Conv"), get("layers", "Pooling"), get("layers", "ReLU")
    dense = get("layers", "FullyConnected")
    for layer in (
        *(conv((1, 1), (1, 5, 5), 6), relu(), pooling((2, 2), (2, 2))),
        *(conv((1, 1), (6, 5, 5), 16), relu(), pooling((2, 2), (2, 2))),
        get("layers", "Flatten")(),
        *(dense(16 * 7 * 7, 120), relu()),
        *(dense(120, 84), relu()),
        *(dense(84, 10), get("layers", "SoftMax")()),
    ):
        network.append_layer(layer)
    return network, remark
