"""Reads a hand-in from a zip file, member by member, in memory; nothing is ever extracted."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from grader.intake.errors import IntakeError
from grader.intake.ignored import MAX_FILE_BYTES, MAX_FILES, MAX_TOTAL_BYTES, holds_environment, is_wanted
from grader.reporters._text import clean

_MAX_MEMBERS = 20_000
_MAX_RATIO = 200
_MAX_ARCHIVE_BYTES = 256 << 20
_SIGNATURE = b"PK\1\2"  # stands before every entry of a zip's directory


def read_zip(path: Path, name: str) -> dict[str, bytes]:
    """Return path -> bytes of every member that is wanted.

    Raises IntakeError for a file that is not a zip, is encrypted, holds links, absolute or climbing names, two
    members of one name, or nothing but another zip, or unpacks to far more than a hand-in can be.
    """
    try:
        if path.stat().st_size > _MAX_ARCHIVE_BYTES:
            raise IntakeError(f"{name}: too large to be a hand-in")
        raw = path.read_bytes()
    except OSError as exc:
        raise IntakeError(f"{name}: cannot be read: {exc.strerror or exc}") from exc
    if raw.count(_SIGNATURE) > _MAX_MEMBERS:  # before `zipfile` makes an object of each
        raise IntakeError(f"{name}: more than {_MAX_MEMBERS:,} members are too many for a hand-in")
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            return _read(archive, archive.infolist(), name)
    except IntakeError:
        raise
    except Exception as exc:  # `zipfile` has a dozen ways to stumble over a damaged file
        tip = "" if path.suffix.lower() == ".zip" else "; pack it as .zip"
        raise IntakeError(f"{name}: not a zip file that can be read ({exc or type(exc).__name__}){tip}") from exc


def _read(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    seen: set[str] = set()
    total = 0
    environments = _environments(member.filename for member in members)
    for member in members:
        inside = _inside(member.filename)
        _refuse(member, inside, seen, name)
        seen.add(inside.lower())
        if member.is_dir() or not is_wanted(inside) or inside.startswith(environments):
            continue
        if member.file_size > _MAX_RATIO * max(member.compress_size, 1) and member.file_size > 1 << 16:
            raise IntakeError(f"{name}: {_shown(inside)} unpacks to {member.file_size:,} bytes: a zip bomb")
        total += member.file_size
        if member.file_size > MAX_FILE_BYTES or total > MAX_TOTAL_BYTES or len(files) >= MAX_FILES:
            raise IntakeError(f"{name}: unpacks to more than a hand-in can be ({_shown(inside)})")
        with archive.open(member) as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
        if len(data) > MAX_FILE_BYTES:
            raise IntakeError(f"{name}: {_shown(inside)} is larger than it claims")
        files[inside] = data
    names = (_inside(member.filename) for member in members if not member.is_dir())
    zips = [inside for inside in names if _is_inner_zip(inside)]
    if zips and not any(inside.endswith(".py") for inside in files):
        raise IntakeError(f"{name}: {only_zips(zips)}")
    return files


def only_zips(names: Sequence[str]) -> str:
    """Return what is wrong with a hand-in that holds nothing to grade but zips, of these names."""
    shown = ", ".join(clean(name, 80) for name in names[:3]) + ", …" * (len(names) > 3)
    what = f"a zip: {shown}; unpack it" if len(names) == 1 else f"zips: {shown}; unpack the one that counts"
    return f"holds only {what}, or hand it in by itself"


def _is_inner_zip(inside: str) -> bool:
    folder, _, base = inside.rpartition("/")
    return base.lower().endswith(".zip") and not base.startswith(".") and is_wanted(f"{folder}/x.py")


def _inside(filename: str) -> str:
    """Return a member's path with `/`, without empty and `.` parts; a leading `/` stays, to be refused."""
    parts = filename.replace("\\", "/").split("/")
    return "/".join([*parts[:1], *(part for part in parts[1:] if part not in ("", "."))]).removeprefix("./")


def _environments(names: Iterable[str]) -> tuple[str, ...]:
    """Return the folders that are virtual environments, whatever they are called."""
    marked = (_inside(name).rpartition("/") for name in names)
    return tuple(f"{folder}/" for folder, _, base in marked if folder and holds_environment({base}))


def _refuse(member: zipfile.ZipInfo, inside: str, seen: set[str], name: str) -> None:
    """Raise IntakeError for a member that an honest hand-in does not have."""
    if member.flag_bits & 0x1:
        raise IntakeError(f"{name}: the zip is encrypted; hand it in without a password")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise IntakeError(f"{name}: holds a link ({_shown(inside)}); hand in the file itself")
    if inside.startswith("/") or ":" in inside.split("/")[0] or ".." in inside.split("/"):
        raise IntakeError(f"{name}: holds the name {_shown(inside)}, which leads out of the archive")
    if inside.lower() in seen:
        raise IntakeError(f"{name}: holds {_shown(inside)} twice (upper and lower case count as one)")


def _shown(inside: str) -> str:
    return repr(inside[:80])
