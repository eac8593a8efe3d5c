"""From wrong numbers to the name of a mistake: shares of explained deviations, silence, ties, pairs."""

from __future__ import annotations

import numpy as np
import pytest

from framework.reference.fully_connected import FullyConnected
from grader.diagnosis import Candidate, Diagnosis, diagnose, judge
from grader.misconceptions.define import misconception
from grader.model import CheckResult, Misconception, Verdict
from grader.selftest.imitations import grade_imitation
from grader.trace import Observation, condition, explains, raised
from tests.grader.handins import findings, grade, patched, registry

RIGHT = np.arange(6.0).reshape(2, 3) + 1
FILE = "Layers/FullyConnected.py"
_PRODUCT = "np.dot(self.input_tensor.T, error_tensor)"
AVERAGED = (FILE, _PRODUCT, f"{_PRODUCT} / len(error_tensor)")


def seen(answer: np.ndarray, wrong: bool = True) -> Observation:
    return Observation(answer, RIGHT, wrong, "value")


def named(id: str, cls: type) -> Misconception:
    return misconception(id, cls, "FullyConnected")


class Doubled(FullyConnected):
    """everything is doubled

    Why twice?
    """

    def _affine(self, x: np.ndarray) -> np.ndarray:
        return 2 * super()._affine(x)


class DoubledAgain(Doubled):
    """everything is doubled, again

    Why twice?
    """


class Shifted(FullyConnected):
    """dX is shifted by one

    Where does the one come from?
    """

    def _input_gradient(self, dout: np.ndarray) -> np.ndarray:
        return super()._input_gradient(dout) + 1


@pytest.mark.parametrize(
    ("m", "s", "expected"),
    [
        (seen(RIGHT * 2), seen(RIGHT * 2), True),
        (seen(RIGHT * 2 + 1e-12), seen(RIGHT * 2), True),
        (seen(RIGHT * 2.001), seen(RIGHT * 2), True),  # a hundredth of the deviation
        (seen(RIGHT * 2.1), seen(RIGHT * 2), False),
        (seen(RIGHT, False), seen(RIGHT * 2), False),
        (seen(RIGHT.T), seen(RIGHT), False),
        (seen(RIGHT * np.nan), seen(RIGHT * np.nan), True),
        (seen(RIGHT * np.nan), seen(RIGHT), False),
        (raised("ValueError"), raised("ValueError"), True),
        (raised("ValueError"), raised("TypeError"), False),
        (raised("ValueError"), seen(RIGHT), False),
        (condition(False), condition(False), True),
        (condition(True), condition(False), False),
    ],
)
def test_what_explains_what(m: Observation, s: Observation, expected: bool) -> None:
    assert explains(m, s) == expected


def test_score_is_the_share_of_all_deviations() -> None:
    wrong, right = seen(RIGHT * 2), seen(RIGHT, wrong=False)
    student = {("case", "a"): [right, wrong], ("case", "b"): [right]}
    one = named("doubled", Doubled)
    assert judge((one,), student, student).score == 1.0
    assert judge((one,), student, student).numbers == 6
    assert judge((one,), student, student).places == {("case", "a")}
    # it is wrong where the student is right, too
    assert judge((one,), student, {("case", "a"): [right, wrong], ("case", "b"): [wrong]}).score == 0.5
    # it stops before the student's deviation
    assert judge((one,), student, {("case", "a"): [right], ("case", "b"): [right]}).score == 0.0


def test_a_hand_in_gets_the_name_and_the_hint() -> None:
    report = grade(patched("example_fau", [AVERAGED]), ["FullyConnected"])["FullyConnected"]
    assert report.misconceptions[0] == report.suspects[0] == "fc-gradient-averaged"
    told = [result for result in findings(report) if result.diagnosis]
    assert told
    assert all(result.details["misconceptions"] == list(report.misconceptions) for result in told)
    assert all(result.hint for result in told)


@pytest.mark.parametrize("form", ["fau", "native"])
def test_the_mistake_itself_is_recognised_and_what_is_alike_named_with_it(form: str) -> None:
    mistakes = [named("doubled", Doubled), named("twin", DoubledAgain), named("shifted", Shifted)]
    report = grade_imitation(registry(), mistakes[0], "FullyConnected", form, 5, diagnosed=mistakes)
    assert report.misconceptions == ("doubled", "twin")
    report = grade_imitation(registry(), mistakes[2], "FullyConnected", form, 5, diagnosed=mistakes)
    assert report.misconceptions == ("shifted",)


def test_nothing_is_said_where_nothing_fits() -> None:
    mistakes = [named("shifted", Shifted)]
    report = grade_imitation(registry(), named("doubled", Doubled), "FullyConnected", "fau", 5, diagnosed=mistakes)
    assert report.misconceptions == ()
    assert not report.passed
    assert not any(result.details.get("misconceptions") for result in report.results)


def test_two_mistakes_at_once() -> None:
    class Both(Doubled, Shifted):
        """both"""

    pair = Misconception("both", ("FullyConnected",), {"FullyConnected": Both}, "", "")
    known = [named("doubled", Doubled), named("shifted", Shifted)]
    report = grade_imitation(registry(), pair, "FullyConnected", "native", 5, diagnosed=known)
    assert set(report.misconceptions) == {"doubled", "shifted"}


def test_without_deviations_in_numbers_there_is_no_diagnosis() -> None:
    task = registry().tasks["FullyConnected"]
    only_conditions = {("case", "a"): [condition(False)]}
    assert diagnose(registry().misconceptions, task, 1, None, only_conditions, {}) == Diagnosis()  # type: ignore[arg-type]  # they are not looked at


def test_results_that_the_diagnosis_does_not_explain_keep_their_hint() -> None:
    candidate = Candidate((named("doubled", Doubled),), 0.8, 10, frozenset({("case", "a")}))
    found = Diagnosis((candidate,), (candidate,))
    failed = CheckResult("T", "case", "b", "title", Verdict.FAILED, hint="think")
    assert found.annotate(failed) == failed
    assert found.annotate(CheckResult("T", "case", "a", "title", Verdict.FAILED, hint="think")).hint == "Why twice?"
