"""How far a batch is: a bar with the time left on a terminal, else a plain line every few seconds."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping
from typing import TextIO

from tqdm import tqdm

_EVERY = 5.0  # seconds between plain lines
_BAR = "{desc} {n_fmt}/{total_fmt} |{bar:10}| {elapsed}<{remaining}{postfix}"  # the counts fit into 80 columns


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
        self._start = time.monotonic()
        self._unit = unit
        self._bar = tqdm(
            total=total,
            unit=unit,
            desc=doing,
            disable=self._plain,
            file=self._stream,
            leave=unit == "hand-in",
            bar_format=_BAR,
            dynamic_ncols=True,
        )
        self._over = threading.Event()
        if self._plain:  # whoever reads along shall see that it goes on, however long one hand-in takes
            threading.Thread(target=self._say_now_and_then, daemon=True).start()

    def checks(self, verdicts: Mapping[str, int]) -> None:
        """Count the verdicts of a report that has arrived."""
        self.verdicts.update(verdicts)
        self._bar.set_postfix_str(self._counts(), refresh=False)

    def handin(self, count: int = 1, *, graded: bool = False) -> None:
        """Count hand-ins that are done: `graded` in this run, or known or rejected."""
        self.done += count
        self.graded += count if graded else 0
        self._bar.update(count)

    def close(self) -> None:
        """Take the bar away, or end the lines."""
        self._over.set()
        self._bar.close()

    def _say_now_and_then(self) -> None:
        while not self._over.wait(_EVERY):
            print(self._line(time.monotonic() - self._start), file=self._stream, flush=True)

    def _line(self, seconds: float) -> str:
        left = f", about {_duration(seconds / self.graded * (self.total - self.done))} left" if self.graded else ""
        counts = f"; checks: {self._counts()}" if self.verdicts else ""
        return f"{self.done} of {self.total} {self._unit}s{left}{counts}"

    def _counts(self) -> str:
        # a copy: the line may be written while a report arrives
        return ", ".join(f"{count} {verdict}" for verdict, count in sorted(dict(self.verdicts).items()))


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} min"
