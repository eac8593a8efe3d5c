"""Reads a profile. Names of tasks, checks and the like are only looked up when it is applied (`apply`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from grader.profile.errors import ProfileError, suggestion
from grader.profile.keys import COUNTS, KEYS
from grader.profile.kinds import Kind, Unfit
from grader.profile.lines import Lines, Path, key_lines
from grader.profile.model import CheckSettings, Profile, complaint, dotted
from grader.results import Course

_ANY = "*"  # a name of the course's own, in the place of a key
_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
Schema = dict[str, Any]  # key -> Kind, or the Schema of a table


def read_profile(text: str, given: str) -> Profile:
    """Return the profile that a TOML text describes; `given` is what messages call it.

    Raises ProfileError for the first thing that is wrong, in the order of the text.
    """
    text = text.replace("\r\n", "\n")
    data = _parsed(text, given)
    lines = key_lines(text)
    found = dict(_values(data, schema(), (), given, lines))
    checks: dict[str, dict[str, Any]] = {}
    for path, value in found.items():
        if path[0] == "checks":
            checks.setdefault(".".join(path[1:-1]), {})[path[-1]] = value
    groups = _tables(found, "groups")
    return Profile(
        given,
        Course(*(found.get((name,), "") for name in ("title", "introduction", "footer"))),
        include=found.get(("tasks", "include")),
        exclude=found.get(("tasks", "exclude"), ()),
        groups={group: {task: n for task, n in table.items() if task != "like"} for group, table in groups.items()},
        like={group: table["like"] for group, table in groups.items() if "like" in table},
        robust_counts=found.get(("tiers", "robust")) == COUNTS,
        checks={name: CheckSettings(**settings) for name, settings in checks.items()},
        limits={path[1]: value for path, value in found.items() if path[0] == "limits" and len(path) == 2},
        task_limits=_tables(found, "limits"),
        packages=found.get(("packages",)),
        dialects=found.get(("dialects",)),
        lines=lines,
    )


@cache
def schema() -> Schema:
    """Return the keys as nested tables."""
    top: Schema = {}
    for key in KEYS:
        *tables, last = (_ANY if part.isupper() else part for part in key.path.split("."))
        table = top
        for name in tables:
            table = table.setdefault(name, {})
        table[last] = key.kind
    return top


def _parsed(text: str, given: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        place = _PLACE.search(str(exc))
        what = _PLACE.sub("", str(exc))
        if place is None or place["line"] is None:
            last = len(text.rstrip("\n").split("\n"))
            raise ProfileError(f"{given}:{last}: not valid TOML: {what}, at the end of the file") from exc
        raise ProfileError(f"{given}:{place['line']}: not valid TOML: {what} (column {place['column']})") from exc
    except (ValueError, RecursionError) as exc:  # a number of five thousand digits, a thousand brackets
        raise ProfileError(f"{given}:1: not valid TOML: {exc}") from exc


def _values(
    data: Mapping[str, Any], known: Schema, above: Path, given: str, lines: Lines
) -> Iterator[tuple[Path, Any]]:
    """Yield path -> value of each key, looked over."""
    for key, value in data.items():
        path = (*above, key)
        kind = known.get(key, known.get(_ANY))
        names = [name for name in known if name != _ANY]
        if kind is None or (key not in known and isinstance(kind, dict) and names and not isinstance(value, dict)):
            where = f" in [{dotted(above)}]" if above else ""
            tip = suggestion(key, names)
            raise ProfileError(complaint(given, lines, path, f"there is no such key{where}; {tip}"))
        if isinstance(kind, Kind):
            yield path, _value(kind, value, path, given, lines)
        elif not isinstance(value, dict):
            raise ProfileError(complaint(given, lines, path, f"it is a table: [{dotted(path)}]"))
        elif above == ("checks",) and value and all(isinstance(inner, dict) for inner in value.values()):
            # [checks.RNN.memory_gradient], the dot unquoted
            yield from _values(value, {_ANY: kind}, path, given, lines)
        else:
            yield from _values(value, kind, path, given, lines)


def _value(kind: Kind, value: Any, path: Path, given: str, lines: Lines) -> Any:
    try:
        return kind.parse(value)
    except ValueError as exc:
        item = exc.item if isinstance(exc, Unfit) else ""
        raise ProfileError(complaint(given, lines, path, str(exc), item)) from exc


def _tables(found: Mapping[Path, Any], name: str) -> dict[str, dict[str, Any]]:
    """Return the tables below a table: name -> key -> value."""
    tables: dict[str, dict[str, Any]] = {}
    for path, value in found.items():
        if path[0] == name and len(path) == 3:
            tables.setdefault(path[1], {})[path[2]] = value
    return tables
