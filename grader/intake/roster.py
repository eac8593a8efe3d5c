"""Who is in a class: the table that the LMS exports, and which of its rows a hand-in belongs to."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.intake.errors import IntakeError
from grader.results import Handin

_MAX_BYTES = 32 << 20
_HEADS = {  # what columns are called, English and German, in small letters
    "identifier": ("identifier", "id", "teilnehmernummer"),
    "name": ("full name", "name", "vollständiger name", "student", "fullname"),
    "first": ("first name", "vorname", "firstname", "given name"),
    "last": ("last name", "surname", "nachname", "lastname", "family name"),
    "email": ("email address", "email", "e-mail", "e-mail-adresse", "e-mail address", "mail"),
    "sid": ("id number", "sid", "student id", "matrikelnummer", "id-nummer", "idnumber"),
    "username": ("username", "login", "anmeldename", "user"),
}


@dataclass(frozen=True)
class Matches:
    """Which hand-ins belong to which rows of a roster, counted from 0.

    `found` has the one that counts for a row; `several` the hand-ins of rows for which nobody can tell which does;
    `again` those of `found` that are the latest of several attempts. `unknown` belong to no row, or to nobody knows
    which.
    """

    found: dict[int, Handin]
    several: dict[int, list[Handin]]
    again: list[Handin]
    unknown: list[Handin]


@dataclass(frozen=True)
class Roster:
    """The table as it was read: column names, and the rows as text."""

    path: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str = ","

    def column(self, *names: str) -> int | None:
        """Return the place of the first column with one of these names (in small letters)."""
        folded = [column.strip().lower() for column in self.columns]
        return next((folded.index(name) for name in names if name in folded), None)

    def shown(self, row: int) -> str:
        """Return what a row is called in messages."""
        name = self._value(row, "name") or f"{self._value(row, 'first')} {self._value(row, 'last')}".strip()
        return name or self._value(row, "email") or f"row {row + 2}"

    def matches(self, handins: Sequence[Handin]) -> Matches:
        """Return which hand-in counts for which row.

        Of several for one row the latest counts if they are attempts of one student; else none does.
        """
        index: dict[tuple[str, str], set[int]] = defaultdict(set)
        for row in range(len(self.rows)):
            for key in self._keys(row):
                index[key].add(row)
        by_row: dict[int, list[Handin]] = defaultdict(list)
        unknown = []
        for handin in handins:
            rows = _rows_of(handin, index)
            for row in rows:
                by_row[row].append(handin)
            if not rows:
                unknown.append(handin)
        clear = {row: claims for row, claims in by_row.items() if len(claims) == 1 or _are_attempts(claims)}
        found = {row: max(claims, key=lambda handin: handin.attempt) for row, claims in clear.items()}
        several = {row: claims for row, claims in by_row.items() if row not in clear}
        latest = {found[row].id: found[row] for row, claims in clear.items() if len(claims) > 1}
        return Matches(found, several, list(latest.values()), unknown)

    def _value(self, row: int, kind: str) -> str:
        place = self.column(*_HEADS[kind])
        return self.rows[row][place].strip() if place is not None else ""

    def _keys(self, row: int) -> list[tuple[str, str]]:
        keys = [(kind, self._value(row, kind).lower()) for kind in ("email", "sid", "username")]
        keys.append(("identifier", _digits(self._value(row, "identifier"))))
        first, last = self._value(row, "first"), self._value(row, "last")
        names = [self._value(row, "name"), f"{first} {last}", f"{last} {first}"]
        keys += [("name", folded) for name in names if (folded := _folded(name))]
        return [key for key in keys if key[1]]


def read_roster(path: Path) -> Roster:
    """Read a table with commas, semicolons or tabs. Raises IntakeError for anything else."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise IntakeError(f"--roster {path}: too large to be a class list")
        raw = path.read_bytes()
    except OSError as exc:
        raise IntakeError(f"--roster {path}: cannot be read: {exc.strerror or exc}") from exc
    try:
        text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        table = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)]
    except csv.Error as exc:
        raise IntakeError(f"--roster {path}: not a CSV file ({exc})") from exc
    columns = tuple(table[0]) if table else ()
    width = max(map(len, table), default=0)  # a row may be longer than the first: nothing of it is dropped
    columns += ("",) * (width - len(columns))
    rows = tuple(tuple(row + [""] * (width - len(row))) for row in table[1:])
    roster = Roster(str(path), columns, rows, delimiter)
    if all(roster.column(*_HEADS[kind]) is None for kind in _HEADS):
        known = "Identifier, Full name, Email address, ID number, Username"
        raise IntakeError(f"--roster {path}: none of the columns that tell students apart is in it ({known})")
    return roster


def _rows_of(handin: Handin, index: dict[tuple[str, str], set[int]]) -> set[int]:
    """Return the rows of a hand-in's students, by the best key that they have; of a shared key, none."""
    people = max((len(value.split("; ")) for value in handin.keys.values()), default=1)
    found: set[int] = set()
    for person in range(people):
        for kind, value in _claims(handin, person):
            rows = index.get((kind, value), set())
            if len(rows) == 1:
                found |= rows
                break
    return found


def _are_attempts(handins: Sequence[Handin]) -> bool:
    """Tell whether hand-ins are the numbered attempts of one student, not work of different origin."""
    numbers = {handin.attempt for handin in handins}
    return len({origin(handin) for handin in handins}) == 1 and len(numbers) == len(handins)


def origin(handin: Handin) -> tuple[str, int, frozenset[tuple[str, str]]]:
    """Return what the attempts of one student have in common, and no others."""
    known = frozenset((key, value) for key, value in handin.keys.items() if key != "submission")  # one per attempt
    return handin.student, handin.attempts, known


def _claims(handin: Handin, person: int) -> list[tuple[str, str]]:
    """Return what is known of the n-th person of a hand-in, the surest first."""

    def value(key: str) -> str:
        parts = handin.keys.get(key, "").split("; ")
        return parts[person] if person < len(parts) else ""

    claims = [("identifier", _digits(value("identifier") or value("id")))]
    claims += [(key, value(key).lower()) for key in ("email", "sid", "username")]
    name = value("name") or handin.student
    claims += [("name", _folded(name)), ("sid", name.lower()), ("username", name.lower()), ("email", name.lower())]
    return [claim for claim in claims if claim[1]]


def _digits(text: str) -> str:
    return "".join(re.findall(r"\d", text))


def _folded(name: str) -> str:
    """Return a name for comparison: `Lovelace, Ada` and `ada  lovelace` are one."""
    last, comma, first = name.partition(",")
    return " ".join((f"{first} {last}" if comma else name).casefold().split())
