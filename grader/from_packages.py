"""The line that tells which tasks of a run come from installed packages: they are part of everybody's total."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.model import Task


def from_packages(tasks: Sequence[Task], known: Iterable[Task], asked: Iterable[str]) -> str:
    """Return the line, or nothing if there is nothing to tell; `known` are all tasks there are.

    Who names a task, or a group that only packages have tasks in, has `asked` for it and need not be told.
    """
    known = list(known)
    ours = {group for task in known if task.origin is None for group in task.points}
    named = {name.strip().lower() for name in asked}
    found = [
        task
        for task in tasks
        if task.origin is not None and not named & {task.name.lower(), *(set(task.points) - ours)}
    ]
    if not found:
        return ""
    shown = ", ".join(f"{task.name} ({task.origin.plugin})" for task in found if task.origin is not None)
    groups = sorted({group for task in found for group in task.points})
    own = [group for group in groups if group not in ours]
    lone = [task.name for task in found if not set(own) & set(task.points)]
    where = f", group{'s' if len(groups) > 1 else ''} {', '.join(groups)}" if groups else ""
    return f"tasks from packages: {shown}{where}; leave out with --skip {','.join([*own, *lone])}"
