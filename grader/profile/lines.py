"""On which line of a TOML text each key stands; `tomllib` does not tell."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str, ...]
Lines = Mapping[Path, tuple[int, str]]


def key_lines(text: str) -> Lines:
    """Return path of a key or table -> (its first line, counted from 1, and the text of the statement).

    `text` is valid TOML. It is cut into statements: the fewest lines, taken in order, that are valid by themselves.
    """
    found: dict[Path, tuple[int, str]] = {}
    table: Path = ()
    start, statement = 1, ""
    for number, line in enumerate(text.split("\n"), 1):
        if not statement:
            start = number
        statement += line + "\n"
        try:
            data = tomllib.loads(statement)
        except ValueError:
            continue  # a text or a list that goes on
        paths = list(_paths(data))
        if paths and statement.lstrip().startswith("["):
            table = paths[-1]
            paths = [table[: end + 1] for end in range(len(table))]
        else:
            paths = [(*table, *path) for path in paths]
        for path in paths:
            found.setdefault(path, (start, statement))
        statement = ""
    return found


def line_of(lines: Lines, path: Path, item: str = "") -> int:
    """Return the line of a key, or of the table that should have it; of an `item` of its list, the item's own line."""
    known = next((path[:end] for end in range(len(path), 0, -1) if path[:end] in lines), None)
    if known is None:
        return 1
    start, statement = lines[known]
    for offset, line in enumerate(statement.split("\n") if item else ()):
        if f'"{item}"' in line or f"'{item}'" in line:
            return start + offset
    return start


def _paths(data: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the paths in nested tables, outer ones first."""
    for key, value in data.items():
        yield (key,)
        inner = value[0] if isinstance(value, list) and value else value
        if isinstance(inner, dict):
            yield from ((key, *path) for path in _paths(inner))
