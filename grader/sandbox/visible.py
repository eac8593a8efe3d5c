"""What a guest must see of a machine's files to run Python and the course's packages: nothing else is shown to it."""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.machinery import ModuleSpec
from pathlib import Path

from grader.sandbox.requirements import library_folders, with_requirements

ALWAYS = ("numpy", "pluggy")  # the guest itself is built on them
USUAL = ("numpy", "scipy")  # what hand-ins may import where a course says nothing else
GUEST = Path(__file__).parent.parent / "guest"
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_SYSTEM = ("/etc/ld.so.cache", "/etc/localtime", "/usr/share/zoneinfo")
_MASKED = frozenset({"site-packages", "dist-packages", "test", "ensurepip", "idlelib"})
_C_LIBRARY = ("libc.so", "libc-", "ld-", "libm.so", "libm-")
_MAPS = Path("/proc/self/maps")


@dataclass(frozen=True)
class Visible:
    """Paths, symbolic links resolved.

    `folders` and `files` may be read. `libraries` are folders of the system of which only the shared libraries may
    be. Of a `standard` folder everything may be but the entries in `masked`, where packages are installed.
    """

    folders: tuple[str, ...]
    files: tuple[str, ...]
    libraries: tuple[str, ...]
    standard: tuple[str, ...]
    masked: tuple[str, ...]

    def entries(self, *, hidden: bool = False) -> list[str]:
        """Return what may be read, spelled out so that nothing masked lies below any of it.

        Where something else keeps the masked places `hidden`, a standard folder need not be spelled out.
        """
        found = [*self.folders, *self.files, *(self.standard if hidden else ())]
        for folder in () if hidden else self.standard:
            masked = {os.path.basename(path) for path in self.masked if os.path.dirname(path) == folder}
            found += [entry.path for entry in os.scandir(folder) if entry.name not in masked]
        for folder in self.libraries:
            found += [entry.path for entry in os.scandir(folder) if ".so" in entry.name]
        return found

    def whole(self) -> list[str]:
        """Return the same as few trees, of which `masked` must be hidden."""
        return [*self.standard, *self.libraries, *self.folders, *self.files]


@cache
def packages(names: tuple[str, ...] = USUAL) -> Mapping[str, str]:
    """Return name -> file of each package that is installed, and of what it needs, without importing any."""
    found = {}
    for name in sorted({*ALWAYS, *with_requirements(names)}):
        spec = _spec(name)
        if spec is not None and spec.origin and os.path.isfile(spec.origin):
            found[name] = os.path.realpath(spec.origin)
    return found


def _spec(name: str) -> ModuleSpec | None:
    """Return where a package would be imported from; None if it is not installed."""
    try:
        return importlib.util.find_spec(name)
    except (ImportError, ValueError, AttributeError):  # half a package; one that was put together by hand
        return None


@cache
def visible(names: tuple[str, ...] = USUAL) -> Visible:
    """Return what a guest with these packages must see."""
    folders = [str(GUEST)]
    files = [path for path in _SYSTEM if os.path.exists(path)]
    for name, origin in packages(names).items():
        if not os.path.basename(origin).startswith("__init__."):
            files.append(origin)
            continue
        folder = os.path.dirname(origin)
        bundled = [os.path.join(os.path.dirname(folder), libraries) for libraries in library_folders(name)]
        folders += [folder, *filter(os.path.isdir, bundled)]
    base = {"platbase": sys.base_exec_prefix, "installed_platbase": sys.base_exec_prefix}  # not the venv's
    standard = {os.path.realpath(sysconfig.get_path(name, vars=base)) for name in ("stdlib", "platstdlib")}
    libraries = {*map(os.path.dirname, _c_library()), "/lib64", sysconfig.get_config_var("LIBDIR") or "/lib64"}
    libraries = {os.path.realpath(path) for path in libraries if os.path.isdir(path)}
    interpreter = os.path.realpath(sys.executable)
    masked = [
        os.path.join(folder, name)
        for folder in standard
        for name in sorted(_MASKED)
        if os.path.isdir(os.path.join(folder, name))
    ]
    whole = [folder for folder in libraries if not _holds_python(folder, standard)]
    return Visible(
        folders=tuple(sorted({*folders, *whole})),
        files=tuple(sorted({*files, interpreter})),
        libraries=tuple(sorted(libraries - set(whole))),
        standard=tuple(sorted(standard)),
        masked=tuple(masked),
    )


def _c_library() -> set[str]:
    """Return where the C library and its loader are, going by what this process has loaded."""
    try:
        lines = _MAPS.read_text().splitlines()
    except OSError:
        return set()
    found = {line.split(None, 5)[5] for line in lines if line.count("/")}
    return {os.path.realpath(path) for path in found if os.path.basename(path).startswith(_C_LIBRARY)}


def _holds_python(folder: str, standard: set[str]) -> bool:
    """Tell whether packages may be installed somewhere below a folder of libraries."""
    if any(_below(path, [folder]) for path in standard):
        return True
    return any(name.startswith("python") for name in os.listdir(folder))


def _below(path: str, folders: set[str] | Sequence[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip("/") + "/") for folder in folders)
