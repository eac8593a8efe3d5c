"""The words with a `$` in the lines of a reproduction: what they mean for a task, a case and a dialect.

So a check says once how it is done by hand, for `layer.weights` and for `layer.parameters["W"]` alike. Everything
random comes from `rng`, the check's own generator, whose first draw is the check's input `x`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Template
from typing import Any

import numpy as np

from grader.model import Case, Conventions, Task

FAU, NATIVE = "fau", "native"
_RULES = {  # of the exercise's dialect, whose layers call them; each parameter should have a copy of its own
    "sgd": '"calculate_update": lambda self, w, g: w - 0.05 * g',
    "momentum": '"v": 0, "calculate_update": lambda self, w, g: setattr(self, "v", self.v + g) or w - 0.05 * self.v',
    "counter": '"n": 0, "calculate_update": lambda self, w, g: setattr(self, "n", self.n + 1) or w - 0.02 * self.n * g',
}
_DOUBLE = (
    '[net.append_layer(type("Double", (), {"trainable": %s, "training": True, "testing_phase": False, '
    '"parameters": {}, "gradients": {}, "forward": lambda self, x: 2 * x, '
    '"backward": lambda self, e: setattr(self, "e", e) or 2 * e, "train": lambda self: None, '
    '"eval": lambda self: setattr(self, "training", False), "zero_grad": lambda self: None, '
    '"initialize": lambda self, *given: setattr(self, "given", given)})()) for _ in range(2)]'
)
_NETWORK = (
    "rng.standard_normal((3, 2)); "
    'net.data_layer = type("Data", (), {"next": lambda self: (x, x)})(); '
    'net.loss_layer = type("Loss", (), {"forward": lambda self, p, y: np.sum((p - y) ** 2), '
    '"backward": lambda self, y: y})()'
)
_FILLED = "[np.copyto(p, 0.6 * rng.standard_normal(p.shape)) for _, p in sorted(layer.parameters.items())]"
_STEPPED = "[np.subtract(p, %s * layer.gradients[n], out=p) for n, p in layer.parameters.items()]"


def filled_in(text: str, task: Task, case: Case, dialect: str) -> str:
    """Return a line with its words replaced. Raises KeyError for a word that is none."""
    words = _words(task, case, dialect)
    while "$" in text:  # words are made of words
        text = Template(text).substitute(words)
    parts = (part.strip() for part in text.split("; "))
    return "; ".join(part for part in parts if part)


def _words(task: Task, case: Case, dialect: str) -> Mapping[str, str]:
    new = f"{task.name}({', '.join(repr(value) for value in case.init.values())})"
    words = {
        "name": task.name,
        "new": new,
        "x": data(case.data, case.input_shape),
        "shape": repr(case.input_shape),
        "out": repr(case.output_shape),
        "labels": "np.eye(p.shape[1])[rng.integers(0, p.shape[1], len(p))]"
        if case.data == "probabilities"
        else "rng.standard_normal(p.shape)",
        "p": repr(case.init.get("probability", 1.0)),
        "outputs": repr(case.init.get("output_size", 1)),
        "answers": "np.concatenate([y.ravel()[:2], layer.backward(rng.standard_normal(y.shape)).ravel()[:2]])",
        "once": "y = layer.forward(x); $zero; layer.backward(rng.standard_normal(y.shape)); $update",
        "constants": 'const = lambda value: type("Constant", (), '
        '{"initialize": lambda self, shape, *fans: np.full(shape, value)})()',
        "fans": 'fans = type("Fans", (), {"initialize": lambda self, shape, *fans: '
        "np.full(shape, fans[0] + fans[1] / 1024)})(); "
        'zero = type("Zero", (), {"initialize": lambda self, shape, *fans: np.zeros(shape)})()',
        "doubles": _DOUBLE % False,
        "trained_doubles": _DOUBLE % True,
        "start_with_optimizer": f'net, x = {task.name}({{"rate": 1}}, "weights", "bias"), {_NETWORK}',
        "memory_on": "layer.memorize = True",
        "memory_off": "layer.memorize = False",
    }
    words |= {name: data(case.data, shape) for name, shape in case.shapes.items() if name in ("other", "rows")}
    fan_in, fan_out = case.shapes.get("fans", (7, 11))
    words |= {"fan_in": str(fan_in), "fan_out": str(fan_out), "moments": _moments(task, case)}
    words["start"] = {
        "layer": "layer, x = $new, $x; $fill",
        "loss": "loss, p = $new, $x",
        "optimizer": "optimizer, w = $new, $x; step = $step",
        "regularizer": "regularizer, w = $new, $x",
        "initializer": "initializer = $new; draw = lambda: initializer.initialize($shape, $fan_in, $fan_out)",
        "network": f'net, x = {task.name}(None, "weights", "bias"), {_NETWORK}',
    }.get(task.kind, "")
    return words | (_native(task) if dialect == NATIVE else _fau(task))


def _fau(task: Task) -> dict[str, str]:
    attached = {name: f'layer.optimizer = type("Rule", (), {{{rule}}})()' for name, rule in _RULES.items()}
    return attached | {
        "fill": task.fill,
        "zero": "",
        "update": "",
        "weights": "layer.weights",
        "gradient": "layer.gradient_weights",
        "assign": '(lambda w: setattr(layer, "weights", w))',
        "eval": "layer.testing_phase = True",
        "train": "layer.testing_phase = False",
        "step": "optimizer.calculate_update",
        "silence": "layer.weights = np.zeros_like(layer.weights)",
    }


def _native(task: Task) -> dict[str, str]:
    trainable = "trainable" in task.traits
    first = {"RNN": "Wx", "BatchNormalization": "gamma"}.get(task.name, "W")
    return {
        **dict.fromkeys(_RULES, ""),
        "fill": _FILLED if trainable else "",
        "zero": "layer.zero_grad()" if trainable else "",
        "update": _STEPPED % 0.05,
        "weights": f'layer.parameters["{first}"]',
        "gradient": f'layer.gradients["{first}"]',
        "assign": f'(lambda w: np.copyto(layer.parameters["{first}"], w))',
        "eval": "layer.eval()",
        "train": "layer.train()",
        "step": '(lambda w, g, own=optimizer: own.step("w", w, g))',
        "silence": '[np.copyto(layer.parameters[n], 0.0) for n in ("Wx", "Wh")]',
    }


def data(kind: str, shape: tuple[int, ...]) -> str:
    """Return the expression that draws what `samples.sample` draws from the same generator."""
    count = int(np.prod(shape))
    return {
        "normal": f"rng.standard_normal({shape})",
        "wide": f"1e4 * rng.standard_normal({shape})",
        "off_zero": f"rng.choice([-1.0, 1.0], {shape}) * rng.uniform(0.05, 2.0, {shape})",
        "distinct": f"(rng.permutation({count}).reshape({shape}) - {(count - 1) / 2}) * {4.0 / max(count, 1)!r}",
        "probabilities": f"(lambda p: p / p.sum(axis=-1, keepdims=True))(rng.uniform(0.1, 1.0, {shape}))",
    }[kind]


def _moments(task: Task, case: Case) -> str:
    """Return the mean and the standard deviation that an initializer's draws should have."""
    if task.kind != "initializer" or task.oracle is None:
        return "()"
    build: Callable[..., Any] = task.oracle
    return f"(0.0, {build(None, case, Conventions()).std:.6g})" if task.name != "UniformRandom" else "(0.5, 0.288675)"
