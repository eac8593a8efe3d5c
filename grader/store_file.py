"""Opens the file of a store, or says in one line why it cannot be one; a file that is not ours is not touched."""

from __future__ import annotations

import sqlite3
from pathlib import Path

APPLICATION = 0x42434B31  # "BCK1", in the file's header: the mark by which our own files are known
VERSION = 1
_MAGIC = b"SQLite format 3\0"
_SCHEMA = """
CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE report (
    digest TEXT NOT NULL, task TEXT NOT NULL, seed INTEGER NOT NULL, suite TEXT NOT NULL, graded TEXT NOT NULL,
    score REAL NOT NULL, max_score REAL NOT NULL, passed INTEGER NOT NULL, broken INTEGER NOT NULL,
    seconds REAL NOT NULL, isolation TEXT NOT NULL, json BLOB NOT NULL,
    PRIMARY KEY (digest, task, seed, suite)
);
CREATE TABLE edition (
    number INTEGER PRIMARY KEY, task TEXT NOT NULL, seed INTEGER NOT NULL, suite TEXT NOT NULL, since TEXT NOT NULL
);
CREATE TABLE handin (
    id TEXT PRIMARY KEY, place INTEGER NOT NULL, present INTEGER NOT NULL, student TEXT NOT NULL,
    attempt INTEGER NOT NULL, attempts INTEGER NOT NULL, handed_in TEXT NOT NULL, file TEXT NOT NULL,
    keys TEXT NOT NULL, digest TEXT NOT NULL, dialect TEXT NOT NULL, problem TEXT NOT NULL, trouble TEXT NOT NULL,
    seen TEXT NOT NULL
);
CREATE INDEX handin_by_place ON handin (present, place);
"""


class StoreError(ValueError):
    """The store cannot be used; the message is one line with the remedy."""


def open_file(path: Path) -> sqlite3.Connection:
    """Open a store, making one where there is none. Nobody else can use it until the connection is closed.

    Raises StoreError, and leaves the file as it is, if it is locked, damaged, not a database, another program's, or
    one that a newer version wrote.
    """
    if not path.parent.is_dir():
        raise StoreError(f"--store {path}: no such folder: {path.parent}")
    _look_at_header(path)
    try:
        connection = sqlite3.connect(path, timeout=0.5, isolation_level=None)
    except sqlite3.Error as exc:
        raise as_store_error(exc, path) from exc
    try:
        _take(connection, path)
    except sqlite3.Error as exc:
        connection.close()
        raise as_store_error(exc, path) from exc
    except BaseException:
        connection.close()
        raise
    return connection


def as_store_error(exc: sqlite3.Error, path: Path) -> StoreError:
    """Return SQLite's complaint as a line that names the file and the remedy."""
    text = str(exc)
    if "locked" in text or "busy" in text:
        return StoreError(f"--store {path}: in use by another run; wait for it, or name another file")
    if "full" in text:
        return StoreError(f"--store {path}: no room left; free some, and run again: what is graded so far is kept")
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return StoreError(f"--store {path}: damaged ({text}); restore it from a copy, or name another file")
    return StoreError(f"--store {path}: cannot be used ({text})")


def _look_at_header(path: Path) -> None:
    """Refuse what is not ours by its first hundred bytes, without opening it as a database."""
    try:
        if not path.exists():
            return
        if not path.is_file():
            raise StoreError(f"--store {path}: not a file")
        with path.open("rb") as stream:
            head = stream.read(100)
    except OSError as exc:
        raise StoreError(f"--store {path}: cannot be read: {exc.strerror or exc}") from exc
    if not head:
        return  # made a moment ago, by us: a run that was killed at once
    if len(head) < 100 or not head.startswith(_MAGIC):
        raise StoreError(f"--store {path}: not a database; name another file")
    if int.from_bytes(head[68:72], "big") != APPLICATION:
        raise StoreError(f"--store {path}: a database of another program; name another file")
    version = int.from_bytes(head[60:64], "big")
    if version != VERSION:
        raise StoreError(f"--store {path}: written by another version (layout {version}, this one has {VERSION})")


def _take(connection: sqlite3.Connection, path: Path) -> None:
    """Lock the file for this run, make the tables if it is new, look through it if it is not."""
    connection.execute("PRAGMA locking_mode=EXCLUSIVE")
    connection.execute("BEGIN EXCLUSIVE")
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if not tables:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id={APPLICATION}")
        connection.execute(f"PRAGMA user_version={VERSION}")
    connection.execute("COMMIT")
    if tables:
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            found = " ".join(found.split())[:120]
            raise StoreError(f"--store {path}: damaged ({found}); restore it from a copy, or name another file")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")  # a killed run loses nothing, a power cut the last moments
