"""No reply, however formed, gets past the decoder or gets the better of a Session (the benchmark tries 100,000)."""

from __future__ import annotations

from grader.model import Verdict
from tests.hostile.fuzzing import fuzz_decoder, fuzz_session


def test_mutated_replies_are_refused_before_anything_is_allocated() -> None:
    ends = fuzz_decoder(1_000, seed=1)
    assert ends.total() == 1_000
    assert set(ends) == {"right", "refused", "cut short"}
    assert ends["refused"] > ends["right"]


def test_mutated_replies_end_in_a_verdict_or_in_an_answer() -> None:
    ends, longest = fuzz_session(300, seed=2)
    assert ends.total() == 300
    assert set(ends) <= {"right", "fault", Verdict.PROTOCOL_VIOLATION, Verdict.CRASHED}
    assert ends[Verdict.PROTOCOL_VIOLATION] > 30
    assert longest < 5.0  # the deadline: none of them was waited for
