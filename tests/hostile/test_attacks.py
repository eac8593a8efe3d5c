"""Every attack of the catalogue, at every level that this machine offers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import pytest

from grader.model import Tier, Verdict
from grader.sandbox import probe
from grader.sandbox.levels import FOR_THE_RECORD, LEVELS, NAMESPACE, PROCESS
from tests.grader.guests import shared
from tests.grader.handins import findings
from tests.hostile.attack import Attack
from tests.hostile.performance import ATTACKS, Ending, healthy, perform
from tests.hostile.stage import Stage, guest_processes, stage, wait_until

MISSING = {level: why for level in LEVELS if (why := "; ".join(probe.troubles(level)))}
STRONG = [
    pytest.param(level, marks=pytest.mark.skipif(level in MISSING, reason=f"level {level}: {MISSING.get(level)}"))
    for level in FOR_THE_RECORD
]


@pytest.fixture(scope="module", name="machine")
def _machine() -> Iterator[Stage]:
    for level in LEVELS:
        assert level in MISSING or healthy(shared(level))  # from here on their zygotes are there
    with stage() as made:
        yield made
        assert made.marked() == []  # nothing came later


def assert_inert(ending: Ending) -> None:
    """What is shown of the attack holds nothing that a terminal or a browser would obey."""
    for line in ending.text.split("\n"):
        assert not [c for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


@pytest.mark.parametrize("level", STRONG)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.title)
def test_attack_gets_its_verdict_and_has_no_effect(attack: Attack, level: str, machine: Stage) -> None:
    before = guest_processes()
    ending = perform(attack, machine, shared(level))
    assert ending.effects == []
    assert ending.report.isolation == level
    assert not ending.report.broken, findings(ending.report)
    core = [result for result in findings(ending.report) if result.tier is Tier.CORE]
    if not core:
        assert ending.report.passed
        assert Verdict.PASSED in attack.verdicts
    else:
        assert not ending.report.passed
        assert core[0].verdict in attack.verdicts, core[0]
        assert re.search(attack.message, core[0].message), core[0].message
    assert_inert(ending)
    assert wait_until(lambda: guest_processes() <= before)


@pytest.mark.skipif(NAMESPACE in MISSING, reason=f"level {NAMESPACE}: {MISSING.get(NAMESPACE)}")
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.title)
def test_bubblewrap_alone_keeps_the_machine_safe(attack: Attack, machine: Stage) -> None:
    """What starts processes or sockets of its own may do so in there; nothing of it is seen outside."""
    assert healthy(shared(NAMESPACE))  # the attack before may have ended the zygote, and this starts a new one
    before = guest_processes()
    ending = perform(attack, machine, shared(NAMESPACE))
    assert ending.effects == []
    assert not ending.report.broken, findings(ending.report)
    assert not (attack.forges and ending.report.passed)
    assert_inert(ending)
    assert wait_until(lambda: guest_processes() <= before)


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.forges], ids=lambda attack: attack.title)
def test_nothing_forged_passes_without_a_sandbox(attack: Attack, machine: Stage) -> None:
    ending = perform(attack, machine, shared(PROCESS))
    assert not ending.report.passed
    assert not ending.report.broken, findings(ending.report)
    assert_inert(ending)


@pytest.mark.parametrize("attack", [a for a in ATTACKS if a.leaks], ids=lambda attack: attack.title)
def test_detectors_see_what_gets_through_without_a_sandbox(attack: Attack, machine: Stage) -> None:
    """The negative control: the same attacks at level `process` are noticed by the same detectors."""
    ending = perform(attack, machine, shared(PROCESS))
    found = list(ending.effects)
    assert wait_until(lambda: found or found.extend(machine.effects("")) or found), attack.title
