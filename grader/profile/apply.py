"""Applies a profile to what is registered: a pure function; whatever grades afterwards knows nothing of profiles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from grader.dialects import names
from grader.model import Limits, Task
from grader.plugins import Registry, UnknownTask, place
from grader.profile.checks import look_up_checks, with_checks
from grader.profile.errors import ProfileError, suggestion
from grader.profile.groups import with_groups
from grader.profile.model import Profile


def apply_profile(registry: Registry, profile: Profile | None) -> Registry:
    """Return the registry as a course wants it; the given one stays as it is.

    Raises ProfileError for names that nobody registered, and for points that do not add up.
    """
    if profile is None:
        return registry
    _look_up_dialects(profile)
    registry = with_groups(registry, profile)
    look_up_checks(registry, profile)
    _look_up_limits(registry, profile)
    registry = _chosen(registry, profile)
    registry = with_checks(registry, profile)
    return _limited(registry, profile)


def _look_up_dialects(profile: Profile) -> None:
    for name in profile.dialects or ():
        if name not in names():
            what = f"no dialect is called {name}; {suggestion(name, names())}"
            raise ProfileError(profile.complaint(("dialects",), what, name))
    if profile.dialects == ():
        raise ProfileError(profile.complaint(("dialects",), "no hand-in at all would be taken; leave the key out"))


def _chosen(registry: Registry, profile: Profile) -> Registry:
    """Leave out the tasks that the course does not grade."""
    included = _selected(registry, profile, "include", ["all"] if profile.include is None else profile.include)
    excluded = {task.name for task in _selected(registry, profile, "exclude", profile.exclude)}
    tasks = {task.name: task for task in included if task.name not in excluded}
    if not tasks:
        raise ProfileError(profile.complaint(("tasks",), "include and exclude leave nothing to grade"))
    left_out = {
        name.lower(): f"the profile {profile.given} leaves {name} out" for name in registry.tasks if name not in tasks
    }
    return replace(registry, tasks=dict(sorted(tasks.items(), key=lambda item: place(item[1]))), left_out=left_out)


def _selected(registry: Registry, profile: Profile, key: str, names: Iterable[str]) -> list[Task]:
    for name in names:
        try:
            registry.select([name])
        except UnknownTask as exc:
            raise ProfileError(profile.complaint(("tasks", key), str(exc), name)) from exc
    return registry.select(names)


def _look_up_limits(registry: Registry, profile: Profile) -> None:
    for name in profile.task_limits:
        if name not in registry.tasks:
            what = f"no task is called {name}; {suggestion(name, registry.tasks)}"
            raise ProfileError(profile.complaint(("limits", name), what))


def _limited(registry: Registry, profile: Profile) -> Registry:
    tasks = {
        name: replace(task, limits=limits_for(profile, task.limits, name)) for name, task in registry.tasks.items()
    }
    return replace(registry, tasks=tasks)


def limits_for(profile: Profile | None, usual: Limits, task: str = "") -> Limits:
    """Return the limits of a task under a profile; without a task, those that hold where none has its own."""
    if profile is None:
        return usual
    changed: dict[str, Any] = {**profile.limits, **profile.task_limits.get(task, {})}
    return replace(usual, **changed)
