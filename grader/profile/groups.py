"""What a course's tasks are worth in its groups, new groups included."""

from __future__ import annotations

import re
from dataclasses import replace

from grader.model import Check, Task
from grader.plugins import Registry
from grader.profile.errors import ProfileError, suggestion
from grader.profile.model import Profile

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")


def with_groups(registry: Registry, profile: Profile) -> Registry:
    """Return the registry with the points of the profile's groups. Raises ProfileError for unknown names."""
    tasks = dict(registry.tasks)
    checks = registry.checks
    for group, points in profile.groups.items():
        new = _is_new(registry, profile, group)
        if new:
            like = profile.like.get(group)
            checks = tuple(_asked_in(check, group, like) for check in checks)
            for name, task in tasks.items():
                own = tuple(_asked_in(check, group, like) for check in task.checks)
                tasks[name] = replace(task, checks=own)
        for name, most in points.items():
            if name not in tasks:
                what = f"no task is called {name}; {suggestion(name, tasks)}"
                raise ProfileError(profile.complaint(("groups", group, name), what))
            tasks[name] = _worth(tasks[name], group, most)
    return replace(registry, tasks=tasks, checks=checks)


def _is_new(registry: Registry, profile: Profile, group: str) -> bool:
    """Tell whether a group is the course's own; raise ProfileError if it cannot be."""
    like, path = profile.like.get(group), ("groups", group, "like")
    if group in registry.groups and group != "all":
        if like is not None:
            raise ProfileError(profile.complaint(path, f"{group} is there already; like is for new groups"))
        return False
    if not _NAME.fullmatch(group) or group in ("all", *map(str.lower, registry.tasks)):
        what = "a new group has a name in small letters, which is neither all nor that of a task"
        raise ProfileError(profile.complaint(("groups", group), what))
    known = [name for name in registry.groups if name != "all"]
    if like is not None and like not in known:
        raise ProfileError(profile.complaint(path, f"no group is called {like}; {suggestion(like, known)}"))
    return True


def _asked_in(check: Check, group: str, like: str | None) -> Check:
    """Let a check that names its groups count in a new one, if it does in the one that this is like."""
    if not check.groups or (like is not None and like not in check.groups):
        return check
    return replace(check, groups=(*check.groups, group))


def _worth(task: Task, group: str, most: float) -> Task:
    points = {name: value for name, value in task.points.items() if name != group}
    kept = dict(task.points) | {group: most}
    return replace(task, points=kept if most else points)
