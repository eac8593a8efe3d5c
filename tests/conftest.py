"""What holds for all tests."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _no_width_of_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines are as long in a process of pytest-xdist, which is told the width of a terminal, as anywhere."""
    monkeypatch.delenv("COLUMNS", raising=False)
