"""Looking at a part of a hand-in more closely: single checks, the first failure, a saved file, the pictures.

Nothing here decides about a mark: what is graded in part is said to be a part.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Focus:
    """What the command line wants to look at.

    `checks` are names as typed (`input_gradient`, `RNN.memory_on`), none for all. `plots` is the folder that takes the
    pictures of what failed. With `explain` the checks are explained and not graded for a report.
    """

    checks: tuple[str, ...] = ()
    first_failure: bool = False
    watch: bool = False
    plots: Path | None = None
    explain: bool = False

    @property
    def partial(self) -> bool:
        """Whether less than whole tasks may be graded."""
        return bool(self.checks) or self.first_failure

    @property
    def words(self) -> list[str]:
        """Return the options that ask for the same part again."""
        checks = ["--check", ",".join(self.checks)] if self.checks else []
        return [*checks, *(["--first-failure"] if self.first_failure else [])]
