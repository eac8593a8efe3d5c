"""Works out from names alone what kind of hand-in this is: dialect, entry points, and where its root lies."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections import Counter
from collections.abc import Mapping

from grader.guest.importer import decode_source
from grader.intake.errors import IntakeError
from grader.intake.imports import foreign_imports
from grader.model import Submission

_FOLDERS = ("Layers", "Optimization", "Models")
_ROOT_MARK = re.compile(r"^(?P<root>(?:[^/]+/){0,2}?)(?:(?:Layers|Optimization|Models)/[^/]+|NeuralNetwork)\.py$")
_FLAT = {  # in small letters: real hand-ins have a Softmax.py, too
    **dict.fromkeys(("loss", "optimizers", "constraints"), "Optimization"),
    **dict.fromkeys(("lenet",), "Models"),
    **dict.fromkeys(("base", "fullyconnected", "relu", "softmax", "sigmoid", "tanh", "flatten", "conv"), "Layers"),
    **dict.fromkeys(("pooling", "dropout", "batchnormalization", "rnn", "lstm", "initializers", "helpers"), "Layers"),
}


def build_submission(name: str, files: Mapping[str, bytes]) -> Submission:
    """Return the record of a hand-in, given the files that were read. Raises IntakeError if nothing is gradable."""
    sources = {path: raw for path, raw in files.items() if path.endswith(".py")}
    if not sources:
        raise IntakeError(f"{name}: nothing to grade: no Python files in it")
    digest = hashlib.sha256()
    for path in sorted(files):
        label = f"{len(path)}:{path}:{len(files[path])}:"
        digest.update(label.encode("utf-8", "surrogateescape") + files[path])  # a file name may be any bytes
    folder, entry_points = _entry_points(name, files)
    if entry_points:
        roots: tuple[str, ...] = (folder, folder + "src/")
        return Submission(
            name, digest.hexdigest(), sources, entry_points, "native", roots, remarks=foreign_imports(sources)
        )
    sources = _unflattened(sources)
    root = _root(sources)
    if root is None:
        raise IntakeError(
            f"{name}: nothing gradable: neither a pyproject.toml with [project.entry-points.backcheck] nor the folders "
            "Layers/ and Optimization/ of the exercise"
        )
    parents = [root[: i + 1] for i, sign in enumerate(root[:-1]) if sign == "/"]
    inner = [f"{root}{folder}/" for folder in _FOLDERS]
    roots = tuple(dict.fromkeys((root, *reversed(parents), "", *inner)))
    return Submission(name, digest.hexdigest(), sources, {}, "fau", roots, remarks=foreign_imports(sources))


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


def _root(sources: Mapping[str, bytes]) -> str | None:
    """Return the folder that holds Layers/ and the rest: at the top, or up to two folders down; None if nowhere."""
    found = Counter(match["root"] for path in sources if (match := _ROOT_MARK.match(path)))
    if not found:
        return None
    return min(found, key=lambda root: (-found[root], root.count("/"), root))


def _unflattened(sources: dict[str, bytes]) -> dict[str, bytes]:
    """Rebuild the exercise's folders for a zip that its packager made flat (base names only)."""
    if any("/" in path and path.split("/")[-2].title() in _FOLDERS for path in sources):
        return sources
    moved = {}
    for path, raw in sources.items():
        *folders, base = path.split("/")
        home = _FLAT.get(base.removesuffix(".py").lower())
        moved["/".join([*folders, home, base] if home else [*folders, base])] = raw
    return moved if len(moved) == len(sources) else sources
