"""Names a mistake: which misconception leaves the same wrong numbers, in all checks of the task, as the hand-in does?

Let S, M and R be the answers of the student, of a misconception and of the reference, and U the observations in which
S or M is wrong. A misconception's score is the share of U that it explains: S and M agree, or differ by at most one
hundredth of S's own deviation. Below one half nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from grader.bench import Findings
from grader.model import Case, Check, CheckResult, Misconception, Task
from grader.replay import applicable, replay
from grader.tolerance import tolerance
from grader.trace import RAISED, Observation, Trace

Key = tuple[str, str]
Traces = Mapping[Key, Trace]
Places = Mapping[Key, tuple[Check, Case]]
_SCREENED, _SURVIVORS, _NAMED = 4, 8, 3
_LEAST_SHARE, _LEAST_NUMBERS = 0.5, 3


@dataclass(frozen=True)
class Candidate:
    """A misconception, the share of the deviations that it explains, and the places where it explains some."""

    wrong: Misconception
    score: float
    numbers: int = 0
    places: frozenset[Key] = frozenset()


@dataclass(frozen=True)
class Diagnosis:
    """The candidates, the likeliest first; `named` are those to speak of: the best and what cannot be told from it."""

    ranked: tuple[Candidate, ...] = ()
    named: tuple[Candidate, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Return the ids of those to speak of, each once."""
        return tuple(dict.fromkeys(candidate.wrong.id for candidate in self.named))

    def annotate(self, result: CheckResult) -> CheckResult:
        """Give a failed result that the diagnosis explains its words."""
        best = next(iter(self.named), None)
        if best is None or (result.case, result.check) not in best.places or not result.hint:
            return result
        titles = dict.fromkeys(candidate.wrong.title for candidate in self.named)
        details = {**result.details, "misconceptions": list(self.names)}
        return replace(result, diagnosis=", or: ".join(titles), hint=best.wrong.hint, details=details)


def diagnose(
    wrong: Sequence[Misconception], task: Task, seed: int, findings: Findings, traces: Traces, places: Places
) -> Diagnosis:
    """Compare a hand-in's traces with those of the misconceptions of its task.

    All are tried on a few places where the hand-in fails, those that explain anything there on all places.
    """
    screened = _screened(traces)
    if not screened:
        return Diagnosis()
    tried = []
    for one in applicable(wrong, task.name, findings.dialect):
        replayed = replay(one, task, seed, findings, [places[key] for key in screened])
        found = judge(one, {key: traces[key] for key in screened}, replayed)
        if found.numbers:
            tried.append(found)
    tried.sort(key=_rank)
    ranked = []
    for candidate in tried[:_SURVIVORS]:
        replayed = replay(candidate.wrong, task, seed, findings, [places[key] for key in traces])
        ranked.append(judge(candidate.wrong, traces, replayed))
    ranked.sort(key=_rank)
    return Diagnosis(tuple(ranked), tuple(_worth_naming(ranked, exact="deterministic" not in task.traits)))


def judge(wrong: Misconception, student: Traces, replayed: Traces) -> Candidate:
    """Score one misconception on the places that both traces have."""
    deviating = explained = numbers = 0
    places = set()
    for key, trace in student.items():
        for s, m in _paired(trace, replayed.get(key, ())):
            if m is None or not (s.wrong or m.wrong):
                deviating += s.wrong
                continue
            deviating += 1
            if explains(m, s):
                explained += 1
                if s.wrong:
                    places.add(key)
                    numbers += s.answer.size if s.has_numbers else 0
    return Candidate(wrong, explained / deviating if deviating else 0.0, numbers, frozenset(places))


def explains(m: Observation, s: Observation) -> bool:
    """Tell whether a misconception's observation is what the student's unit did."""
    if RAISED in (m.kind, s.kind):
        return m.kind == s.kind and m.error == s.error
    if m.kind != s.kind or m.answer.shape != s.answer.shape:
        return False
    allowed = tolerance(s.kind if s.has_numbers else "value", np.dtype(np.float64))
    with np.errstate(all="ignore"):
        same = (m.answer == s.answer) | (np.isnan(m.answer) & np.isnan(s.answer))
        distance = np.where(same, 0.0, np.abs(m.answer - s.answer))
        scale = float(np.max(np.abs(s.answer[np.isfinite(s.answer)]), initial=0.0))
        if bool(np.all(distance <= allowed.atol + allowed.rtol * scale)):
            return True
        if s.expected.shape != s.answer.shape:
            return False
        deviation = float(np.linalg.norm(s.answer - s.expected))
        return bool(np.linalg.norm(distance) <= 0.01 * deviation and np.isfinite(deviation))


def _paired(student: Trace, replayed: Trace) -> Iterable[tuple[Observation, Observation | None]]:
    for index, s in enumerate(student):
        yield s, replayed[index] if index < len(replayed) else None


def _screened(traces: Traces) -> list[Key]:
    """Return a few places where the hand-in is wrong in numbers, of different checks where there are some."""
    bad = [key for key, trace in traces.items() if any(o.wrong and o.has_numbers for o in trace)]
    firsts = {check: (case, check) for case, check in reversed(bad)}
    chosen = list(reversed(firsts.values()))
    return (chosen + [key for key in bad if key not in chosen])[:_SCREENED]


def _rank(candidate: Candidate) -> tuple[float, int]:
    return -round(candidate.score, 9), -candidate.numbers


def _worth_naming(ranked: Sequence[Candidate], *, exact: bool) -> list[Candidate]:
    """Return the best candidate and its equals, if it explains enough; all of it where answers are random."""
    if not ranked:
        return []
    best = ranked[0]
    if best.score < (1.0 if exact else _LEAST_SHARE) or best.numbers < _LEAST_NUMBERS:
        return []
    equals = [one for one in ranked if _rank(one) == _rank(best)]
    by_id = {one.wrong.id: one for one in reversed(equals)}
    return list(reversed(by_id.values()))[:_NAMED]
