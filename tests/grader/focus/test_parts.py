"""Parts of a task: the same verdicts and points as in the whole, and never taken for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.focus.parts import Part, Parts
from grader.golden import Golden
from grader.model import Submission, Tier, Verdict
from grader.references import answers_from
from tests.grader.guests import launch
from tests.grader.handins import patched, registry

BROKEN = ("Layers/RNN.py", "gradient_hidden = gradient_hidden + ", "gradient_hidden = ")


def wrong() -> Submission:
    return patched("example_fau", [BROKEN])


def parts(first_failure: bool = False) -> Parts:
    return Parts(registry(), 3, launch, first_failure=first_failure)


def part(submission: Submission, *names: str) -> Part:
    (only,) = parts().of_submission(submission, [registry().tasks["RNN"]], {"RNN": names})
    return only


def checks(found: Part) -> Sequence[str]:
    return list(dict.fromkeys(result.check for result in found.report.results))


def test_what_was_only_needed_and_passed_is_not_shown() -> None:
    found = part(wrong(), "memory_on")
    assert checks(found) == ["found", "memory_on"]
    assert found.passed
    assert found.words == "1 of 21 checks"
    assert found.report.remarks[0] == "this is a part, 1 of 21 checks; a mark takes all of them"


def test_needed_check_that_fails_is_shown_without_points_and_fails_the_part() -> None:
    found = part(wrong(), "memory_gradient")
    assert checks(found) == ["found", "sgd_step", "memory_gradient"]
    assert found.report.max_score == 0
    assert not found.passed


def test_points_diagnosis_and_messages_are_those_of_the_whole() -> None:
    (whole,) = parts().of_submission(wrong(), [registry().tasks["RNN"]], {})
    found = part(wrong(), "parameter_gradients", "forward_value")
    assert whole.words == ""
    shown = {(r.case, r.check): r for r in whole.report.results}
    for result in found.report.results:
        one = shown[result.case, result.check]
        assert (result.verdict, result.message, result.diagnosis) == (one.verdict, one.message, one.diagnosis)
        assert abs(result.points - one.points) < 1e-12
        assert abs(result.max_points - one.max_points) < 1e-12
    assert any(result.diagnosis for result in found.report.results)


def test_who_asks_for_a_remark_by_name_fails_by_it() -> None:
    head = "def backward(self, error_tensor):"
    clips = ("Layers/RNN.py", head, f"{head}\n        error_tensor = np.clip(error_tensor, -50, 50)")
    submission = patched("example_fau", [clips])
    (whole,) = parts().of_submission(submission, [registry().tasks["RNN"]], {})
    assert whole.passed
    found = part(submission, "large_error")
    assert not found.passed
    assert found.report.passed  # as ever, it costs nothing


def test_first_failure_ends_the_run_with_the_check_that_failed() -> None:
    tasks = [registry().tasks[name] for name in ("ReLU", "RNN", "TanH")]
    ran = list(parts(first_failure=True).of_all([wrong(), wrong()], tasks, {}))
    assert [one.report.task for one in ran] == ["ReLU", "RNN"]
    last = ran[-1].report.results[-1]
    assert (last.verdict, last.tier) == (Verdict.FAILED, Tier.CORE)
    before = [r for r in ran[-1].report.results if r.check != last.check]
    assert all(r.verdict is Verdict.PASSED or r.tier is not Tier.CORE for r in before)
    assert ran[-1].words


def test_first_failure_of_a_class_that_is_not_there() -> None:
    nothing = patched("example_fau", [("Layers/RNN.py", "class RNN", "class Other")])
    (only,) = parts(first_failure=True).of_submission(nothing, [registry().tasks["RNN"]], {})
    assert checks(only) == ["found"]
    assert not only.passed


def test_what_nobody_here_can_judge_fails_no_part(tmp_path: Path) -> None:
    """As in a student kit; played by a record in which there is nothing."""
    with answers_from(Golden(tmp_path)):
        found = part(patched("example_fau", []), "forward_value", "memory_on")
    assert any(result.without_oracle for result in found.report.results)
    assert found.report.passed
    assert found.passed
