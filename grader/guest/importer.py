"""Imports inside a guest: the hand-in from memory, the allowed packages from their folders, nothing else.

The hand-in's source never touches a disk. `framework` (the interfaces) is served before the hand-in's own files, and
holds no `reference`: `import framework.reference` fails here. Packages outside the allowed list count as not
installed.
"""

from __future__ import annotations

import io
import linecache
import sys
import tokenize
from collections.abc import Mapping, Sequence
from importlib.abc import InspectLoader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_loader
from types import CodeType, ModuleType


def decode_source(raw: bytes) -> str:
    """Decode Python source as the interpreter would; fall back to Latin-1 where the bytes are not what they claim."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = raw.decode(encoding)
    except (SyntaxError, ValueError, LookupError):  # codecs such as `undefined` raise a bare UnicodeError
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


class MemoryFinder(MetaPathFinder, InspectLoader):
    """Serves modules from a table file name -> source, looked up below each of `roots` in turn.

    A folder with Python files is a package, with or without an `__init__.py`. A package whose `__init__.py` raises
    still serves its other modules: one broken file must not cost the others their grade; `broken` keeps the reasons.
    Top-level names in `reserved` are left to other finders.
    """

    def __init__(
        self, files: Mapping[str, str], roots: Sequence[str] = ("",), reserved: frozenset[str] = frozenset()
    ) -> None:
        self.files = dict(files)
        self.roots = list(roots)
        self.reserved = reserved
        self.broken: dict[str, BaseException] = {}
        self._folders = {name[:cut] for name in files for cut, sign in enumerate(name) if sign == "/"}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module of the hand-in, or None for one that is not in it."""
        found = self.locate(fullname)
        if found is None:
            return None
        filename, is_package = found
        spec = spec_from_loader(fullname, self, origin=filename, is_package=is_package)
        if spec is not None:
            spec.has_location = filename in self.files
            spec.loader_state = filename
        return spec

    def locate(self, fullname: str) -> tuple[str, bool] | None:
        """Return (file name, is it a package) of a module, or None."""
        if fullname.partition(".")[0] in self.reserved:
            return None
        relative = fullname.replace(".", "/")
        for root in self.roots:
            for name, is_package in ((f"{root}{relative}/__init__.py", True), (f"{root}{relative}.py", False)):
                if name in self.files:
                    return name, is_package
        for root in self.roots:
            if root + relative in self._folders:
                return f"{root}{relative}/__init__.py", True
        return None

    def get_source(self, fullname: str) -> str:
        """Return a module's text, empty for a folder without `__init__.py`."""
        found = self.locate(fullname)
        if found is None:
            raise ImportError(f"No module named {fullname!r}", name=fullname)
        return self.files.get(found[0], "")

    def get_code(self, fullname: str) -> CodeType:
        """Compile a module; its file name in tracebacks is the one inside the hand-in."""
        found = self.locate(fullname)
        source = self.get_source(fullname)
        name = found[0] if found else fullname
        linecache.cache[name] = (len(source), None, source.splitlines(True), name)
        try:
            return compile(source, name, "exec", dont_inherit=True)
        except SyntaxError as exc:
            if exc.filename is not None:
                raise
            raise SyntaxError(exc.msg, (name, 1, None, None)) from None
        except (ValueError, OverflowError, RecursionError, MemoryError) as exc:  # zero bytes; nested beyond reason
            raise SyntaxError(f"cannot be compiled: {exc or type(exc).__name__}", (name, 1, None, None)) from None

    def is_package(self, fullname: str) -> bool:
        """Tell whether the module is a folder."""
        found = self.locate(fullname)
        return found is not None and found[1]

    def exec_module(self, module: ModuleType) -> None:
        """Run a module's code in its namespace."""
        name = module.__name__
        try:
            exec(self.get_code(name), module.__dict__)
        except BaseException as exc:  # `sys.exit()` at module level included
            if not self.is_package(name):
                raise
            self.broken[name] = exc


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


def serve_files(interface: Mapping[str, str], submission: Mapping[str, str], roots: Sequence[str]) -> MemoryFinder:
    """Make the interfaces and, behind everything else, the hand-in's modules importable."""
    sys.meta_path.insert(0, MemoryFinder(interface))
    finder = MemoryFinder(submission, roots, frozenset(name.partition("/")[0] for name in interface))
    sys.meta_path.append(finder)
    return finder
