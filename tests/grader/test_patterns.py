"""Sentences on the pattern of wrong numbers: each for its own pattern, none by chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grader.model import Case, CheckResult, Task, Verdict
from grader.patterns import with_patterns
from grader.trace import Observation

CASE = Case("three", {"rate": 0.4}, (3, 4), (3, 5))
TASK = Task("T", "layer", (CASE, Case("one", {}, (1, 4), (1, 5)), Case("also one", {}, (1, 2), (1, 5))))
RIGHT = np.random.default_rng(0).standard_normal((4, 5))
FAILED = CheckResult("T", "three", "c", "title", Verdict.FAILED, hint="think")


def said(answer: np.ndarray, expected: np.ndarray = RIGHT, task: Task = TASK) -> str:
    seen = {("three", "c"): [Observation(answer, expected, True, "value")]}
    return with_patterns([FAILED], task, seen)[0].diagnosis


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (RIGHT / 3, "an average where a sum is asked for: everything is 1/3"),
        (RIGHT * 3, "3 times the right value, for 3 samples"),
        (RIGHT * 2, "a factor 2 too many"),
        (RIGHT / 2, "half of the right value"),
        (-RIGHT, "the wrong sign"),
        (RIGHT * 0.4, "a factor of rate too many"),
        (RIGHT / 0.4, "a factor of 1/rate too many"),
        (RIGHT[::-1], "mirrored order, along axis 0"),
        (RIGHT[:, ::-1], "mirrored order, along the last axis"),
        (RIGHT.T, "the transpose"),
    ],
)
def test_pattern_is_said(answer: np.ndarray, sentence: str) -> None:
    assert sentence in said(answer)


def test_transposed_square() -> None:
    square = RIGHT[:, :4]
    assert said(square.T, square) == "the transpose of what is asked for"


@pytest.mark.parametrize(
    "answer",
    [
        RIGHT + 0.1 * np.random.default_rng(1).standard_normal(RIGHT.shape),
        1.37 * RIGHT,
        np.where(RIGHT > 0, RIGHT / 3, RIGHT),
        np.full_like(RIGHT, np.nan),
        np.zeros_like(RIGHT),
    ],
)
def test_nothing_is_said_of_anything_else(answer: np.ndarray) -> None:
    assert said(answer) == ""


def test_few_numbers_say_nothing() -> None:
    assert said(RIGHT[:1, :3] / 3, RIGHT[:1, :3]) == ""


def test_time_steps() -> None:
    sequence = replace(TASK, traits=frozenset({"sequence"}))
    early = RIGHT + np.array([[1.0], [2.0], [0.5], [0.0]])
    late = RIGHT + np.array([[0.0], [2.0], [0.5], [1.0]])
    assert "last time step is right" in said(early, task=sequence)
    assert "first time step is right" in said(late, task=sequence)
    assert "time steps" in said(RIGHT / 3, task=sequence)
    assert said(early) == ""


def test_related_checks_that_passed() -> None:
    def with_passed(check: str, *others: str) -> str:
        results = [replace(FAILED, check=check)]
        results += [replace(FAILED, check=other, verdict=Verdict.PASSED) for other in others]
        noise = Observation(RIGHT + np.arange(20).reshape(4, 5), RIGHT, True, "value")
        return with_patterns(results, TASK, {("three", check): [noise]})[0].diagnosis

    assert "wrong with Adam" in with_passed("adam_steps", "sgd_step", "gradients_start_anew")
    assert with_passed("adam_steps", "sgd_step") == ""
    assert "different with one" in with_passed("error_uses_forward_weights", "input_gradient")
    assert "wrong on the second" in with_passed("second_batch", "input_gradient")


def test_cases_that_passed() -> None:
    results = [replace(FAILED, case=name, verdict=Verdict.PASSED) for name in ("one", "also one")] + [FAILED]
    noise = {("three", "c"): [Observation(RIGHT + np.arange(20).reshape(4, 5), RIGHT, True, "value")]}
    assert with_patterns(results, TASK, noise)[-1].diagnosis == "right for one sample, wrong for several"
    assert with_patterns(results[1:], TASK, noise)[-1].diagnosis == ""  # two cases are no pattern


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("forward changes its input array in place", "belongs to the caller"),
        ("a second forward overwrites the array that the first one returned", "used again"),
        (
            "ValueError: operands could not be broadcast together with shapes (3,) (2,), raised in your a.py:1",
            "two sizes",
        ),
        ("ValueError: shapes (4,785) and (401,120) not aligned: 785 (dim 1)", "two sizes"),
        ("TypeError: 'int' object is not iterable, raised in your a.py:1", "where a pair is expected"),
        ("AttributeError: 'float' object has no attribute 'shape'", "a plain number"),
        ("AttributeError: 'NoneType' object has no attribute 'step'", "before anybody has set it"),
        ("TypeError: cannot pickle 'generator' object", "cannot be stored"),
        ("calculate_gradient returned a float; an ndarray was expected", "one number"),
        ("weights has shape (1,); (3,) was expected", "one number for all"),
        ("`weights` was set to new values but does not hold them afterwards", "does not arrive"),
        ("AssertionError, raised in your a.py:1", "an assertion"),
        ("ZeroDivisionError: division by zero, raised in your in place", ""),
        ("not written yet (a.py:3): the task", ""),
    ],
)
def test_symptoms_of_failures_without_numbers(message: str, sentence: str) -> None:
    failed = replace(FAILED, verdict=Verdict.CRASHED, message=message)
    heard = with_patterns([failed], TASK, {})[0].diagnosis
    assert sentence in heard
    assert bool(heard) == bool(sentence)


def test_a_name_is_not_overwritten() -> None:
    named = replace(FAILED, diagnosis="a name")
    seen = {("three", "c"): [Observation(RIGHT / 3, RIGHT, True, "value")]}
    assert with_patterns([named], TASK, seen)[0].diagnosis == "a name"
