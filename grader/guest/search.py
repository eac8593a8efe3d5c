"""Finding classes by name in a hand-in's text, before anything of it is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence

_CLASS = re.compile(r"^class[ \t]+(\w+)", re.MULTILINE)


def class_places(files: Mapping[str, str], component: str, preferred: str) -> list[tuple[str, str]]:
    """Return (file, class name) of every class called `component`, regardless of case and underscores.

    The first is the one to grade: the preferred path if it is among them, then an exact name, then the shallowest
    file, then the alphabet.
    """
    wanted = _folded(component)
    found = []
    for filename, source in files.items():
        for name in _CLASS.findall(source):
            if _folded(name) == wanted:
                usual = bool(preferred) and ("/" + filename).endswith("/" + preferred)
                found.append((not usual, name != component, filename.count("/"), filename, name))
    return [(filename, name) for *_, filename, name in sorted(found)]


def module_name(roots: Sequence[str], filename: str) -> str:
    """Return the dotted name under which a file of the hand-in is imported, given the folders it is looked up in."""
    stem = filename.removesuffix(".py")
    for root in roots:
        if filename.startswith(root):
            stem = stem[len(root) :]
            break
    return stem.removesuffix("/__init__").replace("/", ".")


def optimizers_handed_out(source: str, container: str) -> list[str]:
    """Return the attributes besides `optimizer` through which the class `container` gives its layers optimizers.

    Such as `layer.bias_optimizer = …` somewhere in the class. Nothing, if the text cannot be read.
    """
    try:
        classes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == container]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    targets = [
        target
        for known in classes
        for node in ast.walk(known)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id != "self"
    ]
    names = [target.attr for target in targets if "optimizer" in target.attr.lower() and target.attr != "optimizer"]
    return list(dict.fromkeys(names))


def _folded(name: str) -> str:
    return name.replace("_", "").lower()
