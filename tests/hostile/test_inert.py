"""Row 30: whatever a hand-in writes, its reports harm no terminal, browser, parser or spreadsheet."""

from __future__ import annotations

import csv
import unicodedata
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from grader.model import Report
from grader.sandbox.probe import best
from tests.grader.guests import shared
from tests.grader.handins import registry
from tests.hostile.attack import Attack
from tests.hostile.performance import ATTACKS, perform
from tests.hostile.stage import stage

NAME = "=cmd|' /C calc'!A0\x1b[31m\u202e<script>alert(1)</script>.zip"
HARMFUL = ("Cc", "Cf", "Cs")


@pytest.fixture(scope="module", name="reports")
def _reports() -> list[Report]:
    """What the attacks with texts come to, handed in under a name that wants harm, too."""
    with stage() as machine:
        found = [perform(attack, machine, shared(best().level)).report for attack in _texts()]
    return [replace(report, submission=NAME) for report in found]


def _texts() -> list[Attack]:
    return [attack for attack in ATTACKS if attack.row == 30]


@pytest.mark.parametrize("name", sorted(set(registry().reporters) - {"moodle"}))  # that one needs a class list
def test_every_format_is_inert(name: str, reports: list[Report], tmp_path: Path) -> None:
    target = tmp_path / f"report.{name}"
    registry().reporters[name].write(reports, str(target))
    files = [target] if target.is_file() else [path for path in target.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert path.resolve().is_relative_to(tmp_path.resolve())
        text = path.read_text(encoding="utf-8")
        assert not {c for c in text if unicodedata.category(c) in HARMFUL and c not in "\n\r\t\ufeff"}
        if path.suffix in (".html", ".htm", ".xml") or name in ("html", "junit"):
            assert "<script>alert" not in text
        if name == "junit":
            ET.fromstring(text)
        if name == "csv":
            cells = [cell for row in csv.reader(text.lstrip("\ufeff").splitlines()) for cell in row]
            assert not [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))]
