"""Takes hidden checks out of the grader's source: what is not in a kit cannot be read there.

A check is a function `check_<name>` and its mention in a hook's answer. Both go, with every private function and
constant that nothing else in the module uses, and every `needs` that names it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from grader.model import Check, Visibility


@dataclass(frozen=True)
class Hidden:
    """Hidden checks: their names, and the names of their functions by file (`grader/tasks/conv.py`)."""

    names: frozenset[str]
    functions: dict[str, frozenset[str]]

    @classmethod
    def of(cls, checks: Iterable[Check]) -> Hidden:
        """Collect the checks that are not visible. One whose function is also a visible check's stays."""
        every = list(checks)
        visible = {_place(check) for check in every if check.visibility is Visibility.VISIBLE}
        gone = {_place(check): check.name for check in every if _place(check) not in visible}
        functions: dict[str, frozenset[str]] = {}
        for file, function in gone:
            functions[file] = functions.get(file, frozenset()) | {function}
        return cls(frozenset(gone.values()) - {c.name for c in every if _place(c) in visible}, functions)


def without_hidden(name: str, source: str, hidden: Hidden) -> str:
    """Return the source of a file without hidden checks; the very same text where there is none in it."""
    functions = hidden.functions.get(name, frozenset())
    tree = ast.parse(source)
    before = ast.dump(tree)
    remover = _Remover(functions | _all_functions(hidden), hidden.names)
    tree = remover.visit(tree)
    if ast.dump(tree) == before:
        return source
    _drop_unused(tree)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _place(check: Check) -> tuple[str, str]:
    return check.run.__module__.replace(".", "/") + ".py", check.run.__name__


def _all_functions(hidden: Hidden) -> frozenset[str]:
    """Return the names under which hidden checks are imported elsewhere, if no visible one is called so."""
    return frozenset(f"check_{name}" for name in hidden.names)


class _Remover(ast.NodeTransformer):
    """Removes definitions, imports and mentions of some functions, and names among `needs`."""

    def __init__(self, functions: Collection[str], names: Collection[str]) -> None:
        self._functions, self._names = functions, names

    # the names of these methods are those that `ast` looks for
    def visit_FunctionDef(self, node: ast.FunctionDef) -> Any:
        return None if node.name in self._functions else self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> Any:
        node.names = [alias for alias in node.names if alias.name not in self._functions]
        return node if node.names else None

    def visit_Tuple(self, node: ast.Tuple) -> Any:
        return self._shortened(node)

    def visit_List(self, node: ast.List) -> Any:
        return self._shortened(node)

    def visit_keyword(self, node: ast.keyword) -> Any:
        if node.arg != "needs":
            return self.generic_visit(node)
        if isinstance(node.value, ast.Constant):
            return None if node.value.value in self._names else node
        if isinstance(node.value, (ast.Tuple, ast.List)):
            kept = [e for e in node.value.elts if not (isinstance(e, ast.Constant) and e.value in self._names)]
            node.value.elts = kept
        return node

    def _shortened(self, node: ast.Tuple | ast.List) -> Any:
        node.elts = [e for e in node.elts if not (isinstance(e, ast.Name) and e.id in self._functions)]
        return self.generic_visit(node)


def _drop_unused(tree: ast.Module) -> None:
    """Remove private functions and constants, and imports, that the rest of the module does not mention."""
    while True:
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        # annotations are text at run time, but part of the tree
        kept = [node for node in tree.body if not _unused(node, used)]
        if len(kept) == len(tree.body):
            return
        tree.body = kept


def _unused(node: ast.stmt, used: Collection[str]) -> bool:
    if isinstance(node, ast.FunctionDef):
        return node.name.startswith("_") and node.name not in used
    if isinstance(node, ast.Assign):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        return len(names) == len(node.targets) and all(n.startswith("_") and n not in used for n in names)
    return False
