"""What a course changes about checks: weight, points, tier, visibility."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.model import Case, Check, Task, Tier
from grader.plugins import Registry
from grader.profile.errors import ProfileError, suggestion
from grader.profile.model import CheckSettings, Profile
from grader.registration import applies

_COUNTED = "the course's profile counts it"
_LOWERED = "so says the course's profile"


def with_checks(registry: Registry, profile: Profile) -> Registry:
    """Return the registry with the profile's settings for checks and tiers.

    The names are known (`look_up_checks`). Raises ProfileError for points that do not add up.
    """
    if not profile.checks and not profile.robust_counts:
        return registry
    checks = tuple(_set(check, None, profile) for check in registry.checks)
    tasks = {
        name: replace(
            task,
            checks=tuple(_set(check, task, profile) for check in task.checks),
            cases=tuple(_counted(case) for case in task.cases) if profile.robust_counts else task.cases,
        )
        for name, task in registry.tasks.items()
    }
    special = {
        (task.name, check.name): _set(check, task, profile)
        for task in registry.tasks.values()
        for check in registry.checks
        if applies(check, task) and f"{task.name}.{check.name}" in profile.checks
    }
    changed = replace(registry, checks=checks, tasks=tasks, special=special)
    for task in tasks.values():
        _add_up(changed, task, profile)
    return changed


def look_up_checks(registry: Registry, profile: Profile) -> None:
    """Raise ProfileError for a check that no task has, and for settings that a check cannot have."""
    here = {
        task.name: [c for c in (*registry.checks, *task.checks) if applies(c, task)] for task in registry.tasks.values()
    }
    full = {f"{task}.{check.name}": check for task, checks in here.items() for check in checks}
    short: dict[str, list[Check]] = {}
    for check in full.values():
        short.setdefault(check.name, []).append(check)
    for name, settings in profile.checks.items():
        path = _path(profile, name)
        meant = [full[name]] if name in full else short.get(name, [])
        if not meant:
            owner = name.rpartition(".")[0]
            known = [f"{owner}.{check.name}" for check in here[owner]] if owner in here else [*short, *full]
            if owner and owner not in here:
                what = f"no task is called {owner}; {suggestion(owner, here)}"
            else:
                what = f"no check is called {name}; {suggestion(name, known)}"
            raise ProfileError(profile.complaint(path, what))
        if settings.points is not None and name not in full:
            owner = next(task for task, checks in here.items() if meant[0] in checks)
            what = f'points need the name of the task: [checks."{owner}.{name}"]; or give a weight'
            raise ProfileError(profile.complaint((*path, "points"), what))
        if settings.points is not None and settings.weight is not None:
            raise ProfileError(profile.complaint((*path, "points"), "give points or a weight, not both"))
        if settings.tier is not None and any(check.tier is Tier.STYLE for check in meant):
            what = "a check of style stays a remark: it goes by what the hand-in's own process says of itself"
            raise ProfileError(profile.complaint((*path, "tier"), what))


def _path(profile: Profile, name: str) -> tuple[str, ...]:
    """Return where the settings of a check stand: as one key, or with the dot unquoted."""
    whole = ("checks", name)
    return whole if whole in profile.lines else ("checks", *name.split("."))


def _set(check: Check, task: Task | None, profile: Profile) -> Check:
    """Return a check as the profile has it, in one task or (None) wherever nothing else is said."""
    settings = [profile.checks.get(check.name)]
    if task is not None:
        settings.append(profile.checks.get(f"{task.name}.{check.name}"))
    said = {
        key: value for each in settings if each is not None for key, value in vars(each).items() if value is not None
    }
    tier = said.pop("tier", None)
    if tier is None and profile.robust_counts and check.tier is Tier.ROBUST:
        tier = Tier.CORE
    if tier is not None and tier is not check.tier:
        reason = f"{_COUNTED}; {check.reason}" if tier is Tier.CORE else _LOWERED
        check = replace(check, tier=tier, reason=reason)
    if "weight" in said:
        check = replace(check, points=said["weight"])
    if "visibility" in said:
        check = replace(check, visibility=said["visibility"])
    if "points" in said and task is not None:
        check = replace(check, share=said["points"] / (_total(task, check) or 1.0))
    return check


def _counted(case: Case) -> Case:
    return replace(case, tier=Tier.CORE) if case.tier is Tier.ROBUST else case


def _total(task: Task, check: Check) -> float:
    """Return what a task is worth in the groups in which a check counts."""
    return sum(most for group, most in task.points.items() if not check.groups or group in check.groups)


def _add_up(registry: Registry, task: Task, profile: Profile) -> None:
    """Raise ProfileError where checks get more points than there are, or none is left to carry a task's points."""
    plan = registry.plan(task)
    core = [check for check in plan if check.tier is Tier.CORE]
    fixed: Mapping[str, CheckSettings] = {
        check.name: profile.checks[f"{task.name}.{check.name}"] for check in plan if check.share is not None
    }
    for check in plan:
        if check.name in fixed and check.tier is not Tier.CORE:
            what = f'a check of tier {check.tier} has no points; add tier = "core"'
            raise ProfileError(profile.complaint((*_path(profile, f"{task.name}.{check.name}"), "points"), what))
    for group, most in task.points.items():
        counting = [check for check in core if not check.groups or group in check.groups]
        shares = [check.share for check in counting if check.share is not None]
        if sum(shares) > 1 + 1e-9:
            first = next(check.name for check in counting if check.share is not None)
            points = sum(settings.points or 0.0 for settings in fixed.values())
            what = f"{points:g} points for checks are more than {task.name} has ({task.total:g})"
            raise ProfileError(profile.complaint((*_path(profile, f"{task.name}.{first}"), "points"), what))
        if not sum(shares) and not sum(check.points for check in counting):
            path = next((_path(profile, name) for name in profile.checks if _concerns(name, task, plan)), ("checks",))
            what = f"{task.name} has {most:g} points in {group}, and no check is left that carries them"
            raise ProfileError(profile.complaint(path, what))


def _concerns(name: str, task: Task, plan: list[Check]) -> bool:
    return name.removeprefix(f"{task.name}.") in {check.name for check in plan}
