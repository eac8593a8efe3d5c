"""How far a batch is: a bar with the time left on a terminal, else a plain line every few seconds."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping
from typing import TextIO

from tqdm import tqdm

_EVERY = 5.0  # seconds between plain lines


class Progress:
    """Counts hand-ins (or other things, `unit`) that are done, and verdicts; shows both on standard error."""

    def __init__(
        self, total: int, stream: TextIO | None = None, *, unit: str = "hand-in", doing: str = "grading"
    ) -> None:
        self.total = total
        self.verdicts: Counter[str] = Counter()
        self.done = self.graded = 0
        self._stream = stream or sys.stderr
        self._plain = not self._stream.isatty()
        self._start = self._said = time.monotonic()
        self._unit = unit
        self._bar = tqdm(
            total=total, unit=unit, desc=doing, disable=self._plain, file=self._stream, leave=unit == "hand-in"
        )

    def checks(self, verdicts: Mapping[str, int]) -> None:
        """Count the verdicts of a report that has arrived."""
        self.verdicts.update(verdicts)
        self._bar.set_postfix_str(self._counts(), refresh=False)

    def handin(self, count: int = 1, *, graded: bool = False) -> None:
        """Count hand-ins that are done: `graded` in this run, or known or rejected."""
        self.done += count
        self.graded += count if graded else 0
        self._bar.update(count)
        now = time.monotonic()
        if self._plain and now - self._said >= _EVERY:
            self._said = now
            print(self._line(now - self._start), file=self._stream, flush=True)

    def close(self) -> None:
        """Take the bar away."""
        self._bar.close()

    def _line(self, seconds: float) -> str:
        left = seconds / max(self.graded, 1) * (self.total - self.done)
        counts = f"; checks: {self._counts()}" if self.verdicts else ""
        return f"{self.done} of {self.total} {self._unit}s, about {_duration(left)} left{counts}"

    def _counts(self) -> str:
        return ", ".join(f"{count} {verdict}" for verdict, count in sorted(self.verdicts.items()))


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
