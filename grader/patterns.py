"""What the pattern of wrong numbers says, where no misconception explains them: a sentence on the place, not a name.

The patterns are those of section E of the catalogue of mistakes: constant factors, transposed or mirrored arrays, one
part that is right, one kind of case that is right. Each asks for enough numbers that chance does not make it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.model import Case, CheckResult, Task, Verdict
from grader.symptoms import symptom
from grader.tolerance import deviates
from grader.trace import CONDITION, Observation, Trace

Array = NDArray[Any]
_LEAST = 4  # numbers
_WRONG = (Verdict.FAILED, Verdict.CRASHED)


def with_patterns(
    results: Sequence[CheckResult], task: Task, traces: Mapping[tuple[str, str], Trace]
) -> list[CheckResult]:
    """Return the results; failures without a diagnosis get the sentence that their numbers suggest, if any."""
    cases = {case.name: case for case in task.cases}
    said = []
    for result in results:
        sentence = ""
        if result.verdict in _WRONG and not result.diagnosis:
            wrong = next((o for o in traces.get((result.case, result.check), ()) if o.wrong), None)
            if wrong is not None and wrong.kind != CONDITION:
                sentence = _of_numbers(wrong, cases[result.case], task)
                sentence = sentence or _of_checks(result, results) or _of_cases(result, results, task)
            sentence = sentence or symptom(result.message)
        said.append(replace(result, diagnosis=sentence) if sentence else result)
    return said


def _of_numbers(o: Observation, case: Case, task: Task) -> str:
    """Return what one wrong answer suggests."""
    answer, expected = o.answer, o.expected
    if not o.has_numbers or o.kind == "statistic" or answer.size < _LEAST or not np.isfinite(answer).all():
        return ""
    if answer.shape == expected.shape:
        return _factor(answer, expected, case, task) or _order(answer, expected, o.kind) or _part(answer, o, task)
    if answer.ndim == 2 and answer.T.shape == expected.shape and expected.size:
        return "the transpose of what is asked for, going by its shape"
    return ""


def _factor(answer: Array, expected: Array, case: Case, task: Task) -> str:
    present = np.abs(expected) > 1e-9 * float(np.abs(expected).max(initial=1e-300))
    if present.sum() < _LEAST:
        return ""
    ratio = answer[present] / expected[present]
    if np.ptp(ratio) > 1e-6 * abs(ratio[0]) or answer[~present].any():
        return ""
    factor = float(ratio[0])
    count = case.input_shape[0]
    things = "time steps" if "sequence" in task.traits else "samples"
    known: list[tuple[float, str]] = [
        (-1.0, "the right numbers with the wrong sign"),
        (
            1 / count,
            f"an average where a sum is asked for: everything is 1/{count} of what is right, for {count} {things}",
        ),
        (float(count), f"a sum too many: everything is {count} times the right value, for {count} {things}"),
        (2.0, "a factor 2 too many, as the derivative of a square brings one"),
        (0.5, "half of the right value throughout: where should a factor 2 come from, or not be halved?"),
    ]
    known += [
        (float(rate), f"a factor of {name} too many ({rate:g})")
        for name, rate in case.init.items()
        if isinstance(rate, float) and rate not in (0.0, 1.0)
    ]
    known += [
        (1 / rate, f"a factor of 1/{name} too many ({1 / rate:g})")
        for name, rate in case.init.items()
        if isinstance(rate, float) and rate not in (0.0, 1.0)
    ]
    return next((text for value, text in known if math.isclose(value, factor, rel_tol=1e-6) and value != 1.0), "")


def _order(answer: Array, expected: Array, kind: str) -> str:
    """Return a remark if the right numbers stand in another order."""
    if np.unique(expected).size < _LEAST:
        return ""

    def same(candidate: Array) -> bool:
        return candidate.shape == expected.shape and not deviates(candidate, expected, kind).any()

    if answer.ndim == 2 and same(answer.T):
        return "the transpose of what is asked for"
    axes = range(max(answer.ndim - 2, 0), answer.ndim)
    for several in itertools.chain(itertools.combinations(axes, 1), itertools.combinations(axes, 2)):
        if same(np.flip(answer, several)):
            return f"the right numbers in mirrored order, along {_axes(several, answer.ndim)}"
    return ""


def _axes(axes: Sequence[int], ndim: int) -> str:
    names = [f"axis {axis}" if axis < ndim - 1 else "the last axis" for axis in axes]
    return " and ".join(names)


def _part(answer: Array, o: Observation, task: Task) -> str:
    """Return a remark on the time steps that are right; rows that are parts of a matrix are named in the message."""
    if "sequence" not in task.traits or answer.ndim != 2 or len(answer) < 3:
        return ""
    bad = np.array([row.any() for row in deviates(answer, o.expected, o.kind)])
    if not bad[-1] and bad[:-1].all():
        return "the last time step is right and all the earlier ones are wrong: what reaches them from the steps after?"
    if not bad[0] and bad[1:].all():
        return (
            "the first time step is right and all the later ones are wrong: what does a step take from the one before?"
        )
    return ""


def _of_checks(result: CheckResult, results: Sequence[CheckResult]) -> str:
    """Return what it says that related checks passed on the same case."""

    def passed(check: str) -> bool:
        return any(r.check == check and r.case == result.case and r.verdict is Verdict.PASSED for r in results)

    if result.check == "adam_steps" and passed("sgd_step") and passed("gradients_start_anew"):
        return "right with Sgd and wrong with Adam: some optimizer's memory is shared, or lost between the steps"
    if result.check == "error_uses_forward_weights" and passed("input_gradient"):
        return "right without an optimizer and different with one: something is updated before it is used"
    if result.check == "later_steps" and passed("first_step") and " after step 1 " in result.message:
        return "right for one optimizer and wrong for the next one, at the same step: the two share something"
    if result.check == "second_batch" and passed("input_gradient"):
        return "right on the first call and wrong on the second: something of the first call is kept"
    return ""


_KINDS: tuple[tuple[str, str, Callable[[Case], bool]], ...] = (
    ("one sample", "several", lambda case: case.input_shape[0] == 1),
    ("images", "signals", lambda case: len(case.input_shape) == 4),
    ("stride 1", "larger strides", lambda case: _strides(case) == {1}),
    ("odd kernels", "even ones", lambda case: all(size % 2 for size in case.init.get("convolution_shape", (1,))[1:])),
    ("windows that do not overlap", "those that do", lambda case: _overlap(case) is False),
)


def _of_cases(result: CheckResult, results: Sequence[CheckResult], task: Task) -> str:
    """Return by what the cases that pass a check differ from those that fail it, if one thing tells them apart."""
    cases = {case.name: case for case in task.cases}
    own = [r for r in results if r.check == result.check and r.case in cases]
    passed = [cases[r.case] for r in own if r.verdict is Verdict.PASSED]
    failed = [cases[r.case] for r in own if r.verdict in _WRONG]
    if not passed or not failed or len(own) < 3:
        return ""
    kinds = _KINDS if "sequence" not in task.traits else (("one time step", "several", _KINDS[0][2]),)
    for good, bad, holds in kinds:
        if all(holds(case) for case in passed) and not any(holds(case) for case in failed):
            return f"right for {good}, wrong for {bad}"
    return ""


def _strides(case: Case) -> set[int]:
    stride = case.init.get("stride_shape", 1)
    return {stride} if isinstance(stride, int) else set(stride)


def _overlap(case: Case) -> bool | None:
    if "pooling_shape" not in case.init:
        return None
    return any(s < p for s, p in zip(case.init["stride_shape"], case.init["pooling_shape"], strict=True))
