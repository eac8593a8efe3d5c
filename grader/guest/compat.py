"""What keeps yesterday's hand-ins running: names that NumPy and SciPy have dropped since, and packages that a hand-in
imports without needing them here.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, NoReturn

import numpy as np

from .finders import Loader, MetaPathFinder

_NUMPY = {
    "float": float,
    "int": int,
    "bool": bool,
    "object": object,
    "complex": complex,
    "str": str,
    "long": int,
    "product": "prod",
    "cumproduct": "cumprod",
    "sometrue": "any",
    "alltrue": "all",
    "row_stack": "vstack",
    "float_": "float64",
    "int_": "int64",
    "complex_": "complex128",
    "trapz": "trapezoid",
    "in1d": "isin",
    "Inf": "inf",
    "Infinity": "inf",
    "infty": "inf",
    "NaN": "nan",
    "NAN": "nan",
}
_MOVED = {
    "scipy.ndimage.filters": "scipy.ndimage",
    "scipy.ndimage.interpolation": "scipy.ndimage",
    "scipy.signal.signaltools": "scipy.signal",
}


def restore_numpy_names() -> None:
    """Give numpy back the names that it has removed (`np.float`, `np.product`, …)."""
    for name, now in _NUMPY.items():
        if name not in np.__dict__:
            setattr(np, name, getattr(np, now) if isinstance(now, str) else now)


class MovedFinder(MetaPathFinder, Loader):
    """Answers for SciPy modules that have moved, if SciPy itself no longer does."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec for a moved module."""
        return ModuleSpec(fullname, self) if fullname in _MOVED else None

    def exec_module(self, module: ModuleType) -> None:
        """Fill the old module with what the new one offers."""
        module.__dict__.update(vars(importlib.import_module(_MOVED[module.__name__])))


class PlaceholderFinder(MetaPathFinder, Loader):
    """Serves packages that are not there, one top-level name at a time, to a module that would else be lost.

    What is taken from a placeholder complains when it is used.
    """

    def __init__(self) -> None:
        self.names: set[str] = set()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return a spec for anything below a name that is being stood in for."""
        if fullname.partition(".")[0] in self.names:
            return ModuleSpec(fullname, self, is_package=True)
        return None

    def exec_module(self, module: ModuleType) -> None:
        """Let every attribute of the module be a placeholder too."""
        name = module.__name__

        def missing(attribute: str) -> Missing:
            if attribute.startswith("__"):
                raise AttributeError(attribute)
            return Missing(f"{name}.{attribute}")

        module.__dict__["__getattr__"] = missing


class Missing:
    """Something of a package that is not available; it may be named, passed on and stored, not used."""

    def __init__(self, name: str) -> None:
        self.__dict__["_name"] = name

    def __getattr__(self, attribute: str) -> Missing:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Missing(f"{self._name}.{attribute}")

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        self._complain()

    def __mro_entries__(self, bases: tuple[Any, ...]) -> NoReturn:
        self._complain()

    def __iter__(self) -> NoReturn:
        self._complain()

    def __getitem__(self, key: Any) -> NoReturn:
        self._complain()

    def _complain(self) -> NoReturn:
        package: str = self._name.partition(".")[0]
        raise ImportError(f"{self._name} is used, but {package} is not available here", name=package)
