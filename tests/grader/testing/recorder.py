"""A pytest plugin for tests of the plugin: writes how each item ended, and what was said, as a line of JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Take note of a report that decides about an item."""
    wasxfail = getattr(report, "wasxfail", None)
    if report.when == "call" or report.outcome != "passed":
        outcome = "error" if report.when != "call" and report.failed else report.outcome
        outcome = "xfailed" if wasxfail is not None else outcome
        text = wasxfail or (report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr or ""))
        with Path(os.environ["RECORD"]).open("a", encoding="utf-8") as file:
            file.write(json.dumps([report.nodeid, outcome, text]) + "\n")
