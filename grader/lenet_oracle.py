"""The reference next to a student's LeNet: same weights, same batches; where do the two part?

Shapes: x (N, 1, 28, 28), labels (N, K). Parameters are named `place.name`, as the guest does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from grader.layouts import admissible, join_affine, split_affine, weight_name
from grader.model import Conventions
from grader.oracle import Oracle
from grader.references import answering

Array = NDArray[Any]
_PLAIN: dict[str, tuple[Any, ...]] = {  # by name, the constructor's arguments
    "ReLU": (),
    "Flatten": (),
    "SoftMax": (),
    "Sigmoid": (),
    "TanH": (),
    "Pooling": ((2, 2), (2, 2)),
}


class NotUnderstood(Exception):
    """The student's network is not the LeNet that the reference could be built for."""


@dataclass(frozen=True)
class Step:
    """What the reference says after a step: the loss before it, the parameters after it."""

    loss: float
    params: dict[str, Array]


class LeNetOracle:
    """The reference network built from a student's layer names and parameters, in the student's layout."""

    def __init__(self, names: Sequence[str], params: Mapping[str, Array], reading: Conventions) -> None:
        self.layers = [_layer(name, i, _own(params, i), reading) for i, name in enumerate(names)]
        self.loss = answering("CrossEntropyLoss")

    def attach(self, name: str, *rates: float) -> None:
        """Give every layer with parameters a stand-in optimizer."""
        for layer in self.layers:
            layer.attach(name, *rates)

    def forward(self, x: Array) -> Array:
        """Return the output (N, K)."""
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def step(self, x: Array, y: Array) -> Step:
        """Train on one batch."""
        loss = self.loss.forward(self.forward(x), y)
        error = self.loss.backward(y)
        for layer in reversed(self.layers):
            error = layer.backward(error)
        for layer in self.layers:
            layer.update()
        return Step(loss, self.params())

    def params(self) -> dict[str, Array]:
        """Return all parameters, named as the student's."""
        return {f"{i}.{name}": a for i, layer in enumerate(self.layers) for name, a in layer.params().items()}


def candidates(names: Sequence[str], params: Mapping[str, Array]) -> Iterator[LeNetOracle]:
    """Yield the reference for every admissible way of storing the fully connected weights.

    Raises NotUnderstood for layers or shapes that are not a LeNet's.
    """
    dense = [i for i, name in enumerate(names) if folded_name(name) == "fullyconnected"]
    if not dense:
        raise NotUnderstood("it has no FullyConnected layer")
    own = _own(params, dense[0])
    for reading in admissible(own, *_dense_sizes(own)):
        yield LeNetOracle(names, params, reading)


def _layer(name: str, place: int, own: Mapping[str, Array], reading: Conventions) -> Oracle:
    folded = folded_name(name)
    for known, arguments in _PLAIN.items():
        if folded == folded_name(known):
            return Oracle(answering(known, *arguments))
    try:
        if folded == "conv":
            return _conv(own)
        if folded == "fullyconnected":
            return _dense(own, reading)
    except (KeyError, ValueError, IndexError) as exc:
        raise NotUnderstood(f"layer {place}, {name}, holds parameters of unexpected shape") from exc
    raise NotUnderstood(f"layer {place} is a {name}")


def _conv(own: Mapping[str, Array]) -> Oracle:
    main = weight_name(own)
    weights = own[main]
    bias_name = "b" if "b" in own else "bias"
    kernels, *shape = weights.shape
    reference = answering("Conv", (1, 1), tuple(shape), kernels)

    def pack(table: dict[str, Array]) -> dict[str, Array]:
        return {main: table["W"], bias_name: table["b"].reshape(own[bias_name].shape)}

    return Oracle(reference, {"W": weights, "b": own[bias_name].reshape(-1)}, pack)


def _dense(own: Mapping[str, Array], reading: Conventions) -> Oracle:
    weights, bias = split_affine(own, reading)

    def pack(table: dict[str, Array]) -> dict[str, Array]:
        return join_affine(table["W"], table["b"], reading, own)

    return Oracle(answering("FullyConnected", *weights.shape), {"W": weights, "b": bias}, pack)


def _dense_sizes(own: Mapping[str, Array]) -> tuple[int, int]:
    """Return (inputs, outputs) of the first fully connected layer: 784 inputs after two 'same' convolutions."""
    if not own:
        raise NotUnderstood("its FullyConnected layers show no parameters")
    matrix = own[weight_name(own)]
    if matrix.ndim != 2:
        raise NotUnderstood(f"its fully connected weights have shape {matrix.shape}")
    inputs, outputs = max(matrix.shape), min(matrix.shape)
    return (inputs if len(own) > 1 else inputs - 1), outputs


def _own(params: Mapping[str, Array], place: int) -> dict[str, Array]:
    """Return the parameters of one layer, without the place in their names."""
    prefix = f"{place}."
    return {name.removeprefix(prefix): array for name, array in params.items() if name.startswith(prefix)}


def folded_name(name: str) -> str:
    """Return a layer's class name as it is compared: `Soft_Max` is SoftMax."""
    return name.replace("_", "").lower()


KNOWN_LAYERS = frozenset({"conv", "fullyconnected", *map(folded_name, _PLAIN)})
