"""Finding classes by name in a hand-in's text, before anything of it is run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping, Sequence

_MOST, _LONGEST = 5, 120  # names of classes, and characters of a SyntaxError, in a message
_UTF_16 = ("\xff\xfe", "\xfe\xff")  # its byte order marks, read as Latin-1
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


def what_is_wrong(files: Mapping[str, str], preferred: str) -> str:
    """Say why the file at the usual place `preferred` shows no class that is looked for; nothing if it is not there.

    `files` are decoded by `decode_source`: what is in another encoding has become Latin-1.
    """
    usual = sorted((name for name in files if f"/{name}".endswith(f"/{preferred}")), key=lambda n: (n.count("/"), n))
    if not usual:
        return ""
    source = files[usual[0]]
    if not source.strip():
        return f"{usual[0]} is empty"
    if source.startswith(_UTF_16) or "\0" in (source[:1], source[1:2]):
        return f"{usual[0]} is there but in UTF-16; save it as UTF-8"
    if "\0" in source:
        return f"{usual[0]} is there but is not Python: it holds zero bytes"
    try:
        with warnings.catch_warnings(action="ignore"):
            ast.parse(source)
    except SyntaxError as exc:
        return f"{usual[0]} is there but is not Python: SyntaxError in line {exc.lineno or 1}: {exc.msg[:_LONGEST]}"
    except (ValueError, RecursionError, MemoryError):  # nested beyond reason
        return f"{usual[0]} is there but is not Python: it cannot be compiled"
    names = list(dict.fromkeys(_CLASS.findall(source)))
    more = ", …" if len(names) > _MOST else ""
    return f"{usual[0]} defines {', '.join(names[:_MOST]) + more if names else 'no class at its top level'}"


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
