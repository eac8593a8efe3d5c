"""Which installed packages can be imported in a guest: the allowed ones, each from its own place."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from types import ModuleType

from .finders import MetaPathFinder


class AllowedFinder(MetaPathFinder):
    """Finds each allowed top-level package by its file: site-packages as a whole is not on the path, nor even listed.

    `packages` maps a name to its `__init__.py`, or to the file that is the whole module.
    """

    def __init__(self, packages: Mapping[str, str]) -> None:
        self.packages = dict(packages)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of an allowed package."""
        if path is not None or fullname not in self.packages:
            return None
        file = self.packages[fullname]
        inside = [os.path.dirname(file)] if os.path.basename(file).startswith("__init__.") else None
        return spec_from_file_location(fullname, file, submodule_search_locations=inside)


def allow_packages(packages: Mapping[str, str]) -> None:
    """Make the packages name -> file importable, before anything of a hand-in is known."""
    sys.meta_path.append(AllowedFinder(packages))
