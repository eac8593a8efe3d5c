"""Names a mistake: which misconception leaves the same wrong numbers, in all checks of the task, as the hand-in does?

Let S, M and R be the answers of the student, of a misconception and of the reference, and U the observations in which
S or M is wrong. A misconception's score is the share of U that it explains: S and M agree, or differ by at most one
hundredth of S's own deviation. Below one half nothing is said. Where the best explains only a part, pairs of the best
are tried, as two bugs in one component are nothing rare.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grader.bench import Findings
from grader.model import Case, Check, CheckResult, Misconception, Task, Verdict
from grader.replay import applicable
from grader.replays import Replay, replay_all
from grader.trace import Trace, explains

Key = tuple[str, str]
Traces = Mapping[Key, Trace]
Places = Mapping[Key, tuple[Check, Case]]
Wrong = tuple[Misconception, ...]
_SCREENED, _SURVIVORS, _PAIRS, _NAMED = 4, 8, 3, 3
_LEAST_SHARE, _LEAST_NUMBERS = 0.5, 3


@dataclass(frozen=True)
class Candidate:
    """Misconceptions (one, or two at once), the share of the deviations that they explain, and where they explain some.

    `numbers` counts the wrong numbers that they explain.
    """

    wrong: Wrong
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
        return _ids(self.named)[:_NAMED]

    @property
    def suspects(self) -> tuple[str, ...]:
        """Return the first three ids, however much they explain."""
        return _ids(self.ranked)[:_NAMED]

    def annotate(self, result: CheckResult) -> CheckResult:
        """Give a failed result that the diagnosis explains its words."""
        fitting = [one for one in self.named if (result.case, result.check) in one.places]
        if not fitting or result.verdict in (Verdict.PASSED, Verdict.SKIPPED, Verdict.BROKEN):
            return result
        best = fitting[0].wrong
        titles = dict.fromkeys("; and ".join(one.title for one in candidate.wrong) for candidate in fitting[:_NAMED])
        hint = " ".join(one.hint for one in best)
        details = {**result.details, "misconceptions": list(self.names)}
        return replace(result, diagnosis="; or: ".join(titles), hint=hint, details=details)


def diagnose(
    wrong: Sequence[Misconception],
    task: Task,
    seed: int,
    findings: Findings,
    traces: Traces,
    places: Places,
    replayed: Replay = replay_all,
) -> Diagnosis:
    """Compare a hand-in's traces with those of the misconceptions of its task.

    All are tried on one place where the hand-in fails, those that explain it on all places. Unless that explains
    everything, the others are tried on a few places more, and then pairs of the best. `replayed` runs them.
    """
    trial = _Trial(task, seed, findings, traces, places, replayed)
    failing = _screened(traces)
    if not failing:
        return Diagnosis()
    first, *more = failing
    possible = [(one,) for one in applicable(wrong, task.name, findings.dialect)]
    hits, misses = trial.screened(possible, [first])
    ranked = trial.ranked(hits)
    exact = "deterministic" not in task.traits and task.kind in ("layer", "initializer")
    if not ranked or ranked[0].score < 1:
        further, _ = trial.screened(misses, more)
        ranked = sorted([*ranked, *trial.ranked(further)], key=_rank)
    if ranked and ranked[0].score < 1 and not exact:
        singles = [one.wrong[0] for one in ranked[:_SURVIVORS]]
        pairs = [(a, b) for a, b in itertools.combinations(singles, 2) if a.id != b.id]
        better, _ = trial.screened(pairs, [first, *more])
        full = trial.ranked(better, _PAIRS)
        ranked = sorted([*ranked, *(one for one in full if one.score > ranked[0].score)], key=_rank)
    return Diagnosis(tuple(ranked), tuple(_worth_naming(ranked, exact=exact)))


@dataclass(frozen=True)
class _Trial:
    """The hand-in's side of the comparison."""

    task: Task
    seed: int
    findings: Findings
    traces: Traces
    places: Places
    replayed: Replay

    def screened(self, wrong: Sequence[Wrong], keys: Sequence[Key]) -> tuple[list[Candidate], list[Wrong]]:
        """Try misconceptions on a few places; return those that explain some number there, and the others."""
        tried = [self._judged(several, keys) for several in wrong] if keys else []
        hits = [one for one in tried if one.numbers]
        return hits, [one.wrong for one in tried if not one.numbers]

    def ranked(self, candidates: Sequence[Candidate], count: int = _SURVIVORS) -> list[Candidate]:
        """Try the best candidates on all places; return them, the likeliest first."""
        best = sorted(candidates, key=_rank)[:count]
        return sorted((self._judged(one.wrong, list(self.traces)) for one in best), key=_rank)

    def _judged(self, wrong: Wrong, keys: Sequence[Key]) -> Candidate:
        where = [self.places[key] for key in keys]
        replayed = self.replayed(wrong, self.task, self.seed, self.findings, where)
        return judge(wrong, {key: self.traces[key] for key in keys}, replayed)


def judge(wrong: Wrong, student: Traces, replayed: Traces) -> Candidate:
    """Score misconceptions on the places that both traces have."""
    deviating = explained = numbers = 0
    places = set()
    for key, trace in student.items():
        for s, m in itertools.zip_longest(trace, replayed.get(key, ())[: len(trace)]):
            if not (s.wrong or (m is not None and m.wrong)):
                continue
            deviating += 1
            if m is not None and explains(m, s):
                explained += 1
                if s.wrong:
                    places.add(key)
                    numbers += s.answer.size if s.has_numbers else 0
    return Candidate(wrong, explained / deviating if deviating else 0.0, numbers, frozenset(places))


def _screened(traces: Traces) -> list[Key]:
    """Return a few places where the hand-in is wrong in numbers, of different checks where there are some."""
    bad = [key for key, trace in traces.items() if any(o.wrong and o.has_numbers for o in trace)]
    firsts = {check: (case, check) for case, check in reversed(bad)}
    chosen = list(reversed(firsts.values()))
    return (chosen + [key for key in bad if key not in chosen])[:_SCREENED]


def _rank(candidate: Candidate) -> tuple[float, int, int]:
    return -round(candidate.score, 9), len(candidate.wrong), -candidate.numbers


def _worth_naming(ranked: Sequence[Candidate], *, exact: bool) -> list[Candidate]:
    """Return the best candidate and its equals, if it explains enough; all of it where answers are random."""
    if not ranked:
        return []
    best = ranked[0]
    if best.score < (1.0 if exact else _LEAST_SHARE) or best.numbers < _LEAST_NUMBERS:
        return []
    return [one for one in ranked if _rank(one) == _rank(best)]


def _ids(candidates: Sequence[Candidate]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.id for candidate in candidates for one in candidate.wrong))
