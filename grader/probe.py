"""What a check works with: data, comparisons, and numerical gradients by random projection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader import compare
from grader.model import Case
from grader.remote import RemoteLayer
from grader.samples import direction, sample, whole_sample
from grader.tolerance import deviates, difference_step, tolerance
from grader.trace import Observation, condition

Array = NDArray[Any]
_PROJECTIONS = 3
_LOCALISE_UP_TO = 400  # entries; beyond that a mismatch is reported without its place


class CheckFailed(Exception):
    """A check found a wrong answer. The message names the place and the size of the deviation."""

    def __init__(self, message: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details = dict(details or {})


class Probe:
    """Data and assertions for one check on one case; everything random comes from its own generator.

    `remarks` are sentences for the report, `details` numbers for plots; `progress` shows how far a long check is.
    `trace` collects every comparison. With `keep_going` the first wrong answer is noted in `failure` and the check
    goes on, so that the trace is complete; without, it is raised. `differentiate=False` takes the reference's gradient
    for the truth instead of differences: for replays, whose own verdict nobody needs.
    """

    def __init__(
        self,
        case: Case,
        rng: np.random.Generator,
        progress: Callable[[str], None] | None = None,
        *,
        keep_going: bool = False,
        differentiate: bool = True,
    ) -> None:
        self.case = case
        self.rng = rng
        self.progress = progress or (lambda text: None)
        self.remarks: list[str] = []
        self.details: dict[str, Any] = {}
        self.trace: list[Observation] = []
        self.failure: CheckFailed | None = None
        self._keep_going = keep_going
        self._differentiate = differentiate

    def remark(self, text: str) -> None:
        """Add a sentence to the report, without failing."""
        self.remarks.append(text)

    def input(self, shape: str | tuple[int, ...] = "") -> Array:
        """Return input data of the case's shape, of one of its further shapes by name, or of a shape given."""
        if isinstance(shape, str):
            shape = self.case.shapes[shape] if shape else self.case.input_shape
        return sample(self.case.data, shape, self.rng)

    def whole_numbers(self) -> Array:
        """Return input data of the case's kind and shape as integers."""
        return whole_sample(self.case.data, self.case.input_shape, self.rng)

    def labels(self, shape: tuple[int, ...]) -> Array:
        """Return one-hot rows (N, K)."""
        return sample("labels", shape, self.rng)

    def normal(self, shape: tuple[int, ...]) -> Array:
        """Return standard normal draws."""
        return self.rng.standard_normal(shape)

    def cotangent(self, y: Array) -> Array:
        """Return a random dL/dy: never ones, under which wrong derivatives look right."""
        return direction(y.shape, self.rng)

    def assert_true(self, holds: bool, message: str, **details: Any) -> None:
        """Fail with `message` unless the condition holds."""
        self.trace.append(condition(holds))
        if not holds:
            self._fail(message, details)

    def assert_shape(self, answer: Array, shape: tuple[int, ...], what: str) -> None:
        """Fail unless `answer` has `shape`."""
        if answer.shape != tuple(shape):
            self._note(answer, np.empty(shape), True, "value")
            self._fail(f"{what} has shape {answer.shape}; {tuple(shape)} was expected")

    def assert_same(self, answer: Array, expected: Array, what: str, kind: str = "value", tensor: str = "") -> None:
        """Fail unless two arrays agree in shape and, within the tolerance of `kind`, in every entry.

        `tensor` (`input`, `output`, a parameter's name) says which of the case's arrays this is, to name its axes.
        """
        answer, expected = np.asarray(answer), np.asarray(expected)
        if answer.shape != expected.shape:
            self.assert_shape(answer, expected.shape, what)
            return
        wrong = deviates(answer, expected, kind)
        self._note(answer, expected, bool(wrong.any()), kind)
        if wrong.any():
            self._fail(*compare.describe(answer, expected, wrong, what, self.case.axes.get(tensor, ())))

    def feature(self, name: str, value: float, expected: float) -> None:
        """Note a statistic of a random unit in the trace; asserts nothing."""
        self.details.setdefault("features", {})[name] = value
        answer, wanted = np.array([value]), np.array([expected])
        self._note(answer, wanted, bool(deviates(answer, wanted, "statistic").any()), "statistic")

    def assert_all_same(
        self, answers: Mapping[str, Array], expected: Mapping[str, Array], what: str, kind: str = "value"
    ) -> None:
        """Fail unless both tables have the same names and agree under each of them."""
        missing = sorted(set(expected) - set(answers))
        if missing:
            self._fail(f"{what}: there is no {missing[0]}")
            return
        for name, value in expected.items():
            self.assert_same(_like(answers[name], value), value, f"{what} {name}" if what else name, kind, tensor=name)

    def assert_gradient(
        self,
        answer: Array,
        of: Callable[[Array], Array],
        at: Array,
        along: Array,
        what: str = "the input gradient",
        truth: Callable[[], Array | None] | None = None,
        tensor: str = "input",
    ) -> None:
        """Fail unless `answer` is the derivative of <along, of(x)> with respect to x at `at`.

        Compares projections on random directions v: <answer, v> against a four-point central difference along v, so
        the number of calls does not grow with the size. On a mismatch `truth`, the reference's own gradient, says
        where; without one the entries are differentiated one by one. An answer of zeros has to agree with `truth`.
        """
        if answer.shape != at.shape:
            self.assert_shape(answer, at.shape, what)
            return
        precision = np.dtype(np.float64)

        def loss(x: Array) -> float:
            nonlocal precision
            y = of(x)
            precision = min(y.dtype, answer.dtype)
            return _inner(along, y)

        directions = [direction(at.shape, self.rng) for _ in range(_PROJECTIONS)]
        fits = False
        if self._differentiate or truth is None:
            loss(at)
            fits = all(
                _matches(_inner(answer, v), _slope(loss, at, v, precision), answer, precision) for v in directions
            )
        # zero is the derivative of a forward that ignores its input: right only where the reference says so, too
        if fits and (answer.any() or truth is None):
            self._note(answer, answer, False, "gradient")
            return
        expected = truth() if truth is not None else _entrywise(loss, at, precision)
        if expected is not None and expected.shape == answer.shape:
            wrong = deviates(answer, expected, "gradient")
            self._note(answer, expected, bool(wrong.any()), "gradient")
            if wrong.any():
                self._fail(*compare.describe(answer, expected, wrong, what, self.case.axes.get(tensor, ())))
                return
        if not fits and self._differentiate:
            self._fail(f"{what} is not the derivative of what forward computes (by central differences)")

    def assert_parameter_gradients(
        self, layer: RemoteLayer, x: Array, truth: Callable[[Array, Array], Mapping[str, Array]]
    ) -> None:
        """Fail unless every gradient that `layer` reports is the derivative of its own forward pass at `x`.

        `truth(x, dout)` gives the reference's gradients, to say where one is wrong.
        """
        params = layer.params()
        dout = self.cotangent(layer.forward(x))
        layer.backward(dout)
        grads = layer.grads()
        true_gradients = truth(x, dout)
        missing = sorted(set(true_gradients) - set(params))
        if missing:
            self._fail(f"there is no array {missing[0]}")
        for name, value in params.items():
            if name not in grads:
                self._fail(f"there is no gradient of {name} after backward")
                continue
            grad = _like(grads[name], value)

            def of(candidate: Array, name: str = name) -> Array:
                layer.set_params({name: candidate})
                return layer.forward(x)

            def true_gradient(name: str = name) -> Array | None:
                return true_gradients.get(name)

            layer.set_params(params)
            self.assert_gradient(grad, of, value, dout, f"the gradient of {name}", true_gradient, name)
            layer.set_params(params)

    def _note(self, answer: Array, expected: Array, wrong: bool, kind: str) -> None:
        self.trace.append(Observation(answer, expected if wrong else answer, wrong, kind))

    def _fail(self, message: str, details: Mapping[str, Any] | None = None) -> None:
        """Note the first failure, or raise it."""
        failure = CheckFailed(message, details)
        if not self._keep_going:
            raise failure
        self.failure = self.failure or failure


