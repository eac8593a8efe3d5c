"""How far a batch is, on a terminal and elsewhere."""

from __future__ import annotations

import io
import time

import pytest

from grader.batch import progress
from grader.batch.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def lines_of(stream: io.StringIO, count: int) -> list[str]:
    """Wait until so many lines are there."""
    until = time.monotonic() + 10
    while len(lines := stream.getvalue().splitlines()) < count:
        assert time.monotonic() < until
        time.sleep(0.005)
    return lines


def test_a_plain_line_now_and_then_also_while_nothing_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "_EVERY", 0.02)
    stream = io.StringIO()
    shown = Progress(4, stream)
    assert lines_of(stream, 1)[0] == "0 of 4 hand-ins"  # nobody knows yet how long it takes
    shown.checks({"passed": 3, "failed": 1})
    shown.checks({"passed": 2, "timeout": 1})
    shown.handin(2, graded=True)
    line = lines_of(stream, len(stream.getvalue().splitlines()) + 2)[-1]
    assert line.startswith("2 of 4 hand-ins, about 0 s left; checks: 1 failed, 5 passed, 1 timeout")
    shown.close()
    assert (shown.done, shown.graded) == (2, 2)
    ended = len(stream.getvalue().splitlines())
    time.sleep(0.1)
    assert len(stream.getvalue().splitlines()) <= ended + 1  # one may have been under way


def test_a_short_class_says_nothing() -> None:
    stream = io.StringIO()
    shown = Progress(1, stream)
    shown.handin(graded=True)
    shown.close()
    assert stream.getvalue() == ""


def test_a_bar_on_a_terminal() -> None:
    stream = Terminal()
    shown = Progress(4, stream)
    shown.checks({"passed": 3})
    shown.handin(3, graded=True)
    shown.close()
    assert "grading 3/4 |" in stream.getvalue()
    assert "3 passed" in stream.getvalue()


@pytest.mark.parametrize(("seconds", "text"), [(3.4, "3 s"), (99.0, "99 s"), (600.0, "10 min")])
def test_time_left(seconds: float, text: str) -> None:
    assert progress._duration(seconds) == text
