"""A right hand-in that is written in an unusual way: a bundled example with some lines replaced."""

from __future__ import annotations

from dataclasses import dataclass, replace

from grader.intake.layout import build_submission
from grader.model import Submission
from grader.selftest.examples import patched

Patch = tuple[str, str, str]


@dataclass(frozen=True)
class Variant:
    """One fair variant. `rows` are those of the list of correct choices (1 to 35) that it stands for.

    `patches` are (file, old text, new text); `tasks` those that the change touches. `flat`: without folders, as the
    exercise's own packing script leaves a hand-in; `windows`: with a byte order mark and CRLF line ends.
    """

    rows: tuple[int, ...]
    name: str
    example: str
    tasks: tuple[str, ...]
    patches: tuple[Patch, ...] = ()
    flat: bool = False
    windows: bool = False

    @property
    def title(self) -> str:
        """Name it, with its example and tasks."""
        return f"{self.example.removeprefix('example_')}, {'/'.join(self.tasks)}: {self.name}"

    def submission(self) -> Submission:
        """Return it as a hand-in."""
        made = patched(self.example, self.patches)
        if not (self.flat or self.windows):
            return replace(made, id=self.title)
        files = dict(made.files)
        if self.flat:
            files = {name.rpartition("/")[2]: data for name, data in files.items() if "__init__" not in name}
        if self.windows:
            files = {name: b"\xef\xbb\xbf" + data.replace(b"\n", b"\r\n") for name, data in files.items()}
        return build_submission(self.title, files)


def of_layer(rows: int | tuple[int, ...], task: str, name: str, *changes: tuple[str, str]) -> Variant:
    """Return a variant of one layer of `example_fau`."""
    return Variant(_tuple(rows), name, "example_fau", (task,), _in(f"Layers/{task}.py", changes))


def of_file(
    rows: int | tuple[int, ...], file: str, tasks: str, name: str, *changes: tuple[str, str], example: str = "fau"
) -> Variant:
    """Return a variant of one file; `tasks` are separated by blanks."""
    return Variant(_tuple(rows), name, f"example_{example}", tuple(tasks.split()), _in(file, changes))


def _tuple(rows: int | tuple[int, ...]) -> tuple[int, ...]:
    return rows if isinstance(rows, tuple) else (rows,)


def _in(file: str, changes: tuple[tuple[str, str], ...]) -> tuple[Patch, ...]:
    return tuple((file, old, new) for old, new in changes)
