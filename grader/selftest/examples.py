"""The bundled hand-ins, and copies of them with some text replaced."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from grader.intake.directory import read_directory
from grader.intake.layout import build_submission
from grader.model import Submission

PROJECT = Path(__file__).parent.parent.parent
_SUBMISSIONS = PROJECT / "submissions"


def present() -> tuple[str, ...]:
    """Return the names of the complete examples that this copy of the grader comes with."""
    return tuple(sorted(path.name for path in _SUBMISSIONS.glob("example_*") if path.is_dir()))


def example(name: str) -> Submission:
    """Return a bundled hand-in: `example_fau`, `example_native` or `template`."""
    return build_submission(name, _files(name))


def patched(name: str, patches: Iterable[tuple[str, str, str]]) -> Submission:
    """Return a bundled hand-in with (file, old text, new text) replaced; every old text must be there exactly once."""
    files = dict(_files(name))
    for file, old, new in patches:
        text = files[file].decode()
        assert text.count(old) == 1, f"{file} holds {text.count(old)} times: {old!r}"
        files[file] = text.replace(old, new).encode()
    return build_submission(f"{name} patched", files)


@cache
def _files(name: str) -> Mapping[str, bytes]:
    return read_directory(_SUBMISSIONS / name, name)
