"""Which installed packages can be imported in a guest: the allowed ones, each from its own folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class AllowedFinder(MetaPathFinder):
    """Finds each allowed top-level package in its own folder: site-packages as a whole is not on the path."""

    def __init__(self, packages: Mapping[str, str]) -> None:
        self.packages = dict(packages)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of an allowed package."""
        if path is None and fullname in self.packages:
            return PathFinder.find_spec(fullname, [self.packages[fullname]], target)
        return None


def allow_packages(packages: Mapping[str, str]) -> None:
    """Make the packages name -> containing folder importable, before anything of a hand-in is known."""
    sys.meta_path.append(AllowedFinder(packages))
