"""Right answers on record: what the reference said to the questions that the public seeds ask.

A question is known by a digest of everything that led to it: the component, its constructor's arguments, and every
call since with its arrays. So the record answers exactly the questions that were put while it was made, and nothing can
be computed with it. Numbers enter the digest rounded, so that the last bits of another machine do not matter.

A file `<component>.npz` holds `keys` (uint64), for each key its `forms` (which names and shapes: an index into the
JSON list `shapes`) and `places` (where in `numbers`, float64, its arrays start).
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from grader.references import NoOracle, Source
from grader.seeds import SEEDS_FILE

_DIGITS = 9
_DIGITS_OF_CHOICES = 6  # a decay that was read off outputs
_SILENT = frozenset({"set_params", "attach", "update", "train", "eval", "switch"})
_READING = frozenset({"params", "grads", "calculate_gradient", "norm"})  # they change nothing
Form = tuple[tuple[str, tuple[int, ...]], ...]
MISSING = "needs the instructor's machine"


class _Questioned:
    """Stands for a component: turns every call into its digest, and hands it to `respond`."""

    def __init__(self, key: int, respond: Callable[[int, str, tuple[Any, ...], dict[str, Any]], Any]) -> None:
        self._key = key
        self._respond = respond

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            key = digest(self._key, method, _without_handle(args) if method == "ask" else args, named)
            if method not in _READING:
                self._key = key
            return self._respond(key, method, args, named)

        return call


class Recorder:
    """A source of right answers that takes down what another one says; a thread of its own, and no second one."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.answers: dict[str, dict[int, dict[str, Any]]] = {}

    def make(self, component: str, args: tuple[Any, ...], choices: dict[str, Any]) -> Any:
        """Return the other source's component, listened to."""
        real = self._source.make(component, args, choices)
        heard = self.answers.setdefault(component, {})

        def respond(key: int, method: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
            answer = getattr(real, method)(*given, **named)
            if method not in _SILENT:
                heard[key] = _as_table(answer)
            return answer

        return _Questioned(_start(component, args, choices), respond)

    def write(self, folder: Path, seeds: Sequence[int]) -> None:
        """Write a file for each component, and the seeds for which they are."""
        folder.mkdir(parents=True, exist_ok=True)
        for component, heard in self.answers.items():
            if heard:
                (folder / f"{component}.npz").write_bytes(_packed(heard))
        (folder / SEEDS_FILE).write_text(json.dumps({"seeds": list(seeds)}) + "\n", encoding="utf-8")


class Golden:
    """The source of right answers of a student kit. Raises NoOracle for questions that are not on record."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, Mapping[int, dict[str, Any]]] = {}

    def make(self, component: str, args: tuple[Any, ...], choices: dict[str, Any]) -> Any:
        """Return what answers from the record."""
        if component not in self._known:
            path = self._folder / f"{component}.npz"
            self._known[component] = _unpacked(path) if path.is_file() else {}
        known = self._known[component]

        def respond(key: int, method: str, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
            if method in _SILENT:
                return None
            if key not in known:
                raise NoOracle(MISSING)
            table = {name: np.array(value) for name, value in known[key].items()}
            return table[""] if set(table) == {""} and method != "ask" else table

        return _Questioned(_start(component, args, choices), respond)


def digest(*parts: Any) -> int:
    """Return 64 bits that belong to values, tables and arrays, numbers rounded."""
    taken = hashlib.blake2b(digest_size=8)
    for part in parts:
        _take(taken.update, part, _DIGITS)
    return int.from_bytes(taken.digest(), "little")


def _start(component: str, args: tuple[Any, ...], choices: dict[str, Any]) -> int:
    taken = hashlib.blake2b(digest_size=8)
    _take(taken.update, [component, args, choices], _DIGITS_OF_CHOICES)
    return int.from_bytes(taken.digest(), "little")


def _take(update: Callable[[bytes], None], part: Any, digits: int) -> None:
    if isinstance(part, Mapping):
        update(b"{")
        for name in sorted(part):
            _take(update, name, digits)
            _take(update, part[name], digits)
        update(b"}")
    elif isinstance(part, (list, tuple)):
        update(b"[")
        for each in part:
            _take(update, each, digits)
        update(b"]")
    elif part is None or isinstance(part, (bool, str)):
        update(f"{part!r};".encode())
    else:
        array = np.asarray(part, np.float64)
        update(f"{array.shape};".encode())
        with np.errstate(all="ignore"):
            update((np.round(array, digits) + 0.0).astype("<f8").tobytes())


def _without_handle(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a request to a desk without the running number of its unit, of which there is one only."""
    return tuple(
        {key: value for key, value in part.items() if key != "handle"} if isinstance(part, Mapping) else part
        for part in args
    )


def _as_table(answer: Any) -> dict[str, Any]:
    table = answer if isinstance(answer, Mapping) else {"": answer}
    return {name: np.array(value, np.float64) for name, value in table.items() if not isinstance(value, str)}


def _packed(heard: Mapping[int, Mapping[str, Any]]) -> bytes:
    forms: dict[Form, int] = {}
    known: dict[bytes, int] = {}
    numbers: list[bytes] = []
    rows, size = [], 0
    for key, table in sorted(heard.items()):
        form = tuple((name, value.shape) for name, value in table.items())
        data = b"".join(value.astype("<f8").tobytes() for value in table.values())
        if data not in known:
            known[data] = size
            numbers.append(data)
            size += len(data) // 8
        rows.append((key, forms.setdefault(form, len(forms)), known[data]))
    keys, places = np.array([row[0] for row in rows], np.uint64), np.array([row[1:] for row in rows], np.int32)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        keys=keys,
        forms=places[:, 0],
        places=places[:, 1],
        shapes=np.array(json.dumps(list(forms))),
        numbers=np.frombuffer(b"".join(numbers), "<f8"),
    )
    return file.getvalue()


def _unpacked(path: Path) -> dict[int, dict[str, Any]]:
    with np.load(path, allow_pickle=False) as file:
        forms = json.loads(str(file["shapes"]))
        numbers = file["numbers"]
        rows = zip(file["keys"].tolist(), file["forms"].tolist(), file["places"].tolist(), strict=True)
    known = {}
    for key, form, place in rows:
        table = {}
        for name, shape in forms[form]:
            size = int(np.prod(shape, dtype=np.int64))
            table[name] = numbers[place : place + size].reshape(shape)
            place += size
        known[key] = table
    return known
