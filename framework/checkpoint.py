"""A training run in a file: weights, what the optimizers remember, the order of the images to come, what was measured.

A run that goes on from such a file gives the numbers that it would have given without the interruption, bit for bit.
The file is an npz archive of plain arrays: reading one runs nothing that is in it.
"""

from __future__ import annotations

import json
import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from framework.datasets import Batches
from framework.layer import Array
from framework.reference.fast._in_place import InPlaceOptimizer
from framework.reference.neural_network import NeuralNetwork
from framework.training import Epoch, History

FORMAT = "framework.train_lenet checkpoint 1"


class CheckpointError(ValueError):
    """A file that a run cannot go on from, or may not be written over; the message is one line."""


def save(
    path: Path, network: NeuralNetwork, batches: Batches, history: History, settings: Mapping[str, object]
) -> None:
    """Write the state of a run to `path`. The file is replaced as a whole: there is never half of one.

    `settings` are the options that a run must share with the one that goes on from here. Raises OSError.
    """
    order, generator = batches.state()
    about = {
        "format": FORMAT,
        "settings": dict(settings),
        "generator": generator,
        "epochs": [asdict(epoch) for epoch in history.epochs],
        "seconds": history.seconds,
    }
    arrays = {
        "about": np.array(json.dumps(about)),
        "losses": np.array(history.losses, dtype=np.float64),
        "confusion": history.confusion,
        "order": order,
        **{name: array for name, (array, _) in _weights(network).items()},
        **_remembered(network),
    }
    # beside the target, as only there it can be moved into its place in one step
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]  # the stub takes the names for its own options
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def may_be_written(path: Path) -> None:
    """Raise CheckpointError unless `path` can become a checkpoint: it is free, or one already."""
    if path.is_dir() or not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise CheckpointError(f"cannot write {path}: no such folder, or not writable")
    if path.exists():
        try:
            _read(path)
        except CheckpointError as exc:
            raise CheckpointError(f"--save would overwrite a file of another kind: {exc}") from exc


def resume(
    path: Path, network: NeuralNetwork, batches: Batches, history: History, settings: Mapping[str, object]
) -> None:
    """Bring a fresh network, its batches and its history into the state that `save` wrote to `path`.

    Weights and history are changed only if everything fits. Raises CheckpointError for a file that is missing, of
    another kind or damaged, and for one of a run with other `settings`, naming the first that differs.
    """
    arrays, about = _read(path)
    theirs = about.get("settings")
    if not isinstance(theirs, dict):
        raise CheckpointError(f"{path} is damaged: it does not say how the run was started")
    for name, value in settings.items():
        if theirs.get(name) != value:
            raise CheckpointError(f"{path} is from a run with {name} {theirs.get(name)}, not {value}")
    try:
        weights = _weights(network)
        for name, (own, _) in weights.items():
            if arrays[name].shape != own.shape or arrays[name].dtype != own.dtype:
                raise ValueError(f"{name} is {arrays[name].dtype} {arrays[name].shape}, not {own.dtype} {own.shape}")
        epochs = [Epoch(**epoch) for epoch in about["epochs"]]
        losses = [float(loss) for loss in arrays["losses"]]
        begun = len(losses) - len(epochs) * history.batches_per_epoch
        if not 0 <= begun <= history.batches_per_epoch or arrays["confusion"].ndim != 2:
            raise ValueError(f"{len(epochs)} epochs and {len(losses)} batches do not go together")
        seconds = float(about["seconds"])
        remembered = _sorted_by_layer(arrays, network)
        for optimizer, state in remembered:
            optimizer.restore(state)
        batches.restore(arrays["order"], about["generator"])
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise CheckpointError(f"{path} is damaged: {exc}") from exc
    for name, (own, _) in weights.items():
        own[...] = arrays[name]
    history.losses, history.epochs, history.seconds = losses, epochs, seconds
    history.confusion = arrays["confusion"]


def fingerprint(x: Array, y: Array) -> str:
    """Return a short text that differs for other images (N, ...) or labels, looking at some thousand numbers."""
    sums = [zlib.crc32(np.ascontiguousarray(a.reshape(-1)[:: max(a.size // 5000, 1)]).tobytes()) for a in (x, y)]
    return f"{len(x)}-{sums[0]:08x}-{sums[1]:08x}"


def _read(path: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    """Return a checkpoint's arrays and its description."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        about = json.loads(str(arrays["about"]))
        if about["format"] != FORMAT:
            raise ValueError(f"its format is {about['format']!r}")
    except FileNotFoundError:
        raise CheckpointError(f"there is no file {path}") from None
    except OSError as exc:
        raise CheckpointError(f"cannot read {path}: {exc.strerror or exc}") from exc
    except (KeyError, ValueError, EOFError, TypeError, AttributeError, zipfile.BadZipFile, zlib.error) as exc:
        raise CheckpointError(f"{path} is no checkpoint of train_lenet, or damaged ({type(exc).__name__})") from exc
    return arrays, about


def _weights(network: NeuralNetwork) -> dict[str, tuple[Array, int]]:
    """Return every parameter, by a name of its own, with the number of its layer."""
    return {
        f"layer {number} {name}": (value, number)
        for number, layer in enumerate(network.layers)
        for name, value in layer.parameters.items()
    }


def _optimizers(network: NeuralNetwork) -> dict[str, InPlaceOptimizer]:
    """Return the layers' optimizers by the beginning of the names of what they remember."""
    own = {f"optimizer {number} ": optimizer for number, optimizer in enumerate(network.optimizers)}
    return {prefix: optimizer for prefix, optimizer in own.items() if isinstance(optimizer, InPlaceOptimizer)}


def _remembered(network: NeuralNetwork) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for prefix, optimizer in _optimizers(network).items():
        found |= {prefix + name: array for name, array in optimizer.state().items()}
    return found


def _sorted_by_layer(
    arrays: Mapping[str, Array], network: NeuralNetwork
) -> list[tuple[InPlaceOptimizer, dict[str, Array]]]:
    """Return what each optimizer is to remember. Raises ValueError for something of the wrong size."""
    states = []
    for prefix, optimizer in _optimizers(network).items():
        layer = network.layers[int(prefix.split()[1])]
        size = sum(value.size for value in layer.parameters.values())
        state = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
        wrong = [name for name, array in state.items() if array.size not in (1, size)]
        if wrong:
            raise ValueError(f"{prefix}{wrong[0]} has {state[wrong[0]].size} numbers, not {size}")
        states.append((optimizer, state))
    return states
