"""Imports inside a guest: the hand-in from memory, the allowed packages from their folders, nothing else.

The hand-in's source never touches a disk. `framework` (the interfaces) is served before the hand-in's own files, and
holds no `reference`: `import framework.reference` fails here. Packages outside the allowed list count as not
installed.
"""

from __future__ import annotations

import io
import linecache
import re
import sys
import tokenize
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_loader
from types import CodeType, ModuleType

from .compat import MovedFinder, PlaceholderFinder
from .finders import InspectLoader, MetaPathFinder

_PREFIX = re.compile(
    r"^[ \t]*(?:from|import)[ \t]+((?:\w+\.)+)(?:Layers|Optimization|Models|NeuralNetwork)\b", re.MULTILINE
)


def decode_source(raw: bytes) -> str:
    """Decode Python source as the interpreter would; fall back to Latin-1 where the bytes are not what they claim."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = raw.decode(encoding)
    except (SyntaxError, ValueError, LookupError):  # codecs such as `undefined` raise a bare UnicodeError
        text = raw.removeprefix(b"\xef\xbb\xbf").decode("latin-1")
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


class Interface:
    """The modules that the grader itself serves, by file name: text, and code. Compiled once for many guests."""

    def __init__(self, files: Mapping[str, str]) -> None:
        self.files = files
        self.code = {name: compile(text, name, "exec", dont_inherit=True) for name, text in files.items()}


class MemoryFinder(MetaPathFinder, InspectLoader):
    """Serves modules from a table file name -> source, looked up below each of `roots` in turn.

    A folder with Python files is a package, with or without an `__init__.py`. A package whose `__init__.py` raises
    still serves its other modules: one broken file must not cost the others their grade; `broken` keeps the reasons.
    Top-level names in `reserved` are left to other finders. `from anything.src_to_implement.Layers import …` means the
    hand-in itself, whatever the folders were called where it was written: `aliases` holds such prefixes.
    """

    def __init__(
        self,
        files: Mapping[str, str],
        roots: Sequence[str] = ("",),
        reserved: frozenset[str] = frozenset(),
        compiled: Mapping[str, CodeType] | None = None,
    ) -> None:
        self.files = dict(files)
        self.compiled = compiled or {}
        self.roots = list(roots)
        self.reserved = reserved
        self.aliases = {prefix[:-1] for text in files.values() for prefix in _PREFIX.findall(text)} - reserved
        self.placeholders = PlaceholderFinder()
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
        return self._locate(relative) or self._locate_alias(fullname)

    def _locate_alias(self, fullname: str) -> tuple[str, bool] | None:
        for alias in sorted(self.aliases, key=len, reverse=True):
            if fullname.startswith(f"{alias}."):
                return self._locate(fullname[len(alias) + 1 :].replace(".", "/"))
            if f"{alias}.".startswith(f"{fullname}."):
                return f"{fullname.replace('.', '/')}/__init__.py", True
        return None

    def _locate(self, relative: str) -> tuple[str, bool] | None:
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
        if name in self.compiled:
            return self.compiled[name]
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
        """Run a module's code in its namespace.

        An import that fails, fails honestly, so that `try: import cupy … except ImportError:` works. Only if that
        costs the module, it is run again with a placeholder for the missing package.
        """
        name = module.__name__
        fresh = dict(module.__dict__)
        outside, self.placeholders.names = self.placeholders.names, set()
        try:
            while True:
                try:
                    exec(self.get_code(name), module.__dict__)
                    break
                except ModuleNotFoundError as exc:
                    package = exc.name or "."
                    ours = package in self.reserved or self.locate(package)
                    if "." in package or package in self.placeholders.names or ours:
                        raise
                    self.placeholders.names.add(package)
                    module.__dict__.clear()
                    module.__dict__.update(fresh)
        except BaseException as exc:  # `sys.exit()` at module level included
            if not self.is_package(name):
                raise
            self.broken[name] = exc
        finally:
            mine, self.placeholders.names = self.placeholders.names - outside, outside
            for stood_in in [key for key in sys.modules if key.partition(".")[0] in mine]:
                del sys.modules[stood_in]


def serve_files(interface: Interface, submission: Mapping[str, str], roots: Sequence[str]) -> MemoryFinder:
    """Make the interfaces and, behind everything else, the hand-in's modules importable."""
    sys.meta_path.insert(0, MemoryFinder(interface.files, compiled=interface.code))
    finder = MemoryFinder(submission, roots, frozenset(name.partition("/")[0] for name in interface.files))
    sys.meta_path += [finder, MovedFinder(), finder.placeholders]
    return finder