def _like(answer: Array, value: Array) -> Array:
    """Return `answer`, brought to the shape of `value` where both are one vector: (K,), (1, K) or (K, 1, 1)."""
    vectors = all(array.size == max(array.shape, default=1) for array in (answer, value))
    return answer.reshape(value.shape) if vectors and answer.size == value.size else answer


def _inner(a: Array, b: Array) -> float:
    return float(np.dot(a.ravel().astype(np.float64), b.ravel().astype(np.float64))) if a.shape == b.shape else np.nan


def _slope(loss: Callable[[Array], float], at: Array, v: Array, precision: np.dtype[Any]) -> float:
    """Four-point central difference of `loss` along v (Fornberg 1988, order 4)."""
    h = difference_step(precision)
    near = loss(at + h * v) - loss(at - h * v)
    far = loss(at + 2 * h * v) - loss(at - 2 * h * v)
    return (8 * near - far) / (12 * h)


def _matches(projected: float, slope: float, answer: Array, precision: np.dtype[Any]) -> bool:
    allowed = tolerance("gradient", precision)
    norm = float(np.linalg.norm(answer.astype(np.float64)))
    noise = allowed.atol * max(answer.size, 1) ** 0.5 + allowed.rtol * max(norm, abs(slope))
    return bool(abs(projected - slope) <= noise and np.isfinite(noise))  # to infinity, everything would be close


def _entrywise(loss: Callable[[Array], float], at: Array, precision: np.dtype[Any]) -> Array | None:
    if at.size > _LOCALISE_UP_TO:
        return None
    gradient = np.empty(at.size)
    for index in range(at.size):
        v = np.zeros(at.size)
        v[index] = 1.0
        gradient[index] = _slope(loss, at, v.reshape(at.shape), precision)
    return gradient.reshape(at.shape)
