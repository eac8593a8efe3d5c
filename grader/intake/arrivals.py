"""Looks through the folder of a class: what is a hand-in, whose is it, when did it come, which attempt counts."""

from __future__ import annotations

import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.intake import open_submission
from grader.intake.archive import only_zips
from grader.intake.errors import IntakeError
from grader.intake.lms import Named, recognise
from grader.intake.metadata import read_metadata
from grader.intake.single import is_single
from grader.model import Submission
from grader.reporters._text import clean
from grader.results import Handin

if TYPE_CHECKING:
    from grader.profile.model import Profile

RULES = ("last", "first", "best", "all")  # which of several attempts counts
_PACKED = (".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".py", ".ipynb")  # hand-ins, but none that is read
_EXPORT = re.compile(r"assignment_\d+_export$")
_ATTEMPT = re.compile(r"(?:.*[ _-])?attempt[ _-]*(\d{1,6})(?:\.zip)?$", re.IGNORECASE)
_STAMP = re.compile(r"(\d{14})_")
_SEVERAL = "holds several zips; keep the one that counts"


@dataclass(frozen=True)
class Arrival:
    """A hand-in that has been seen but not read yet: where it is, who sent it, and what the LMS says of it."""

    path: Path
    who: str
    handin: Handin
    rank: tuple[int, str, str] = (0, "", "")  # sorts the attempts of one student


@dataclass(frozen=True)
class _Entry:
    """A folder or file that lies in the folder of a class, with the hand-ins in it: one, or one per attempt."""

    stem: str  # its name, without `.zip`
    named: Named
    file: str  # what the student called it, as far as is known
    arrivals: Sequence[Arrival]

    @property
    def readable(self) -> bool:
        return any(not arrival.handin.problem for arrival in self.arrivals)


def find_arrivals(inbox: Path, rule: str = "last") -> list[Arrival]:
    """Return the hand-ins of a class that count under a rule (one of RULES; `best` needs all of them graded).

    What is neither a folder nor a zip but looks like a hand-in comes with a `problem`. Raises IntakeError if there is
    no such folder or nothing in it, or if it is itself a hand-in.
    """
    try:
        if not inbox.is_dir():
            tip = "unpack it first" if inbox.is_file() else "no such folder"
            raise IntakeError(f"--batch takes a folder with one folder or zip per hand-in; {clean(str(inbox))}: {tip}")
        if is_single(inbox):
            shown = clean(str(inbox))
            raise IntakeError(f"--batch {shown}: looks like one hand-in; use --submission {shown}")
        known, inbox = _metadata(inbox)
        found = list(_joined(_candidates(inbox, known)))
    except OSError as exc:
        raise IntakeError(f"cannot read the folder {clean(str(inbox))}: {exc.strerror or exc}") from exc
    if not found:
        raise IntakeError(f"no hand-ins in {clean(str(inbox))}: neither folders nor zip files")
    return _named_apart(_counting(found, rule))


def read_arrival(arrival: Arrival, dialect: str = "", profile: Profile | None = None) -> Submission:
    """Read a hand-in, in the dialect given or the one that it looks like, in a course with this profile.

    Raises IntakeError with its reason, for what could not be read and what was refused before.
    """
    if arrival.handin.problem:
        raise IntakeError(arrival.handin.problem)
    name = arrival.handin.id
    try:
        return open_submission(arrival.path, name, dialect, profile)
    except IntakeError:
        top, zips, source = _zips_in(arrival.path) if arrival.path.is_dir() else ([], [], False)
        if top:  # loose files beside a zip, and the files are no hand-in: then the zip is
            if len(top) > 1:
                raise IntakeError(f"{name}: {_SEVERAL}") from None
            return open_submission(arrival.path / top[0], name, dialect, profile)
        if zips and not source:
            raise IntakeError(f"{name}: {only_zips(zips)}") from None
        raise


def _zips_in(folder: Path) -> tuple[list[str], list[str], bool]:
    """Return the zips at the top of a folder without folders, all zips below it, and whether there is Python code."""
    top: list[str] = []
    zips: list[str] = []
    source = False
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        seen = [name for name in sorted(names) if not name.startswith(".")]
        packed = [name for name in seen if name.lower().endswith(".zip") and not Path(here, name).is_symlink()]
        source = source or any(name.endswith(".py") for name in seen)
        zips += [Path(here, name).relative_to(folder).as_posix() for name in packed]
        if here == str(folder) and not folders:
            top = packed
    return top, zips, source


def _metadata(inbox: Path) -> tuple[Mapping[str, Mapping[str, str]], Path]:
    """Return what Gradescope wrote beside the hand-ins, and the folder in which both are."""
    entries = [entry for entry in os.scandir(inbox) if not entry.name.startswith((".", "__"))]
    inner = [entry for entry in entries if _EXPORT.match(entry.name) and entry.is_dir()]
    if len(inner) == 1 and all(not entry.is_dir() for entry in entries if entry is not inner[0]):
        inbox = Path(inner[0].path)
    return read_metadata(inbox / "submission_metadata.yml"), inbox


def _candidates(inbox: Path, known: Mapping[str, Mapping[str, str]]) -> Iterator[_Entry]:
    for entry in sorted(os.scandir(inbox), key=lambda entry: entry.name):
        if entry.name.startswith((".", "__MACOSX")):
            continue
        path, stem = Path(entry.path), entry.name
        suffix = Path(entry.name).suffix.lower()
        folder = entry.is_dir()
        if not folder:
            if suffix != ".zip" and suffix not in _PACKED:
                continue
            stem = stem[: -len(suffix)]
        named = recognise(stem)
        if named is None:
            continue
        if named.keys.get("submission") in known:
            named = _with_metadata(named, known[named.keys["submission"]])
        file = named.file + suffix if named.file and not folder else entry.name
        if entry.is_symlink():
            arrivals = [_arrival(path, named, file, problem="is a link; put the hand-in itself into the folder")]
        elif folder:
            arrivals = list(_in_folder(path, named))
        elif suffix == ".zip":
            arrivals = [_arrival(path, named, file)]
        else:
            arrivals = [_arrival(path, named, file, problem=f"is a {suffix} file; only folders and zips are read")]
        yield _Entry(stem, named, _text(file), arrivals)


def _joined(entries: Iterable[_Entry]) -> Iterator[Arrival]:
    """Yield the hand-ins, with the files joined that a platform delivers side by side for one submission."""
    submissions: dict[str, list[_Entry]] = defaultdict(list)
    for entry in entries:
        if entry.named.lms:
            submissions[entry.named.who].append(entry)
        else:
            yield from entry.arrivals
    for files in submissions.values():
        yield from _one_submission(files)


def _one_submission(files: Sequence[_Entry]) -> list[Arrival]:
    """Return what counts of files that bear one student's number: the zip, whatever else lies beside it.

    Several zips are one hand-in that is refused, as nobody knows which counts. Names that only look like Canvas's,
    whose numbers cannot be a student's, stay hand-ins of their own.
    """
    zips = [entry for entry in files if entry.readable] or files
    rest = [entry.file for entry in files if entry not in zips]
    last = zips[-1].arrivals[-1]
    if zips[0].named.lms == "canvas":
        if len({entry.named.student for entry in files}) > 1 or not _are_attempts(zips):
            return [_by_whole_name(arrival, entry.stem) for entry in files for arrival in entry.arrivals]
    elif len(zips) > 1:
        names = ", ".join(entry.file for entry in zips)
        several = f"several zips in one submission ({clean(names, 255)}); keep the one that counts"
        return [
            replace(last, handin=replace(last.handin, file=clean(names, 255), problem=last.handin.problem or several))
        ]
    arrivals = [arrival for entry in zips for arrival in entry.arrivals]
    left = f" (not read: {', '.join(rest)})" if rest else ""
    return [replace(a, handin=replace(a.handin, file=clean(a.handin.file + left, 255))) for a in arrivals]


def _are_attempts(files: Sequence[_Entry]) -> bool:
    """Tell whether Canvas numbers these as one file handed in again and again: `ex1`, `ex1-1`, `ex1-2`."""
    named = [entry.named for entry in files]
    different = {len({n.attempt for n in named}), len({n.upload for n in named})}
    return len({n.file for n in named}) == 1 and different == {len(named)}


def _by_whole_name(arrival: Arrival, stem: str) -> Arrival:
    """Return a hand-in as that of a student (or group) who is called what its folder or file is called."""
    return replace(arrival, who=stem, handin=replace(arrival.handin, student=clean(_text(stem), 200).strip()))


def _with_metadata(named: Named, known: Mapping[str, str]) -> Named:
    student = known.get("name") or named.student
    who = known.get("sid") or known.get("email") or named.who
    return replace(named, who=who, student=student, when=known.get("when", ""), keys={**named.keys, **known})


def _in_folder(path: Path, named: Named) -> Iterator[Arrival]:
    """Yield the hand-in that a student's folder is, or those that it holds: one zip, or one per attempt."""
    entries = sorted((e for e in os.scandir(path) if not e.name.startswith((".", "__"))), key=lambda e: e.name)
    packed = [e for e in entries if e.name.lower().endswith(".zip") and e.is_file(follow_symlinks=False)]
    attempts = [(e, int(found[1])) for e in entries if (found := _ATTEMPT.match(e.name))]
    stamped = [e for e in packed if _STAMP.match(e.name)]
    source = any(e.name.endswith((".py", ".toml")) or e.is_dir(follow_symlinks=False) for e in entries)
    if attempts and len(attempts) == len(entries):
        for entry, number in attempts:
            yield _arrival(Path(entry.path), replace(named, attempt=number), f"{path.name}/{entry.name}")
    elif stamped and len(stamped) == len(packed) and not source:
        for entry in stamped:
            when = _from_stamp(entry.name)
            yield _arrival(Path(entry.path), replace(named, when=when), entry.name)
    elif len(packed) == 1 and not source:
        yield _arrival(Path(packed[0].path), named, packed[0].name)
    elif packed and not source:
        yield _arrival(path, named, path.name, problem=_SEVERAL)
    else:
        yield _arrival(path, named, path.name)


def _from_stamp(name: str) -> str:
    try:
        return datetime.strptime(name[:14], "%Y%m%d%H%M%S").replace(tzinfo=UTC).isoformat()
    except ValueError:
        return ""


def _arrival(path: Path, named: Named, file: str, problem: str = "") -> Arrival:
    when = named.when or _changed(path)
    student = clean(named.student, 200).strip()
    keys = {key: clean(value, 200) for key, value in named.keys.items()}
    handin = Handin(student, student=student, handed_in=when, file=clean(_text(file), 255), keys=keys, problem=problem)
    return Arrival(path, named.who, handin, (named.attempt, when, path.name))


def _text(name: str) -> str:
    """Return a file name, which may be any bytes, as text."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _changed(path: Path) -> str:
    """Return when a file, or the newest entry of a folder, was changed: to the second, UTC."""
    try:
        times = [path.lstat().st_mtime]
        if path.is_dir() and not path.is_symlink():
            times = [entry.stat(follow_symlinks=False).st_mtime for entry in os.scandir(path)] or times
        return datetime.fromtimestamp(int(max(times)), UTC).isoformat()
    except (OSError, ValueError, OverflowError):
        return ""


def _counting(found: Iterable[Arrival], rule: str) -> list[Arrival]:
    """Return the attempts that count, each with its number among those of its student."""
    by_student: dict[str, list[Arrival]] = defaultdict(list)
    for arrival in found:
        by_student[arrival.who].append(arrival)
    for who, numbered in list(by_student.items()):  # a second download of one file: "ada (1).zip" beside "ada.zip"
        base = re.sub(r" \(\d{1,3}\)$", "", who)
        if base != who and base in by_student:
            again = [replace(a, who=base, handin=replace(a.handin, student=base)) for a in numbered]
            by_student[base] += again
            del by_student[who]
    chosen = []
    for attempts in by_student.values():
        attempts.sort(key=lambda arrival: arrival.rank)
        every = [
            replace(a, handin=replace(a.handin, attempt=number, attempts=len(attempts)))
            for number, a in enumerate(attempts, 1)
        ]
        chosen += {"last": every[-1:], "first": every[:1]}.get(rule, every)
    return chosen


def _named_apart(arrivals: list[Arrival]) -> list[Arrival]:
    """Give every hand-in an id of its own: the student's name, and as much more as it takes."""
    several = Counter(arrival.who for arrival in arrivals)
    bearers: dict[str, set[str]] = defaultdict(set)
    for arrival in arrivals:
        bearers[arrival.handin.student.lower()].add(arrival.who)
    taken: set[str] = set()
    named = []
    for arrival in sorted(arrivals, key=lambda a: (a.handin.student.lower(), a.who, a.rank)):
        name = arrival.handin.student or "?"
        if len(bearers[arrival.handin.student.lower()]) > 1 and clean(_text(arrival.who)) != name:
            name += f" ({clean(_text(arrival.who), 80)})"
        if several[arrival.who] > 1:
            name += f" #{arrival.handin.attempt}"
        number, first = 2, name
        while name.lower() in taken:
            name, number = f"{first} [{number}]", number + 1
        taken.add(name.lower())
        named.append(replace(arrival, handin=replace(arrival.handin, id=name)))
    return named
