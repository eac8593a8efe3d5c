"""`--profile-template`: a profile with every key, made from what is registered, in which everything is commented out.

A line that starts with `#` and no space is a setting: without the `#` it says what holds anyway. So the template is a
profile that changes nothing, before and after everything in it has been switched on.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

from grader.dialects import names
from grader.model import Check, Limits, Task, Tier
from grader.plugins import Registry
from grader.profile.errors import ProfileError
from grader.profile.keys import FOR_THE_RUN, KEYS, REMARK
from grader.profile.model import dotted
from grader.registration import applies
from grader.reporters.terminal import number
from grader.sandbox.visible import USUAL
from grader.scoring import shares

_HEAD = """\
The choices of a course: python dispatch.py --profile course.toml …
Everything here is optional; what is left out is as in the exercise. To use a line that starts
with # and no space, take the # away, from the [table] above it too, and change what follows. A mistake is told with
its line; python dispatch.py --list -v --profile course.toml shows what becomes of it all.
"""


def template(registry: Registry) -> str:
    """Return the text of the template."""
    said = {key.path: f"{key.meaning} ({key.kind.name})" for key in KEYS}
    lines = [*_prose(_HEAD), ""]
    for key, value in (("title", ""), ("introduction", ""), ("footer", "")):
        lines += [*_prose(said[key]), _setting(key, value)]
    lines += [*_prose(said["dialects"]), _setting("dialects", names())]
    lines += [*_prose(said["packages"]), _setting("packages", USUAL), ""]
    lines += ["#[tasks]", *_prose(said["tasks.include"]), _setting("include", ["all"])]
    lines += [*_prose(said["tasks.exclude"]), _setting("exclude", []), ""]
    lines += [*_prose(said["groups.GROUP.TASK"]), *_prose(f"like: {said['groups.GROUP.like']}")]
    for group in (name for name in registry.groups if name != "all"):
        worth = {task.name: task.points[group] for task in registry.tasks.values() if group in task.points}
        lines += [f"#[{dotted(('groups', group))}]", *_table(worth), ""]
    lines += ["#[tiers]", *_prose(said["tiers.robust"]), _setting("robust", REMARK), ""]
    lines += [*_checks(registry, said), *_limits(said)]
    return "\n".join(lines).rstrip("\n") + "\n"


def write_template(registry: Registry, target: str) -> None:
    """Write the template into a new file, or (`-`) to standard output. Raises ProfileError if it cannot be."""
    text = template(registry)
    if target == "-":
        print(text, end="")
        return
    try:
        with Path(target).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as exc:
        raise ProfileError(f"--profile-template {target}: it is there already, and stays as it is") from exc
    except (OSError, ValueError) as exc:
        why = exc.strerror if isinstance(exc, OSError) and exc.strerror else exc
        raise ProfileError(f"--profile-template {target}: cannot be written: {why}") from exc


def _checks(registry: Registry, said: dict[str, str]) -> Iterator[str]:
    """Yield what is said of checks: the keys, the names that there are, and two examples."""
    yield from _prose(
        "Checks: one table each. [checks.NAME] is for every task that has a check of this name, "
        '[checks."TASK.NAME"] for one task, and wins.'
    )
    for key in ("weight", "points", "tier", "visibility"):
        yield from _prose(f"  {key}: {said[f'checks.CHECK.{key}']}")
    yield from _prose("The names:")
    for task in registry.tasks.values():
        names = ", ".join(_name(check) for check in registry.plan(task))
        yield from _prose(f"  {task.name}: {names}")
    tasks = registry.tasks.values()
    plain = max(
        (check for check in registry.checks if check.tier is Tier.CORE),
        key=lambda check: (sum(applies(check, task) for task in tasks), check.points, check.name),
        default=None,
    )
    if plain is not None:
        yield f"#[{dotted(('checks', plain.name))}]"
        yield _setting("weight", plain.points)
        yield ""
    example = _example(registry)
    if example is not None:
        task, check = example
        yield f"#[{dotted(('checks', f'{task.name}.{check.name}'))}]"
        yield _setting("points", float(number(shares(task, registry.plan(task))[check.name])))
        yield _setting("tier", check.tier)
        yield _setting("visibility", check.visibility)
        yield ""


def _example(registry: Registry) -> tuple[Task, Check] | None:
    """Return a check of a task's own that carries points; of a task that has many of them."""
    for task in sorted(registry.tasks.values(), key=lambda task: -len(task.checks)):
        for check in registry.plan(task):
            if check in task.checks and check.tier is Tier.CORE and task.points and not check.groups:
                return task, check
    return None


def _name(check: Check) -> str:
    return check.name if check.tier is Tier.CORE else f"{check.name} ({check.tier})"


def _limits(said: dict[str, str]) -> Iterator[str]:
    yield "#[limits]"
    usual = asdict(Limits())
    for name, value in usual.items():
        yield from _prose(said[f"limits.{name}"])
        yield _setting(name, value)
    yield ""
    yield from _prose(f"For one task: [limits.TASK], with all of these but {FOR_THE_RUN}.")


def _table(values: dict[str, float]) -> list[str]:
    return [f"#{dotted((name,))} = {number(value)}" for name, value in values.items()]


def _setting(key: str, value: object) -> str:
    """Return a line of TOML, commented out; JSON's texts, numbers and lists are TOML's."""
    shown = list(value) if isinstance(value, tuple) else value
    return f"#{key} = {json.dumps(shown, ensure_ascii=False)}"


def _prose(text: str) -> Iterable[str]:
    """Return lines of comment."""
    for line in text.rstrip("\n").split("\n"):
        indent = "# " + " " * (len(line) - len(line.lstrip()))
        yield from textwrap.wrap(
            line.strip(),
            118,
            initial_indent=indent,
            subsequent_indent=indent + ("  " if line.startswith(" ") else ""),
            break_on_hyphens=False,
        )
