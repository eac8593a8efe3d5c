"""Which checks run in which round of a watch."""

from __future__ import annotations

from collections.abc import Sequence

from grader.focus.parts import Part, Parts
from grader.focus.rounds import Rounds
from grader.model import Submission
from grader.replays import RememberedReplays
from tests.grader.guests import launch
from tests.grader.handins import patched, registry

RNN_BUG = ("Layers/RNN.py", "gradient_hidden = gradient_hidden + ", "gradient_hidden = ")
TANH_BUG = ("Layers/TanH.py", "def backward", "def backwards")
BAD_SYNTAX = ("Layers/RNN.py", "class RNN", "class RNN(:")


def rounds(tasks: str, wanted: dict[str, Sequence[str]] | None = None, **how: bool) -> Rounds:
    chosen = registry().select(tasks.split(","))
    return Rounds(Parts(registry(), 3, launch, replayed=RememberedReplays(), **how), chosen, wanted or {})


def told(shown: Sequence[Part]) -> list[tuple[str, bool, bool]]:
    """Return of each part: the task, whether it is whole, whether it passed."""
    return [(part.report.task, not part.words, part.passed) for part in shown]


def work(*patches: tuple[str, str, str]) -> Submission:
    return patched("example_fau", patches)


def right(remark: str = "") -> Submission:
    return work(("Layers/RNN.py", "import numpy as np", f"import numpy as np  # {remark}"))


def test_only_what_failed_runs_until_it_passes_and_then_the_whole_task() -> None:
    watched = rounds("RNN")
    assert told(watched.next(work(RNN_BUG))) == [("RNN", True, False)]
    (part,) = watched.next(work(RNN_BUG, ("Layers/RNN.py", "class RNN", "x = 1\nclass RNN")))
    assert told([part]) == [("RNN", False, False)]
    failing = {r.check for r in part.report.results} - {"found"}
    assert failing == {"adam_steps", "parameter_gradients", "sgd_step"}
    assert any(r.diagnosis for r in part.report.results)
    assert told(watched.next(right())) == [("RNN", True, True)]


def test_file_that_cannot_be_imported_half_way() -> None:
    watched = rounds("RNN")
    watched.next(work(RNN_BUG))
    (part,) = watched.next(work(BAD_SYNTAX))
    assert part.report.results[0].check == "found"
    assert not part.passed
    assert told(watched.next(work(RNN_BUG))) == [("RNN", True, False)]  # nobody knows what is left


def test_other_tasks_are_looked_at_again_when_nothing_fails_any_more() -> None:
    watched = rounds("RNN,TanH")
    assert sorted(told(watched.next(work(RNN_BUG)))) == [("RNN", True, False), ("TanH", True, True)]
    assert told(watched.next(work(RNN_BUG, TANH_BUG))) == [("RNN", False, False)]  # alone, as it still fails
    shown = watched.next(right())
    assert sorted(told(shown)) == [("RNN", True, True), ("TanH", True, True)]
    assert watched.next(right()) == []  # the same files: nothing is due
    assert sorted(told(watched.next(right("more")))) == [("RNN", True, True), ("TanH", True, True)]


def test_checks_asked_for_are_all_that_is_watched() -> None:
    watched = rounds("RNN", {"RNN": ["sgd_step", "memory_on"]})
    (part,) = watched.next(work(RNN_BUG))
    assert part.words == "2 of 21 checks"
    (part,) = watched.next(right())
    assert (part.words, part.passed) == ("2 of 21 checks", True)


def test_with_first_failure_the_next_one_shows_when_the_first_is_mended() -> None:
    watched = rounds("TanH,RNN", first_failure=True)
    (part,) = watched.next(work(TANH_BUG, RNN_BUG))
    assert part.report.task == "TanH"
    shown = watched.next(work(RNN_BUG))
    assert [(part.report.task, part.passed) for part in shown] == [("TanH", True), ("RNN", False)]
