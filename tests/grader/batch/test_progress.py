"""How far a batch is, on a terminal and elsewhere."""

from __future__ import annotations

import io

import pytest

from grader.batch import progress
from grader.batch.progress import Progress


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_plain_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    shown = Progress(4, stream)
    shown.checks({"passed": 3, "failed": 1})
    shown.handin(graded=True)
    assert stream.getvalue() == ""  # not every time
    monkeypatch.setattr(progress, "_EVERY", 0.0)
    shown.checks({"passed": 2, "timeout": 1})
    shown.handin(graded=True)
    shown.handin(2)
    shown.close()
    first, last = stream.getvalue().splitlines()
    assert first.startswith("2 of 4 hand-ins, about 0 s left; checks: 1 failed, 5 passed, 1 timeout")
    assert last.startswith("4 of 4 hand-ins, about 0 s left")
    assert (shown.done, shown.graded) == (4, 2)


def test_a_bar_on_a_terminal() -> None:
    stream = Terminal()
    shown = Progress(4, stream)
    shown.checks({"passed": 3})
    shown.handin(3, graded=True)
    shown.close()
    assert "grading:" in stream.getvalue()
    assert "3/4" in stream.getvalue()


@pytest.mark.parametrize(("seconds", "text"), [(3.4, "3 s"), (99.0, "99 s"), (600.0, "10 min")])
def test_time_left(seconds: float, text: str) -> None:
    assert progress._duration(seconds) == text
