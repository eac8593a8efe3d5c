"""The self-test in a table: a row per task, and below it everything that should not be."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tabulate import tabulate

from grader.plugins import Registry
from grader.reporters._text import clean
from grader.selftest.detection import idle_checks
from grader.selftest.outcome import Kind, Outcome

_HEAD = ("task", "reference", "examples", "fair variants", "mistakes noticed", "named right")
_WIDE = 60  # columns for a list of checks


def table(found: Sequence[Outcome], registry: Registry, names: Sequence[str], *, verbose: bool) -> str:
    """Return the accuracy table of these tasks and what is behind it; with `verbose` also who catches what."""
    rows = [_row(name, [one for one in found if one.task == name]) for name in names]
    text = tabulate(rows, _HEAD, tablefmt="simple", colalign=["left"] + ["right"] * 5, disable_numparse=True) + "\n"
    if verbose:
        text += _catchers(found)
    text += _listed("Broken, by the grader's fault or a plugin's:", found, lambda one: one.broken)
    text += _listed("Missed, or not as it should be:", _of(found, Kind.MISTAKE), lambda one: one.problems)
    right = [one for one in found if one.kind is not Kind.MISTAKE]
    text += _listed("Accused wrongly:", right, lambda one: one.problems)
    return text + _names(found, verbose=verbose) + _idle(found, registry, names)


def _of(found: Iterable[Outcome], kind: Kind) -> list[Outcome]:
    return [one for one in found if one.kind is kind]


def _row(name: str, found: Sequence[Outcome]) -> list[str]:
    mistakes = _of(found, Kind.MISTAKE)
    ids = {one.detection.id for one in mistakes if one.detection}
    missed = {one.detection.id for one in mistakes if one.detection and (one.detection.missed or one.broken)}
    named = [one.detection for one in mistakes if one.detection is not None and one.detection.named is not None]
    right = sum(one.id in (one.named or ()) for one in named)
    return [
        name,
        *(_share(_of(found, kind)) for kind in (Kind.REFERENCE, Kind.EXAMPLE, Kind.VARIANT)),
        f"{len(ids) - len(missed)} of {len(ids)}" if ids else "",
        f"{right} of {len(named)}" if named else "",
    ]


def _share(found: Sequence[Outcome]) -> str:
    return f"{sum(one.well for one in found)} of {len(found)}" if found else ""


def _listed(head: str, found: Iterable[Outcome], lines: Callable[[Outcome], Iterable[str]]) -> str:
    """Return a paragraph with a line for each of the `lines` of the outcomes, if there are any."""
    told = [
        f"  {one.task}, {'' if one.kind is Kind.MISTAKE else f'{one.kind} '}{one.title} ({one.form}): {line}"
        for one in found
        for line in lines(one)
    ]
    return "\n".join(["", head, *(clean(line) for line in told), ""]) if told else ""


def _names(found: Iterable[Outcome], *, verbose: bool) -> str:
    """Return which mistakes have been taken for others, and with `verbose` those that were given no name."""
    tried = [one.detection for one in _of(found, Kind.MISTAKE) if one.detection and one.detection.named is not None]
    others = [one for one in tried if one.named and one.id not in one.named]
    silent = [one for one in tried if not one.named]
    text = ""
    if others:
        lines = [f"  {one.task}, {one.variant} ({one.form}): looks like {', '.join(one.named or ())}" for one in others]
        text += "\n".join(["", "Taken for another mistake:", *lines, ""])
    if silent and verbose:
        lines = sorted({f"  {one.task}: {one.id}" for one in silent})
        text += "\n".join(
            ["", "Noticed, but given no name (a mistake shows too little, or not in numbers):", *lines, ""]
        )
    return text


def _idle(found: Iterable[Outcome], registry: Registry, names: Sequence[str]) -> str:
    """Return the checks that catch no mistake; those that every layer (loss, …) has only where all tasks are tried."""
    caught: dict[str, list[str]] = {name: [] for name in names}
    for one in found:
        if one.detection is not None:
            caught[one.task] += [*one.detection.caught_by, *one.detection.also]
    whole = set(registry.tasks) <= set(names)
    lines = [f"  {line}" for line in idle_checks(registry, caught) if whole or ": " in line]
    return "\n".join(["", "Checks that catch none of these mistakes:", *lines, ""]) if lines else ""


def _catchers(found: Iterable[Outcome]) -> str:
    """Return the mistakes with the checks that catch them; in brackets those of another tier than the mistake's."""
    mistakes = [one.detection for one in _of(found, Kind.MISTAKE) if one.detection is not None]
    rows = []
    for task, id in dict.fromkeys((one.task, one.id) for one in mistakes):
        own = [one for one in mistakes if (one.task, one.id) == (task, id)]
        caught = [*dict.fromkeys(check for one in own for check in one.caught_by)]
        caught += dict.fromkeys(f"({check})" for one in own for check in one.also)
        missed = sum(bool(one.missed) for one in own)
        count = f"{len(own) - missed} of {len(own)}"
        rows.append([task, id, own[0].tier, count, _wrapped(caught)])
    head = ["task", "mistake", "tier", "noticed", "by"]
    return "\n" + tabulate(rows, head, tablefmt="simple", disable_numparse=True) + "\n" if rows else ""


def _wrapped(names: Iterable[str]) -> str:
    lines = [""]
    for name in names:
        if lines[-1] and len(lines[-1]) + len(name) + 2 > _WIDE:
            lines.append("")
        lines[-1] += (", " if lines[-1] else "") + name
    return ",\n".join(lines)
