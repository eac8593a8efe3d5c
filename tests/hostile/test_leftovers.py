"""Grading leaves nothing behind, even when it is killed (the benchmark grades 1,000 hand-ins and kills 50 graders)."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grader.sandbox.probe import best
from tests.grader.command import SLEEPING, hand_in
from tests.grader.guests import shared
from tests.hostile.leftovers import Traces, grade_many, kill_graders, settled

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="counts in /proc")


def test_hand_ins_leave_nothing_behind() -> None:
    guests = shared(best().level)
    grade_many(10, guests)
    before = Traces.now()
    assert grade_many(40, guests) == 36
    after = settled(before)
    assert after.processes <= before.processes
    assert {name for name in after.files - before.files if "backcheck" in name} == set()
    assert after.descriptors == before.descriptors


def test_killed_graders_leave_nothing_behind(tmp_path: Path) -> None:
    path = hand_in(tmp_path, "sleeps", SLEEPING)
    before = Traces.now()
    kill_graders(4, path)
    after = settled(before)
    assert after.processes <= before.processes
    assert {name for name in after.files - before.files if "backcheck" in name} == set()
