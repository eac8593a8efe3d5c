"""Remembers replays: who grades the same task with the same seed again and again asks for the same ones."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from grader.bench import Findings
from grader.model import Case, Check, Misconception, Task
from grader.replay import both, replay
from grader.trace import Trace

Key = tuple[str, str]
Wrong = tuple[Misconception, ...]
Replay = Callable[[Wrong, Task, int, Findings, Sequence[tuple[Check, Case]]], dict[Key, Trace]]


def replay_all(
    wrong: Wrong, task: Task, seed: int, findings: Findings, places: Sequence[tuple[Check, Case]]
) -> dict[Key, Trace]:
    """Return the traces of misconceptions at once, by (case, check)."""
    return replay(both(wrong), task, seed, findings, places)


class RememberedReplays:
    """A `Replay` that runs nothing twice while the hand-in's conventions and parameters stay what they were.

    A replay at one place depends on what was found in its case alone, so that each place is remembered for itself. What
    was remembered for other findings is forgotten: memory does not grow with the rounds.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[tuple[int, ...], str, int, Key], tuple[bytes, Trace]] = {}
        self._kept: dict[int, Misconception] = {}  # as long as it is here, its id is nobody else's

    def __call__(
        self, wrong: Wrong, task: Task, seed: int, findings: Findings, places: Sequence[tuple[Check, Case]]
    ) -> dict[Key, Trace]:
        """Return the traces, by (case, check)."""
        self._kept |= {id(one): one for one in wrong}
        traces: dict[Key, Trace] = {}
        due = []
        for check, case in places:
            found = self._known.get(self._key(wrong, task, seed, (case.name, check.name)))
            if found is not None and found[0] == _digest(findings, (case.name, check.name)):
                traces[case.name, check.name] = found[1]
            else:
                due.append((check, case))
        if due:
            fresh = replay_all(wrong, task, seed, findings, due)
            for key, trace in fresh.items():
                self._known[self._key(wrong, task, seed, key)] = _digest(findings, key), trace
            traces |= fresh
        return traces

    @staticmethod
    def _key(wrong: Wrong, task: Task, seed: int, place: Key) -> tuple[tuple[int, ...], str, int, Key]:
        return tuple(map(id, wrong)), task.name, seed, place


def _digest(findings: Findings, place: Key) -> bytes:
    """Return what stands for everything that a replay at a place takes from the findings."""
    case, _ = place
    digest = hashlib.sha256()
    facts: list[Any] = [findings.dialect, findings.conventions.get(case), findings.single.get(case)]
    digest.update(repr(facts).encode())
    for table in (findings.raw.get(case, {}), findings.parameters.get(place, {})):
        for name, value in sorted(table.items()):
            array = np.ascontiguousarray(value)
            digest.update(f"{name} {array.dtype} {array.shape} ".encode() + array.tobytes())
        digest.update(b";")
    return digest.digest()
