"""Works out what kind of hand-in this is, from names and text alone: dialect, entry points, where its root lies."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence

from grader.dialects import declared, names
from grader.guest.declaration import Declaration
from grader.guest.importer import decode_source
from grader.intake.errors import IntakeError
from grader.intake.imports import foreign_imports
from grader.model import Submission
from grader.sandbox.visible import USUAL


def build_submission(
    name: str, files: Mapping[str, bytes], dialect: str = "", allowed: Sequence[str] = USUAL
) -> Submission:
    """Return the record of a hand-in, given the files that were read.

    Its dialect is the one that it looks like, or the one given; `allowed` are the packages that it may import. Raises
    IntakeError if nothing is gradable.
    """
    sources = {path: raw for path, raw in files.items() if path.endswith(".py")}
    if not sources:
        raise IntakeError(f"{name}: nothing to grade: no Python files in it")
    looks, found = _look(name, files, sources, "")
    if dialect and dialect != looks:
        own, (looks, found) = looks, _look(name, files, sources, dialect)
    else:
        own = looks
    if found is None:
        signs = [declared(known).sign for known in sorted(names(), key=_order) if dialect in ("", known)]
        raise IntakeError(f"{name}: nothing gradable: " + _neither(signs) + (f" (--dialect {dialect})" * bool(dialect)))
    sources, entry_points, roots = found
    digest = hashlib.sha256()
    if looks != own:  # graded as what it is not: its marks are not those that it has as what it is
        digest.update(f"as {looks}:".encode())
    for path in sorted(files):
        label = f"{len(path)}:{path}:{len(files[path])}:"
        digest.update(label.encode("utf-8", "surrogateescape") + files[path])  # a file name may be any bytes
    remarks = foreign_imports(sources, allowed)
    return Submission(name, digest.hexdigest(), sources, entry_points, looks, roots, remarks=remarks)


_Found = tuple[dict[str, bytes], dict[str, str], tuple[str, ...]]


def _look(name: str, files: Mapping[str, bytes], sources: dict[str, bytes], dialect: str) -> tuple[str, _Found | None]:
    """Return the dialect that a hand-in looks like, with its sources, entry points and roots; or only for one dialect.

    Entry points count before folders; then the dialect of which there are most tell-tale files.
    """
    best: tuple[int, str, _Found | None] = (0, dialect, None)
    for known in sorted(names(), key=_order):
        declaration = declared(known)
        if dialect not in ("", known):
            continue
        if declaration.entry_points:
            folder, entry_points = _entry_points(name, files)
            if entry_points:
                return known, (sources, entry_points, (folder, folder + "src/"))
            continue
        placed = _unflattened(sources, declaration)
        root, count = _root(placed, declaration)
        if root is not None and count > best[0]:
            parents = [root[: i + 1] for i, sign in enumerate(root[:-1]) if sign == "/"]
            inner = [f"{root}{folder}/" for folder in declaration.folders]
            roots = tuple(dict.fromkeys((root, *reversed(parents), "", *inner)))
            best = count, known, (placed, {}, roots)
    return best[1:]


def _order(name: str) -> tuple[bool, int, str]:
    """Put entry points first, then what most of a course's hand-ins look like: the dialect that asks for everything."""
    declaration = declared(name)
    return not declaration.entry_points, len(declaration.asked or ()), name


def _neither(signs: list[str]) -> str:
    """Return "neither a nor b nor c", or "no a"."""
    return (
        f"neither {' nor '.join(signs)}" if len(signs) > 1 else f"no {signs[0].removeprefix('a ').removeprefix('the ')}"
    )


def _entry_points(name: str, files: Mapping[str, bytes]) -> tuple[str, dict[str, str]]:
    """Return the folder of the hand-in's pyproject.toml and its entry points, read as text; the shallowest counts."""
    places = [path for path in files if path.split("/")[-1] == "pyproject.toml"]
    places.sort(key=lambda path: (path.count("/"), path))
    for path in places:
        if path.count("/") > 2:
            continue
        try:
            data = tomllib.loads(decode_source(files[path]))
        except (ValueError, RecursionError) as exc:  # TOMLDecodeError, or a number of five thousand digits
            raise IntakeError(f"{name}: {path} is not valid TOML: {exc}") from exc
        group = data.get("project", {})
        group = group.get("entry-points", {}) if isinstance(group, dict) else {}
        group = group.get("backcheck", {}) if isinstance(group, dict) else {}
        if isinstance(group, dict) and group:
            wrong = [key for key, value in group.items() if not isinstance(value, str)]
            if wrong:
                raise IntakeError(f'{name}: {path}: the entry point {wrong[0]} must be a string, "module:object"')
            return path.removesuffix("pyproject.toml"), dict(group)
    return "", {}


def _root(sources: Mapping[str, bytes], declaration: Declaration) -> tuple[str | None, int]:
    """Return the folder in which most of a dialect's tell-tale files lie, and how many do; None if there are none."""
    marks = re.compile(declaration.marks)
    holds = re.compile(declaration.holds.encode(), re.MULTILINE)
    found = Counter(
        match["root"] for path, raw in sources.items() if (match := marks.match(path)) and holds.search(raw)
    )
    if not found:
        return None, 0
    root = min(found, key=lambda root: (-found[root], root.count("/"), root))
    return root, found[root]


def _unflattened(sources: dict[str, bytes], declaration: Declaration) -> dict[str, bytes]:
    """Rebuild a dialect's folders for a zip that was packed without them (base names only)."""
    folders = {folder.lower() for folder in declaration.folders}
    if any("/" in path and path.split("/")[-2].lower() in folders for path in sources):
        return sources
    moved = {}
    for path, raw in sources.items():
        *parents, base = path.split("/")
        home = declaration.flat.get(base.removesuffix(".py").lower())
        moved["/".join([*parents, home, base] if home else [*parents, base])] = raw
    return moved if len(moved) == len(sources) else sources
