"""CS231n's dialect: functions, `affine_forward(x, w, b) -> (out, cache)` and `affine_backward(dout, cache) -> grads`.

Functions are found by name: first where the course has them, else wherever in the hand-in they are. The classes here
hold the parameters and the caches, and answer as layers of the native contract; so what is compared is the student's
numbers, and the conventions of the course are right: symmetric padding, a mean loss that has the softmax in it, moving
averages that start at zero, `p` as the probability to keep.

N batch, C channels, D inputs, M outputs, T time, H hidden units; caches are opaque.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from ..answers import as_array, as_scalar
from ..declaration import Asked, Declaration
from ..faults import ANSWER, MISSING, Fault
from ..importer import MemoryFinder
from ..search import module_name
from ..units import OptimizerUnit
from ..wire import Array
from .native import NativeLayer

_PLAIN = "plain_numbers", "weights_stay_untouched"  # the course's own `sgd` changes its weights in place
DECLARED = Declaration(
    sign="functions like affine_forward in cs231n/layers.py",
    traits=frozenset({"valid_padding", "one_stride"}),
    resembles="native",
    marks=r"^(?P<root>(?:[^/]+/){0,3}?)cs231n/(?:layers|optim|rnn_layers)\.py$",
    holds=r"^def (?:\w+_forward(?:_naive)?|\w+_loss|sgd(?:_momentum)?|adam) *\(",
    folders=("cs231n",),
    flat=dict.fromkeys(("layers", "optim", "rnn_layers", "layer_utils", "fast_layers", "im2col"), "cs231n"),
    asked={
        "FullyConnected": Asked(without=("initialize", "first_weights")),
        "ReLU": Asked(),
        "CrossEntropyLoss": Asked(),
        "Sgd": Asked(without=_PLAIN),
        "SgdWithMomentum": Asked(without=_PLAIN),
        "Adam": Asked(without=_PLAIN),
        "Conv": Asked(
            (
                *("3x3 kernels", "1x1 kernels", "5x5 kernels, larger than the image", "valid padding"),
                *("3x3 kernels, stride 2 in both directions", "valid padding, stride 2 in both directions"),
            ),
            without=("initialize",),
        ),
        "Pooling": Asked(
            (
                *("2x2 windows, stride 2", "3x3 windows that overlap, stride 2"),
                "one window as large as the image",
            )
        ),
        "BatchNormalization": Asked(without=("starts_plain", "initialize", "eval_after_one_batch")),
        "Dropout": Asked(),
        "RNN": Asked(without=("initialize",)),
    },
)
_LAYERS, _RNN, _OPTIM = "cs231n/layers.py", "cs231n/rnn_layers.py", "cs231n/optim.py"
_NEEDED: dict[str, tuple[str, tuple[str, ...]]] = {
    "FullyConnected": (_LAYERS, ("affine_forward", "affine_backward")),
    "ReLU": (_LAYERS, ("relu_forward", "relu_backward")),
    "CrossEntropyLoss": (_LAYERS, ("softmax_loss",)),
    "Sgd": (_OPTIM, ("sgd",)),
    "SgdWithMomentum": (_OPTIM, ("sgd_momentum",)),
    "Adam": (_OPTIM, ("adam",)),
    "Conv": (_LAYERS, ("conv_forward_naive", "conv_backward_naive")),
    "Pooling": (_LAYERS, ("max_pool_forward_naive", "max_pool_backward_naive")),
    "BatchNormalization": (
        _LAYERS,
        ("batchnorm_forward", "batchnorm_backward", "spatial_batchnorm_forward", "spatial_batchnorm_backward"),
    ),
    "Dropout": (_LAYERS, ("dropout_forward", "dropout_backward")),
    "RNN": (_RNN, ("rnn_step_forward", "rnn_step_backward", "rnn_forward", "rnn_backward")),
}
Functions = dict[str, Callable[..., Any]]


class Dialect:
    """Finds the functions of a component, and makes a unit of them."""

    def __init__(self, finder: MemoryFinder, entry_points: Mapping[str, str]) -> None:
        self.finder = finder

    def find(self, kind: str, component: str) -> tuple[Any, str, list[str]]:
        """Return a function that makes the unit, the file that its functions come from, and remarks.

        Raises Fault if one of them is missing.
        """
        if component not in _NEEDED:
            raise Fault(MISSING, f"{component} is not among the functions of CS231n")
        usual, needed = _NEEDED[component]
        found: Functions = {}
        remarks, places = [], []
        for name in needed:
            files = self._defining(name, usual)
            if not files:
                raise Fault(MISSING, f"no function {name} in the hand-in (its usual place is {usual})")
            if len(files) > 1:
                remarks.append(f"{name} was graded from {files[0]}; there is another one in {', '.join(files[1:])}")
            places.append(files[0])
            module = importlib.import_module(module_name(self.finder.roots, files[0]))
            found[name] = getattr(module, name, None) or _broken(self.finder, module.__name__, name, files[0])
        if component == "CrossEntropyLoss":
            remarks.append(_TRANSLATED)
        return partial(UNITS[component], found), places[0], remarks

    def unit(self, kind: str, component: str, cls: Any, init: Mapping[str, Any]) -> Any:
        """Make the unit."""
        made = cls(*init.values())
        return NativeLayer(made) if kind == "layer" else made

    def _defining(self, function: str, usual: str) -> list[str]:
        """Return the files that define a function: the usual place first, then the shallowest."""
        pattern = re.compile(rf"^def[ \t]+{function}[ \t]*\(", re.MULTILINE)
        files = [name for name, text in self.finder.files.items() if pattern.search(text)]
        return sorted(files, key=lambda name: (not f"/{name}".endswith(f"/{usual}"), name.count("/"), name))


def _broken(finder: MemoryFinder, module: str, name: str, file: str) -> Any:
    raise finder.broken.get(module) or Fault(MISSING, f"{file} does not define {name} once it is imported")


def _parts(answer: Any, count: int, what: str, names: str) -> tuple[Any, ...]:
    """Return the parts of a tuple (or list) that a function gave; raise Fault if it is something else."""
    if not isinstance(answer, tuple | list) or len(answer) != count:
        size = f" of {len(answer)}" if isinstance(answer, tuple | list) else ""
        given = "None (is there a `return`?)" if answer is None else f"a {type(answer).__name__[:60]}{size}"
        raise Fault(ANSWER, f"{what} returned {given}; ({names}) was expected")
    return tuple(answer)


class _Layer:
    """A layer of the native contract over functions; subclasses call them in `forward` and `backward`."""

    def __init__(self, functions: Functions, **parameters: Array) -> None:
        self.functions = functions
        self.parameters = parameters
        self.gradients: dict[str, Array] = {}
        self.training = True
        self.cache: Any = None

    def train(self) -> None:
        """Switch to the training phase."""
        self.training = True

    def eval(self) -> None:
        """Switch to the test phase."""
        self.training = False

    def zero_grad(self) -> None:
        """Forget the gradients: the functions return fresh ones."""
        self.gradients = {}

    @property
    def mode(self) -> str:
        """The phase in the course's words."""
        return "train" if self.training else "test"

    def run(self, name: str, *arguments: Any) -> Array:
        """Call a forward function; keep its cache and return its output."""
        out, self.cache = _parts(self.functions[name](*arguments), 2, name, "out, cache")
        return as_array(out, name)

    def differentiate(self, name: str, dout: Array, *parameters: str) -> Array:
        """Call a backward function; keep the gradients of these parameters and return dx."""
        if not parameters:
            return as_array(self.functions[name](dout, self.cache), name)
        names = ", ".join(("dx", *parameters))
        dx, *grads = _parts(self.functions[name](dout, self.cache), 1 + len(parameters), name, names)
        own = zip(self.parameters, parameters, grads, strict=True)
        self.gradients = {key: as_array(grad, f"{name}: {letter}") for key, letter, grad in own}
        return as_array(dx, f"{name}: dx")


