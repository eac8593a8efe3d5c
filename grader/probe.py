"""What a check works with: data, comparisons, and numerical gradients by random projection."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader import compare
from grader.localise import describe as describe_place
from grader.localise import localise
from grader.model import Case
from grader.references import NoOracle
from grader.remote import RemoteLayer
from grader.samples import direction, sample, whole_sample
from grader.slopes import Slopes, inner
from grader.tolerance import deviates
from grader.trace import Observation, condition

Array = NDArray[Any]
_PROJECTIONS = 2


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
        return self.case.errors * direction(y.shape, self.rng)

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
        where; without one, or where it agrees, a few more differences do (`localise`). An answer of zeros has to agree
        with `truth`.
        """
        if answer.shape != at.shape:
            self.assert_shape(answer, at.shape, what)
            return
        slopes = Slopes(lambda h, v: of(at + h * v[0]), along, answer.dtype)
        fits = self._differences_fit([answer], slopes) if self._differentiate or truth is None else None
        if self._agrees(answer, fits, truth, what, tensor) and fits is False:
            self._not_the_derivative(answer, slopes, what, tensor)

    def assert_parameter_gradients(
        self, layer: RemoteLayer, x: Array, truth: Callable[[Array, Array], Mapping[str, Array]]
    ) -> None:
        """Fail unless every gradient that `layer` reports is the derivative of its own forward pass at `x`.

        All parameters are moved at once: eight forward passes, however many there are. On a mismatch `truth(x, dout)`,
        the reference's gradients, says where; if it agrees, every parameter is moved alone.
        """
        params = layer.params()
        dout = self.cotangent(layer.forward(x))
        layer.backward(dout)
        grads = layer.grads()
        try:
            true_gradients = truth(x, dout)
        except NoOracle:  # in a student kit; the differences decide alone
            true_gradients = {}
        missing = sorted(set(true_gradients) - set(params))
        if missing:
            self._fail(f"there is no array {missing[0]}")
        answers = {name: _like(grads[name], value) for name, value in params.items() if name in grads}
        moved = [name for name, answer in answers.items() if answer.shape == params[name].shape]

        def slopes(names: Sequence[str]) -> Slopes:
            def of(h: float, v: Sequence[Array]) -> Array:
                layer.set_params({name: params[name] + h * each for name, each in zip(names, v, strict=True)})
                return layer.forward(x)

            return Slopes(of, dout, min((answers[name].dtype for name in names), default=np.dtype(np.float64)))

        fits = self._differences_fit([answers[name] for name in moved], slopes(moved)) if self._differentiate else None
        layer.set_params(params)
        agree = True
        for name, value in params.items():
            what = f"the gradient of {name}"
            if name in moved:
                agree &= self._agrees(answers[name], fits, partial(true_gradients.get, name), what, name)
            elif name in grads:
                self.assert_shape(answers[name], value.shape, what)
            else:
                self.assert_true(False, f"there is no gradient of {name} after backward")
        if agree and fits is False:
            for name in moved:
                if not self._differences_fit([answers[name]], slopes([name])):
                    self._not_the_derivative(answers[name], slopes([name]), f"the gradient of {name}", name)
                layer.set_params(params)

    def _differences_fit(self, answers: Sequence[Array], slopes: Slopes) -> bool:
        """Tell whether gradients, taken together, are the derivative, going by random projections."""
        norm = float(np.linalg.norm([np.linalg.norm(answer.astype(np.float64)) for answer in answers]))
        size = sum(answer.size for answer in answers)
        for _ in range(_PROJECTIONS if size else 0):
            v = [direction(answer.shape, self.rng) for answer in answers]
            slope = slopes.along(v)
            projected = sum(inner(answer, each) for answer, each in zip(answers, v, strict=True))
            noise = slopes.noise(norm, slope, size)
            if not (abs(projected - slope) <= noise and np.isfinite(noise)):  # to infinity, everything would be close
                return False
        return True

    def _agrees(
        self, answer: Array, fits: bool | None, truth: Callable[[], Array | None] | None, what: str, tensor: str
    ) -> bool:
        """Tell whether a gradient agrees with the reference's, as far as that is needed and there is one.

        `fits` says whether it is the derivative of what forward computes, None if nobody has tried. Makes one
        observation, and fails if the gradient does not agree.
        """
        # zero is the derivative of a forward that ignores its input: right only where the reference says so, too
        if fits and (answer.any() or truth is None):
            self._note(answer, answer, False, "gradient")
            return True
        try:
            expected = truth() if truth is not None else None
        except NoOracle:  # in a student kit; the differences decide alone, as far as they can
            if fits is not False:
                raise
            expected = None
        if expected is None or expected.shape != answer.shape:
            self._note(answer, answer, fits is False and truth is None, "gradient")
            return True
        wrong = deviates(answer, expected, "gradient")
        self._note(answer, expected, bool(wrong.any()), "gradient")
        if wrong.any():
            self._fail(*compare.describe(answer, expected, wrong, what, self.case.axes.get(tensor, ())))
        return not wrong.any()

    def _not_the_derivative(self, answer: Array, slopes: Slopes, what: str, tensor: str) -> None:
        """Fail, and say where a gradient is wrong, as far as a few more forward passes can tell."""
        text = f"{what} is not the derivative of what forward computes (by central differences)"
        if self.failure is None:  # only the first failure is reported
            place = localise(answer, slopes, self.rng)
            text += describe_place(place, answer, self.case.axes.get(tensor, ()))
        self._fail(text)

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
