"""Makes a misconception out of a subclass of the reference and its docstring."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from grader.model import Misconception


def misconception(
    id: str, cls: Callable[..., Any], *tasks: str, component: str = "", dialects: Iterable[str] = ()
) -> Misconception:
    """Return the misconception `id` of a wrong class (or of a function that makes a wrong object).

    The docstring's first line is the title, the rest the hint. `tasks` are those that must notice; `component` is what
    the class stands for, the first task's if it is not named. Raises TypeError if a docstring or a task is missing.
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
    )
