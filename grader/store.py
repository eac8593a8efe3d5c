"""What has been graded: every report of a class, in an SQLite file that the parent process alone writes."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from grader.graded import Edition, Graded
from grader.model import Report
from grader.results import Handin, Mark
from grader.sandbox.levels import at_least
from grader.store_file import StoreError, as_store_error, open_file

__all__ = ["Store", "StoreError", "renamed"]


class Store:
    """The file of a class. Every method raises StoreError, one line, when the file cannot be used any more.

    `report` holds what was ever graded, by (digest, task, seed, suite); `edition` says which of it counts, and what
    counted before; `handin` who sent what, and when.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = open_file(path)

    def close(self) -> None:
        """Write everything into the one file, and let go of it."""
        with self._errors():
            self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def seed(self, draw: Callable[[], int]) -> int:
        """Return the seed of the class, the same for everyone; drawn when the store is new."""
        with self._errors():
            found = self._connection.execute("SELECT value FROM setting WHERE name = 'seed'").fetchone()
            if found is None:
                found = (str(draw()),)
                self._connection.execute("INSERT INTO setting VALUES ('seed', ?)", found)
            return int(found[0])

    def editions(self) -> dict[str, Edition]:
        """Return the edition that counts for each task."""
        query = "SELECT task, seed, suite FROM edition ORDER BY number"
        with self._errors():
            return {task: Edition(seed, suite) for task, seed, suite in self._connection.execute(query)}

    def history(self) -> list[tuple[str, Edition, str]]:
        """Return every edition that has ever counted: (task, edition, since when)."""
        query = "SELECT task, seed, suite, since FROM edition ORDER BY number"
        with self._errors():
            return [(task, Edition(seed, suite), since) for task, seed, suite, since in self._connection.execute(query)]

    def adopt(self, editions: Mapping[str, Edition], seed: int | None = None) -> None:
        """Let these editions count from now on; what they replace stays in the history. A regrade also gives the `seed`
        that the class has from now on.

        All of it or, if the process is killed meanwhile, nothing: a class never ends up with two seeds.
        """
        rows = [(task, edition.seed, edition.suite, _now()) for task, edition in editions.items()]
        with self._errors(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany("INSERT INTO edition (task, seed, suite, since) VALUES (?, ?, ?, ?)", rows)
            if seed is not None:
                self._connection.execute("INSERT OR REPLACE INTO setting VALUES ('seed', ?)", (str(seed),))

    def note_parts(self, parts: Mapping[str, Mapping[str, str]]) -> None:
        """Keep what editions are made of, by their fingerprint: digests by the name of the part."""
        rows = [(f"parts {suite}", json.dumps(made)) for suite, made in parts.items()]
        with self._errors():
            self._connection.executemany("INSERT OR REPLACE INTO setting VALUES (?, ?)", rows)

    def parts(self, suite: str) -> dict[str, str]:
        """Return what an edition was made of; nothing if that was not kept."""
        with self._errors():
            found = self._connection.execute("SELECT value FROM setting WHERE name = ?", (f"parts {suite}",)).fetchone()
        made: dict[str, str] = json.loads(found[0]) if found else {}
        return made

    def add(self, graded: Graded) -> None:
        """Keep a report, at once. One of the same key is only replaced if the grader had failed on it, or if it was
        made at another level of isolation.
        """
        g = graded
        row = (g.digest, g.task, g.edition.seed, g.edition.suite, _now(), g.score, g.max_score, g.passed, g.broken)
        with self._errors():
            self._connection.execute(
                "INSERT INTO report VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "graded = excluded.graded, score = excluded.score, max_score = excluded.max_score, "
                "passed = excluded.passed, broken = excluded.broken, seconds = excluded.seconds, "
                "isolation = excluded.isolation, json = excluded.json "
                "WHERE report.broken OR report.isolation <> excluded.isolation",
                (*row, g.seconds, g.isolation, g.blob),
            )

    def standing(self, digest: str, require: str | None = None) -> dict[tuple[str, Edition], bool]:
        """Return the (task, edition) that are graded for a hand-in, without the grader's failures: passed or not.

        With `require`, only what was graded at that level of isolation or a stronger one.
        """
        query = "SELECT task, seed, suite, passed, isolation FROM report WHERE digest = ? AND NOT broken"
        with self._errors():
            found = self._connection.execute(query, (digest,)).fetchall()
        return {
            (task, Edition(seed, suite)): bool(passed)
            for task, seed, suite, passed, isolation in found
            if require is None or at_least(isolation, require)
        }

    def reports(self, digest: str, editions: Mapping[str, Edition]) -> list[Report]:
        """Return the reports of a hand-in under these editions, in their order."""
        query = "SELECT task, seed, suite, json FROM report WHERE digest = ?"
        with self._errors():
            found = self._connection.execute(query, (digest,)).fetchall()
        blobs = {(task, Edition(seed, suite)): blob for task, seed, suite, blob in found}
        return [self._report(blobs[key]) for key in editions.items() if key in blobs]

    def marks(self, digest: str, editions: Mapping[str, Edition]) -> list[Mark]:
        """Return what the reports of a hand-in under these editions come to, in their order."""
        query = "SELECT task, seed, suite, score, max_score, passed, broken, seconds FROM report WHERE digest = ?"
        with self._errors():
            found = self._connection.execute(query, (digest,)).fetchall()
        by_key = {
            (task, Edition(seed, suite)): Mark(task, score, most, bool(passed), bool(broken), seconds)
            for task, seed, suite, score, most, passed, broken, seconds in found
        }
        return [by_key[key] for key in editions.items() if key in by_key]

    def count(self) -> int:
        """Return how many reports the store holds, of every edition."""
        with self._errors():
            return int(self._connection.execute("SELECT count(*) FROM report").fetchone()[0])

    def expect(self, handins: Iterable[Handin]) -> None:
        """Start a run: from now on these hand-ins are the class, in this order."""
        with self._errors(), self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.execute("UPDATE handin SET present = 0")
            self._connection.executemany(
                "INSERT INTO handin VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?, '', '', '', '', ?) ON CONFLICT DO UPDATE SET "
                "place = excluded.place, present = 1, student = excluded.student, attempt = excluded.attempt, "
                "attempts = excluded.attempts, handed_in = excluded.handed_in, file = excluded.file, "
                "keys = excluded.keys, digest = '', dialect = '', problem = '', trouble = '', seen = excluded.seen",
                (
                    (h.id, place, h.student, h.attempt, h.attempts, h.handed_in, h.file, json.dumps(h.keys), _now())
                    for place, h in enumerate(handins)
                ),
            )

    def note(self, name: str, **known: str) -> None:
        """Write down what is known of a hand-in by now: `digest`, `dialect`, `problem`, `trouble`."""
        columns = ", ".join(f"{column} = :{column}" for column in known)  # our own names, never a hand-in's
        with self._errors():
            self._connection.execute(f"UPDATE handin SET {columns} WHERE id = :id", {"id": name, **known})

    def handins(self) -> Iterator[tuple[Handin, str]]:
        """Yield the hand-ins of the last run, in order, each with its dialect."""
        place = -1
        query = (
            "SELECT place, id, student, attempt, attempts, handed_in, file, keys, digest, problem, trouble, dialect "
            "FROM handin WHERE present = 1 AND place > ? ORDER BY place LIMIT 256"
        )
        while True:
            with self._errors():
                rows = self._connection.execute(query, (place,)).fetchall()
            if not rows:
                return
            place = rows[-1][0]
            for _, name, student, attempt, attempts, when, file, keys, digest, problem, trouble, dialect in rows:
                known: dict[str, str] = json.loads(keys)
                yield Handin(name, student, attempt, attempts, when, file, known, digest, problem, trouble), dialect

    def _report(self, blob: bytes) -> Report:
        try:
            return Report.from_json(zlib.decompress(blob).decode("utf-8"))
        except (ValueError, zlib.error) as exc:
            raise StoreError(f"--store {self.path}: a report in it cannot be read ({exc}); restore a copy") from exc

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise as_store_error(exc, self.path) from exc


def renamed(report: Report, name: str) -> Report:
    """Return a stored report under the name of a hand-in: equal hand-ins share one."""
    return report if report.submission == name else replace(report, submission=name)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