class Affine(_Layer):
    """`affine_*`: W (D, M), b (M,). An even D is given as (2, D / 2), as the course takes x of any shape (N, d1, …)."""

    def __init__(self, functions: Functions, inputs: int, outputs: int) -> None:
        super().__init__(functions, W=np.zeros((inputs, outputs)), b=np.zeros(outputs))
        self.axes = (inputs,) if inputs % 2 else (2, inputs // 2)

    def forward(self, x: Array) -> Array:
        """Return out (N, M)."""
        self.shape = x.shape
        return self.run("affine_forward", x.reshape(len(x), *self.axes), *self.parameters.values())

    def backward(self, dout: Array) -> Array:
        """Return dx, as (N, D) if it has the shape of what forward was given."""
        dx = self.differentiate("affine_backward", dout, "dw", "db")
        return dx.reshape(self.shape) if dx.shape == (self.shape[0], *self.axes) else dx


class Pair(_Layer):
    """Two functions `…_forward(x, w, b, settings)` and `…_backward`; w and b, or the settings, may be missing."""

    def __init__(self, functions: Functions, settings: Mapping[str, Any] | None = None, **parameters: Array) -> None:
        super().__init__(functions, **parameters)
        self.names = tuple(functions)
        self.settings = settings

    def forward(self, x: Array) -> Array:
        """Return out."""
        settings = () if self.settings is None else ({**self.settings, "mode": self.mode},)
        return self.run(self.names[0], x, *self.parameters.values(), *settings)

    def backward(self, dout: Array) -> Array:
        """Return dx."""
        return self.differentiate(self.names[1], dout, *(("dw", "db") if self.parameters else ()))


def convolution(
    functions: Functions, stride: Any, kernel: tuple[int, ...], kernels: int, padding: str = "same"
) -> Pair:
    """`conv_*_naive`: W (K, C, h, w), b (K,); "same" is pad = (h - 1) / 2, "valid" pad = 0; one stride."""
    settings = {"stride": int(stride[0]), "pad": 0 if padding == "valid" else (kernel[1] - 1) // 2}
    return Pair(functions, settings, W=np.zeros((kernels, *kernel)), b=np.zeros(kernels))


def max_pool(functions: Functions, stride: tuple[int, int], window: tuple[int, int]) -> Pair:
    """`max_pool_*_naive`: one stride."""
    return Pair(functions, {"pool_height": window[0], "pool_width": window[1], "stride": int(stride[0])})


def dropout(functions: Functions, probability: float) -> Pair:
    """`dropout_*`: `p` is the probability to keep; no seed, so that every mask is new."""
    return Pair(functions, {"p": probability})


class BatchNorm(_Layer):
    """`batchnorm_*` for (N, C), `spatial_batchnorm_*` for (N, C, H, W): gamma and beta (C,).

    The moving averages are in `bn_param`, the same dict in every call. Its eps is far below the course's 1e-5: the
    functions are to use the one that they are given.
    """

    def __init__(self, functions: Functions, channels: int) -> None:
        super().__init__(functions, gamma=np.ones(channels), beta=np.zeros(channels))
        self.settings: dict[str, Any] = {"eps": 1e-12, "momentum": 0.9}
        self.prefix = ""

    def forward(self, x: Array) -> Array:
        """Return out, shaped like x."""
        self.prefix = "spatial_" if x.ndim == 4 else ""
        self.settings["mode"] = self.mode
        return self.run(f"{self.prefix}batchnorm_forward", x, *self.parameters.values(), self.settings)

    def backward(self, dout: Array) -> Array:
        """Return dx."""
        return self.differentiate(f"{self.prefix}batchnorm_backward", dout, "dgamma", "dbeta")


class Recurrent(_Layer):
    """`rnn_*`, with an output layer of our own behind it, so that it can be compared with an Elman network.

    The course's functions take a batch (N, T, D). The one sequence x (T, D) is given twice, and the outputs are a
    weighted sum of both, y = sum_n share_n h_n Wy + by; so the derivative is that of one sequence, and what is
    wrong in a batch shows. The first step is `rnn_step_forward`, the others are `rnn_forward`, starting from it.
    """

    shares = (0.25, 0.75)

    def __init__(self, functions: Functions, inputs: int, hidden: int, outputs: int) -> None:
        shapes = {"Wx": (inputs, hidden), "Wh": (hidden, hidden), "bh": (hidden,), "Wy": (hidden, outputs)}
        super().__init__(functions, **{name: np.zeros(shape) for name, shape in shapes.items()}, by=np.zeros(outputs))
        self.memorize = False
        self.last: Array | None = None
        self.states = np.zeros((0, 0))
        self.caches: list[Any] = []

    def forward(self, x: Array) -> Array:
        """Return y (T, M) for x (T, D)."""
        count = len(self.shares)
        batch = np.stack([x] * count)
        weights = [self.parameters[name] for name in ("Wx", "Wh", "bh")]
        hidden = weights[1].shape[0]
        start = np.zeros((count, hidden)) if self.last is None or not self.memorize else self.last
        first = self._checked("rnn_step_forward", (count, hidden), batch[:, 0], start, *weights)
        self.caches, states = [self.cache], [first[:, None]]
        if len(x) > 1:
            shape = (count, len(x) - 1, hidden)
            states.append(self._checked("rnn_forward", shape, batch[:, 1:], first, *weights))
            self.caches.append(self.cache)
        together = np.concatenate(states, axis=1)
        self.last = together[:, -1].copy()
        self.states = np.tensordot(self.shares, together, 1)
        return np.asarray(self.states @ self.parameters["Wy"] + self.parameters["by"])

    def backward(self, dout: Array) -> Array:
        """Return dx (T, D)."""
        of_states = dout @ self.parameters["Wy"].T
        dh = np.stack([share * of_states for share in self.shares])
        names = ("dx", "dprev_h", "dWx", "dWh", "db")
        dx, grads, onward = [], [], np.zeros_like(dh[:, 0])
        if len(self.caches) > 1:
            answer = self.functions["rnn_backward"](dh[:, 1:], self.caches[1])
            later, onward, *own = self._arrays("rnn_backward", answer, ("dx", "dh0", *names[2:]))
            dx.append(self._of("rnn_backward: dx", later, (*dh[:, 1:].shape[:2], self.parameters["Wx"].shape[0])))
            onward = self._of("rnn_backward: dh0", onward, dh[:, 0].shape)
            grads.append(own)
        answer = self.functions["rnn_step_backward"](dh[:, 0] + onward, self.caches[0])
        first, _, *own = self._arrays("rnn_step_backward", answer, names)
        shape = (len(self.shares), 1, self.parameters["Wx"].shape[0])
        dx.insert(0, self._of("rnn_step_backward: dx", first, (shape[0], shape[2])).reshape(shape))
        grads.append(own)
        table = zip(("Wx", "Wh", "bh"), zip(*grads, strict=True), strict=True)
        self.gradients = {
            name: sum(
                (self._of(f"the gradient of {name}", g, self.parameters[name].shape) for g in parts), np.zeros(())
            )
            for name, parts in table
        }
        self.gradients |= {"Wy": self.states.T @ dout, "by": dout.sum(axis=0)}
        return np.asarray(np.concatenate(dx, axis=1).sum(axis=0))

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if name == "memorize" and not value:
            self.last = None

    def _checked(self, name: str, shape: tuple[int, ...], *arguments: Any) -> Array:
        return self._of(name, self.run(name, *arguments), shape)

    def _arrays(self, name: str, answer: Any, names: tuple[str, ...]) -> list[Array]:
        parts = _parts(answer, len(names), name, ", ".join(names))
        return [as_array(part, f"{name}: {letter}") for letter, part in zip(names, parts, strict=True)]

    @staticmethod
    def _of(what: str, array: Array, shape: tuple[int, ...]) -> Array:
        if array.shape != shape:
            raise Fault(ANSWER, f"{what} has shape {array.shape}; {shape} was expected")
        return array


_TRANSLATED = (
    "softmax_loss is asked for scores ln(p); its loss is multiplied by N, and its gradient by N / p, less 1: "
    "so both are those of the cross entropy of p, summed"
)
_EPS = float(np.finfo(float).eps)


class SoftmaxLoss:
    """`softmax_loss(x, y)`, a mean with the softmax in it, as the summed cross entropy of probabilities.

    With scores x = ln(p + eps) the softmax gives p back, and dx = (p - y) / N tells the derivative with respect to p.
    """

    def __init__(self, functions: Functions) -> None:
        self.function = functions["softmax_loss"]
        self.gradient = np.zeros((0, 0))

    def forward(self, p: Array, y: Array) -> Array:
        """Return the loss, summed over the batch, of probabilities (N, K) and one-hot rows."""
        given = p + _EPS
        loss, dx = _parts(self.function(np.log(given), y.argmax(axis=1)), 2, "softmax_loss", "loss, dx")
        dx = as_array(dx, "softmax_loss: dx")
        self.gradient = len(p) * dx / given - 1 if dx.shape == p.shape else dx
        return np.asarray(len(p) * as_scalar(loss, "softmax_loss: loss"))

    def backward(self, y: Array) -> Array:
        """Return dL/dp, which forward has computed already."""
        return self.gradient


class Rule(OptimizerUnit):
    """`sgd`, `sgd_momentum` or `adam`: (w, dw, config) -> (next_w, config), whose config is handed on."""

    def __init__(self, name: str, keys: tuple[str, ...], functions: Functions, *rates: float) -> None:
        config: Any = dict(zip(keys, rates, strict=True))

        def step(w: Array, dw: Array) -> Any:
            nonlocal config
            following, config = _parts(functions[name](w, dw, config), 2, name, "next_w, config")
            return following

        super().__init__(None, step, name)


UNITS: dict[str, Callable[..., Any]] = {
    "FullyConnected": Affine,
    "ReLU": Pair,
    "CrossEntropyLoss": SoftmaxLoss,
    "Sgd": partial(Rule, "sgd", ("learning_rate",)),
    "SgdWithMomentum": partial(Rule, "sgd_momentum", ("learning_rate", "momentum")),
    "Adam": partial(Rule, "adam", ("learning_rate", "beta1", "beta2")),
    "Conv": convolution,
    "Pooling": max_pool,
    "BatchNormalization": BatchNorm,
    "Dropout": dropout,
    "RNN": Recurrent,
}
