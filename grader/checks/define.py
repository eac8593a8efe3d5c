"""The decorator that makes a check out of a function that reads like a unit test."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable

from grader.model import Check, Task, Tier, Visibility
from grader.reproduction import Reproduction

SUBJECTS = ("layer", "loss", "optimizer", "regularizer", "initializer", "network", "lenet")
ARGUMENTS = frozenset((*SUBJECTS, "new", "oracle", "probe", "case"))

REASONS = {
    Tier.CORE: "the exercise's text or its public tests ask for it",
    Tier.ROBUST: "a correct layer should do it, but the exercise's text leaves it out",
    Tier.STYLE: "manners: it changes no result in training",
}


def reason_of(check: Check, task: Task) -> str:
    """Return why a check has its tier in a task; no exercise of ours asks for what comes from a plugin from outside."""
    reason = check.reason or REASONS[check.tier]
    if reason == REASONS[Tier.CORE] and (task.origin or check.origin):
        return "its course asks for it"
    return reason


_BY_HAND = "_backcheck_by_hand"  # where a function keeps what `check` finds


def by_hand(
    *lines: str,
    yours: str = "",
    expected: str = "",
    also: Iterable[str] = (),
    why_not: str = "",
    why_not_native: str = "",
    formula: str = "",
    source: str = "",
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Say, between `@check` and the function, how the check is done by hand; for `--explain`.

    `formula` and `source` stand beside the task's own. See `Reproduction` for the others; `why_not_native` is for
    a check that has lines in the exercise's dialect only.
    """
    native = Reproduction(why_not=why_not_native) if why_not_native else None
    made = Reproduction(lines, yours, expected, tuple(also), why_not, native)

    def note(run: Callable[..., None]) -> Callable[..., None]:
        setattr(run, _BY_HAND, {"formula": formula, "source": source, "reproduction": made})
        return run

    return note


def check(
    *,
    points: float = 1.0,
    traits: Iterable[str] = (),
    needs: str | Iterable[str] = (),
    tier: Tier | str = Tier.CORE,
    visibility: Visibility | str = Visibility.VISIBLE,
    cases: Iterable[str] = (),
    groups: Iterable[str] = (),
    reason: str = "",
) -> Callable[[Callable[..., None]], Check]:
    """Turn `check_something(layer, oracle, probe)` into the Check `something`.

    The docstring's first line is the title, the rest the hint. Arguments come from a closed set: the unit under test
    (`layer`, `loss`, `optimizer`, …: fresh for this check), `new` (makes another), `oracle` (the reference with the
    unit's own parameters), `probe`, `case`. `cases` restricts the check to the cases of these names, `groups` its
    points to these exercises; `reason` says why it has its tier. What `by_hand` says below it goes into the Check.
    Raises TypeError at import for anything else.
    """

    def define(run: Callable[..., None]) -> Check:
        name = run.__name__.removeprefix("check_")
        arguments = tuple(inspect.signature(run).parameters)
        unknown = [argument for argument in arguments if argument not in ARGUMENTS]
        if unknown:
            raise TypeError(f"check {name}: unknown argument {unknown[0]!r}; known are {', '.join(sorted(ARGUMENTS))}")
        title, _, hint = inspect.cleandoc(run.__doc__ or "").partition("\n")
        if not title:
            raise TypeError(f"check {name}: a docstring is missing; its first line is what the student reads")
        return Check(
            name=name,
            title=title.strip().rstrip("."),
            hint=" ".join(hint.split()),
            run=run,
            points=points,
            traits=frozenset(traits),
            needs=(needs,) if isinstance(needs, str) else tuple(needs),
            visibility=Visibility(visibility),
            tier=Tier(tier),
            arguments=arguments,
            cases=tuple(cases),
            groups=tuple(groups),
            reason=reason or REASONS[Tier(tier)],
            **getattr(run, _BY_HAND, {}),
        )

    return define
