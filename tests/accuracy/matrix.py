"""The matrix of mistakes and checks, as Markdown: which check notices which mistake, and would a plain one do?"""

from __future__ import annotations

from collections.abc import Sequence

from tests.accuracy.detection import Detection

_HEAD = ("misconception", "task", "tier", "variants, forms", "caught by", "plain gradient check")
_TOTALS = ("component", "ids", "detected", "plain gradient check alone")


def matrix(found: Sequence[Detection]) -> str:
    """Return a row for every mistake in a task, and totals per component.

    Checks in brackets are of another tier than the mistake's. The last column says for how many of the variants and
    forms a plain gradient check alone would do.
    """
    lines = [_row(_HEAD), _row(["---"] * len(_HEAD))]
    for id, task in dict.fromkeys((one.id, one.task) for one in found):
        own = [one for one in found if (one.id, one.task) == (id, task)]
        caught = list(dict.fromkeys(check for one in own for check in one.caught_by))
        caught += dict.fromkeys(f"({check})" for one in own for check in one.also)
        caught += ["**missed**"] if any(one.missed for one in own) else []
        plain = sum(one.plain for one in own)
        share = "yes" if plain == len(own) else f"{plain} of {len(own)}" if plain else "no"
        count = f"{len({one.variant for one in own})}, {len(own)}"
        lines.append(_row([id, task, own[0].tier, count, ", ".join(caught), share]))
    lines += ["", _row(_TOTALS), _row(["---"] * len(_TOTALS))]
    for task in sorted({one.task for one in found}):
        own = [one for one in found if one.task == task]
        ids, missed = {one.id for one in own}, {one.id for one in own if one.missed}
        plain_ids = {one.id for one in own if one.plain}
        lines.append(_row([task, str(len(ids)), str(len(ids - missed)), str(len(plain_ids))]))
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
