"""Figures of the sandbox: `python -m tests.benchmarks.sandbox [attacks|leaks|wire|cost …]`; all of them without a name.

Attacks and their verdicts; what 1,000 hand-ins and 50 killed graders leave behind; 100,000 mutated replies; and what
it costs. Medians, on a machine that has nothing else to do.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from grader.guest.faults import Fault
from grader.model import Limits, Tier, Verdict
from grader.remote import RemoteLayer
from grader.sandbox import interpreter, probe
from grader.sandbox.levels import FOR_THE_RECORD, LEVELS, PROCESS
from grader.sandbox.lost import GuestLost
from grader.sandbox.pool import ReadyGuests, ready_guests
from grader.sandbox.session import Session
from tests.grader.command import SLEEPING, hand_in
from tests.grader.handins import findings, written
from tests.hostile.attack import Attack
from tests.hostile.fuzzing import fuzz_decoder, fuzz_session
from tests.hostile.leftovers import Traces, grade_many, kill_graders, settled
from tests.hostile.performance import ATTACKS, Ending, perform
from tests.hostile.stage import Stage, stage, wait_until

ECHO = "import numpy as np\nclass ReLU:\n    def forward(self, x):\n        return x\n"
BARE = "import numpy, numpy.random, os; os.write(1, b'.'); os.read(0, 1)"


def attacks() -> None:
    """Let every attack loose at every level of this machine."""
    for level in LEVELS:
        if why := probe.troubles(level):
            print(f"attacks at {level}: NOT EXERCISED ({'; '.join(why)})")
            continue
        with stage() as machine, ready_guests(level) as guests:
            ends = [(attack, _perform(attack, machine, guests)) for attack in ATTACKS]
            late = machine.marked()
        expected = sum(_as_expected(attack, ending) for attack, ending in ends)
        effects = sum(bool(ending.effects) for _, ending in ends) + len(late)
        forged = sum(ending.report.passed for attack, ending in ends if attack.forges)
        print(
            f"attacks at {level}: {len(ends)}; with the expected verdict {expected}; effects on the host {effects}; "
            f"forged passes {forged} of {sum(attack.forges for attack in ATTACKS)}"
        )
        if level != PROCESS:
            for attack, ending in ends:
                if ending.effects or (level in FOR_THE_RECORD and not _as_expected(attack, ending)):
                    print(f"  {attack.title}: {ending.effects or [r.message for r in findings(ending.report)][:1]}")
        else:
            known = sum(bool(ending.effects) for attack, ending in ends if attack.leaks)
            print(f"  negative control: {known} of {sum(a.leaks for a in ATTACKS)} known leaks are noticed")


def _perform(attack: Attack, machine: Stage, guests: ReadyGuests) -> Ending:
    ending = perform(attack, machine, guests)
    if attack.leaks and guests.isolation == PROCESS:
        wait_until(lambda: ending.effects or ending.effects.extend(machine.effects("")) or ending.effects)
    return ending


def _as_expected(attack: Attack, ending: Ending) -> bool:
    core = [result.verdict for result in findings(ending.report) if result.tier is Tier.CORE]
    return (core[0] if core else Verdict.PASSED) in attack.verdicts


def leaks() -> None:
    """Grade 1,000 hand-ins, kill 50 graders, and count what is left."""
    with ready_guests(probe.best().level) as guests:
        grade_many(100, guests)
        before = Traces.now()
        passed = grade_many(1000, guests)
        _tell(f"1,000 hand-ins ({passed} honest ones passed)", before, settled(before))
    with tempfile.TemporaryDirectory() as folder:
        path = hand_in(Path(folder), "sleeps", SLEEPING)
        before = Traces.now()
        kill_graders(50, path)
        _tell("50 killed graders", before, settled(before))


def _tell(what: str, before: Traces, after: Traces) -> None:
    files = sorted(name for name in after.files - before.files if "backcheck" in name)
    print(
        f"left by {what}: {len(after.processes - before.processes)} processes, {len(files)} files {files[:3]}, "
        f"{after.descriptors - before.descriptors} descriptors, {after.memory - before.memory:+,} KB of memory"
    )


def wire() -> None:
    """Mutate replies."""
    start = time.perf_counter()
    ends = fuzz_decoder(100_000, seed=int(start * 1e6) % 2**32)
    print(f"{ends.total():,} mutated frames, decoded: {dict(ends)}; crashes 0, over-allocations 0 (asserted)")
    ends, longest = fuzz_session(10_000, seed=int(start * 1e6) % 2**32)
    print(f"{ends.total():,} of them as replies to a Session: {dict(ends)}; longest wait {longest:.3f} s of 5 s")


def cost() -> None:
    """Time starts, forks, calls and the end of a deadline."""
    for level in LEVELS:
        if probe.troubles(level):
            print(f"cost at {level}: NOT EXERCISED")
            continue
        starts, bare = [], []
        for _ in range(15):  # interleaved, so that both see the same machine
            bare.append(_bare())
            starts.append(_first(level))
        with ready_guests(level) as guests:
            _reply(guests)
            forks = [_timed(lambda guests=guests: _reply(guests)) for _ in range(40)]  # type: ignore[misc]  # a bound loop variable
            session = Session(written(Layers__ReLU=ECHO), guests.launch)
            unit = RemoteLayer(session, "ReLU", {})
            calls = {size: _calls(unit, size) for size in (1_000, 100_000)}
            session.close()
            late = [_lateness(guests) for _ in range(5)]
        print(
            f"cost at {level}: start {_ms(starts):.1f} ms (best {min(starts) * 1e3:.1f}), a bare interpreter with "
            f"numpy {_ms(bare):.1f} ms (best {min(bare) * 1e3:.1f}); zygote to first reply {_ms(forks):.1f} ms; call "
            f"with 1 KB {_ms(calls[1_000]):.3f} ms, with 100 KB "
            f"{_ms(calls[100_000]):.3f} ms; verdict after the deadline {_ms(late):.0f} ms"
        )


def _ms(seconds: list[float]) -> float:
    return statistics.median(seconds) * 1e3


def _timed(deed: Callable[[], object]) -> float:
    start = time.perf_counter()
    deed()
    return time.perf_counter() - start


def _bare() -> float:
    """Return how long an interpreter takes until it has imported numpy, in seconds."""
    words = [os.path.realpath(sys.executable), "-s", "-S", "-P", "-B", "-c", BARE]
    environment = {**interpreter.environment(), "PYTHONPATH": str(Path(np.__file__).parent.parent)}
    start = time.perf_counter()
    with subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        seconds = time.perf_counter() - start
        process.communicate()
    return seconds


def _first(level: str) -> float:
    """Return how long a zygote takes until it has forked its first guest, in seconds."""
    start = time.perf_counter()
    with ready_guests(level) as guests:
        guest = guests.launch(Limits())
        seconds = time.perf_counter() - start
        guest.end(0.0)
        guest.release()
    return seconds


def _reply(guests: ReadyGuests) -> None:
    """Fork a guest, give it its source, have one answer."""
    session = Session(written(Layers__ReLU=ECHO), guests.launch)
    RemoteLayer(session, "ReLU", {}).forward(np.ones(3))
    session.close()


def _calls(unit: RemoteLayer, size: int) -> list[float]:
    x = np.zeros(size // 8)
    for _ in range(20):
        unit.forward(x)
    return [_timed(lambda: unit.forward(x)) for _ in range(300)]


def _lateness(guests: ReadyGuests) -> float:
    """Return how long after its deadline a TIMEOUT is known, in seconds."""
    body = "while True: pass"
    session = Session(
        written(Layers__ReLU=ECHO.replace("return x", body)), guests.launch, limits=Limits(reply_seconds=0.3)
    )
    try:
        unit = RemoteLayer(session, "ReLU", {})
        start = time.perf_counter()
        unit.forward(np.ones(3))
    except (Fault, GuestLost):
        return time.perf_counter() - start - 0.3
    finally:
        session.close()
    raise AssertionError("an endless loop has ended")


if __name__ == "__main__":
    known = {"attacks": attacks, "leaks": leaks, "wire": wire, "cost": cost}
    for name in sys.argv[1:] or known:
        known[name]()
