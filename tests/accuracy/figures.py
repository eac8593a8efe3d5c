"""The figures of the accuracy report: each a name, what was measured, the goal, and whether it is reached."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.misconceptions.catalogue import rows
from tests.accuracy.corruptions import Corrupted
from tests.accuracy.detection import Detection, idle_checks
from tests.accuracy.naming import Naming, verdict
from tests.accuracy.pairs import Paired


@dataclass(frozen=True)
class Figure:
    """One line of the report; `remarks` are what a person should look at."""

    name: str
    measured: str
    goal: str
    reached: bool
    remarks: tuple[str, ...] = ()


def detection(found: Sequence[Detection], whole: bool) -> list[Figure]:
    """Return how many graded misconceptions are noticed, and which checks notice none."""
    graded = {row.id: row for row in rows() if row.graded}
    tried = {one.id for one in found} & set(graded)
    missed = [f"{one.variant}, {one.form}, {one.task}: seeds {one.missed}" for one in found if one.missed]
    stray = [
        f"{one.variant} is {one.tier}, but fails {', '.join(one.also)}"
        for one in found
        if one.tier != "core" and one.also and one.tier != "style"
    ]
    runs = sum(one.runs for one in found)
    plain = {one.id for one in found if one.plain} & set(graded)
    figures = [
        Figure(
            "misconceptions detected",
            f"{len(tried) - len({m.split(' ')[0] for m in missed})} of {len(tried)} ids "
            f"({len(found)} variants and forms, {runs} runs); a plain gradient check alone: {len(plain)}",
            "100 %, at least 170 ids",
            not missed and (not whole or len(tried) >= 170),
            tuple(missed),
        ),
        Figure("robust rows that cost points", f"{len(stray)}", "0", not stray, tuple(stray)),
    ]
    if whole:
        without = sorted(set(graded) - tried)
        idle = idle_checks(found)
        figures.append(
            Figure("graded rows without a misconception", f"{len(without)}", "0", not without, tuple(without))
        )
        figures.append(Figure("checks that catch no misconception", f"{len(idle)}", "0", not idle, tuple(idle)))
    return figures


def _slack(goal: float, count: int, whole: bool) -> float:
    """Return by how much a sample may miss a share that the whole reaches: two standard deviations."""
    return 0.0 if whole else 2 * math.sqrt(goal * (1 - goal) / max(count, 1))


def naming(found: Sequence[Naming], whole: bool) -> list[Figure]:
    """Return how often the right mistake is named first."""
    known = {row.id for row in rows() if row.graded}
    held = [one for one in found if one.patch.id in known]
    verdicts = Counter(verdict(one) for one in held)
    relatives = [one for one in found if one.patch.id not in known]
    share = {key: verdicts[key] / max(len(held), 1) for key in ("right", "wrong", "silent")}
    native = sum(one.patch.example == "example_native" for one in held)
    unnoticed = [f"{one.patch.id} ({one.patch.task}) is not noticed" for one in found if not one.noticed]
    wrong = [f"{one.patch.id}: named {', '.join(one.named)}" for one in held if verdict(one) == "wrong"]
    silent = [f"{one.patch.id}: silent" for one in held if verdict(one) == "silent"]
    mute = [one for one in held if verdict(one) == "silent" and not one.hint]
    ids = len({one.patch.id for one in held})
    return [
        Figure(
            "patched hand-ins noticed",
            f"{len(found) - len(unnoticed)} of {len(found)}",
            "all",
            not unnoticed,
            tuple(unnoticed),
        ),
        Figure(
            "right name first",
            f"{share['right']:.1%} of {len(held)} patches ({ids} ids, {native} patches of example_native)",
            "at least 92 %",
            share["right"] >= 0.92 - _slack(0.92, len(held), whole),
            tuple(silent),
        ),
        Figure(
            "wrongly named",
            f"{share['wrong']:.1%}",
            "at most 2 %",
            share["wrong"] <= 0.02 + _slack(0.02, len(held), whole),
            tuple(wrong),
        ),
        Figure("silent", f"{share['silent']:.1%}, {len(mute)} of them without a hint on the pattern", "the rest", True),
        Figure(
            "relatives that the catalogue does not hold",
            f"{sum(bool(one.named) for one in relatives)} of {len(relatives)} named as something",
            "no goal",
            True,
            tuple(f"{one.patch.id}: named {', '.join(one.named)}" for one in relatives if one.named),
        ),
    ]


def corruptions(found: Sequence[Corrupted], whole: bool) -> list[Figure]:
    """Return how many random corruptions are left without a name."""
    named = [f"{one.number}, {one.what}: named {', '.join(one.named)}" for one in found if one.named]
    silent = 1 - len(named) / max(len(found), 1)
    unnoticed = [f"{one.number}, {one.what}: not noticed" for one in found if not one.noticed]
    return [
        Figure(
            "random corruptions without a name",
            f"{silent:.1%} of {len(found)}",
            "at least 95 %",
            silent >= 0.95 - _slack(0.95, len(found), whole),
            tuple(named),
        ),
        Figure("random corruptions noticed", f"{len(found) - len(unnoticed)}", "no goal", True, tuple(unnoticed)),
    ]


def pairs(found: Sequence[Paired], whole: bool) -> list[Figure]:
    """Return how often one of two mistakes is suspected."""
    unnoticed = [" + ".join(one.ids) for one in found if not one.naming.noticed]
    unsuspected = [
        f"{' + '.join(one.ids)}: {', '.join(one.naming.suspects) or 'none'}" for one in found if not one.suspected()
    ]
    share = 1 - len(unsuspected) / max(len(found), 1)
    return [
        Figure(
            "pairs of mistakes noticed",
            f"{len(found) - len(unnoticed)} of {len(found)}",
            "all",
            not unnoticed,
            tuple(unnoticed),
        ),
        Figure(
            "one of the pair among the first three ids",
            f"{share:.1%}",
            "at least 80 %",
            share >= 0.8 - _slack(0.8, len(found), whole),
            tuple(unsuspected),
        ),
    ]


def show(figures: Sequence[Figure], remarks: int, say: Callable[[str], None]) -> None:
    """Print figures, each with its first remarks."""
    for one in figures:
        say(f"{'ok ' if one.reached else 'NOT'}  {one.name}: {one.measured} (goal: {one.goal})")
        for remark in one.remarks[:remarks]:
            say(f"         {remark}")
        if len(one.remarks) > remarks:
            say(f"         … and {len(one.remarks) - remarks} more (--remarks N shows more)")
