"""What finders and loaders of modules derive from, without what `importlib.abc` brings along.

That module loads tempfile, urllib, shutil and a dozen more: 6 ms of the 90 that a guest takes to start. The import
system itself asks for methods, not for base classes.
"""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import InspectLoader, Loader, MetaPathFinder
else:

    class MetaPathFinder:
        """Finds modules: has `find_spec`."""

    class Loader:
        """Loads modules: has `exec_module`."""

        def create_module(self, spec: ModuleSpec) -> ModuleType | None:
            """Leave the making of a module to the import system."""
            return None

    class InspectLoader(Loader):
        """Loads modules and shows their source: has `get_source`."""


__all__ = ["InspectLoader", "Loader", "MetaPathFinder"]
