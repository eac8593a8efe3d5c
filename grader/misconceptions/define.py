"""Makes a misconception, or a fair variant, out of a subclass of the reference and its docstring."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from grader.model import FairVariant, Misconception, Tier


def misconception(
    id: str,
    cls: Callable[..., Any],
    *tasks: str,
    component: str = "",
    dialects: Iterable[str] = (),
    tier: Tier | str = Tier.CORE,
) -> Misconception:
    """Return the misconception `id` of a wrong class (or of a function that makes a wrong object).

    The docstring's first line is the title, the rest the hint. `tasks` are those that must notice; `component` is what
    the class stands for, the first task's if it is not named; a check of `tier` must notice. Raises TypeError if a
    docstring or a task is missing.
    """
    title, _, hint = inspect.cleandoc(cls.__doc__ or "").partition("\n")
    if not title or not hint.strip() or not tasks:
        raise TypeError(f"misconception {id}: it needs a task, and a docstring with a title and, below it, a hint")
    return Misconception(
        id=id,
        tasks=tasks,
        classes={component or tasks[0]: cls},
        title=title.strip().rstrip("."),
        hint=" ".join(hint.split()),
        dialects=tuple(dialects),
        tier=Tier(tier),
    )


def fair_variant(
    cls: Callable[..., Any], *tasks: str, component: str = "", dialects: Iterable[str] = ()
) -> FairVariant:
    """Return the fair variant that a right class is; the docstring's first line says what is unusual about it.

    `tasks` are those that it is graded in, `component` is what the class stands for (the first task's, if it is not
    named). Raises TypeError if the docstring or a task is missing.
    """
    title = inspect.cleandoc(cls.__doc__ or "").partition("\n")[0].strip().rstrip(".")
    if not title or not tasks:
        raise TypeError(f"fair variant {getattr(cls, '__name__', '?')}: it needs a task, and a docstring with a title")
    return FairVariant(title, tasks, {component or tasks[0]: cls}, tuple(dialects))
