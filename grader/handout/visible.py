"""Takes hidden checks out of the grader's source: what is not in a kit cannot be read there.

A check is a function `check_<name>` and its mention in a hook's answer. Both go, with every private function and
constant that nothing else in the module uses, and every `needs` that names it.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.model import Check, Visibility


@dataclass(frozen=True)
class Hidden:
    """Hidden checks: the names of their functions by file (`grader/tasks/conv.py`), and names that no check has now.

    A function that serves several tasks goes from all of them if one hides it: its source would tell.
    """

    functions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()

    @classmethod
    def of(cls, checks: Iterable[Check]) -> Hidden:
        """Collect the checks that are not visible."""
        every = list(checks)
        gone = {_place(check) for check in every if check.visibility is not Visibility.VISIBLE}
        functions: dict[str, frozenset[str]] = {}
        for file, function in gone:
            functions[file] = functions.get(file, frozenset()) | {function}
        left = {check.name for check in every if _place(check) not in gone}
        return cls(functions, frozenset(check.name for check in every) - left)

    def __contains__(self, check: Check) -> bool:
        """Tell whether a check is left out."""
        file, function = _place(check)
        return function in self.functions.get(file, ())


def without_hidden(name: str, source: str, hidden: Hidden) -> str:
    """Return the source of a file without hidden checks; the very same text where there is none in it."""
    here = hidden.functions.get(name, frozenset())
    names = hidden.names | {function.removeprefix("check_") for function in here}
    remover = _Remover(here | {f"check_{name}" for name in hidden.names}, names)
    tree = ast.parse(source)
    before = ast.dump(tree)
    tree = remover.visit(tree)
    if ast.dump(tree) == before:
        return source
    _drop_unused(tree)
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def _place(check: Check) -> tuple[str, str]:
    return check.run.__module__.replace(".", "/") + ".py", check.run.__name__


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
