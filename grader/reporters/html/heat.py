"""The heat map of checks by hand-ins: one image for its cells, and names around it, all without scripts.

An element per cell would be megabytes for a large class. So the colours are one small image; a see-through strip per
hand-in (its name, and the way to its page), one per check (its title) and one per cell that did not pass lie above it.
Browsers show the `<title>` of what the mouse is over.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from markupsafe import Markup, escape
from matplotlib.colors import ListedColormap
from matplotlib.image import imsave
from numpy.typing import NDArray

CELLS = ("none", "passed", "remark", "skipped", "failed", "crashed", "broken")
# Passed and failed differ in brightness, too, for those who cannot tell green from red.
CELL_COLOURS = ("#00000000", "#8cc3dd", "#e3b341", "#8d939b", "#b3361e", "#6a1b9a", "#e91e8c")
WORDS = {"skipped": "not run", "broken": "grader failed"}  # where people have better ones

_TITLED = 72  # checks whose titles fit side by side on a desktop
_TOLD = 4_000  # cells that have words of their own; of more, only rows and columns have
_PAGE = 1_110.0  # pixels that a desktop shows without scrolling
_HEIGHT = 900.0  # pixels that the cells take if they are many
_LINE = 13.0  # pixels from one line of text to the next
_NAME, _TITLE = 26, 44  # letters of a name or title that are written; all of them are in the <title>
_LETTER = 6.2  # pixels, about, per letter
_SIN, _COS = 0.87, 0.5  # of the 60 degrees by which titles are turned


@dataclass(frozen=True)
class HeatRow:
    """A hand-in: what it is called, where its page is, what is said of it as a whole."""

    name: str
    page: str
    said: str = ""


@dataclass(frozen=True)
class HeatColumn:
    """A check of a task."""

    task: str
    title: str


@dataclass(frozen=True)
class _Frame:
    """Where things are, in pixels: the corner of the cells, and the size of one."""

    left: float
    top: float
    width: float
    height: float
    rows: int
    columns: int

    def x(self, column: float) -> str:
        return _number(self.left + column * self.width)

    def y(self, row: float) -> str:
        return _number(self.top + row * self.height)


def heat_map(cells: NDArray[np.uint8], rows: Sequence[HeatRow], columns: Sequence[HeatColumn]) -> Markup:
    """Return the picture: `cells` (hand-ins, checks) holds places in CELLS; checks of a task stand side by side."""
    titled = len(columns) <= _TITLED
    height = float(np.clip(_HEIGHT / len(rows), 3, 18))
    tilted = _LETTER * max(len(_cut(column.title, _TITLE)) for column in columns) if titled else 0.0
    below = _LETTER * max(len(column.task) for column in columns)
    left = max(_LETTER * max(len(_cut(row.name, _NAME)) for row in rows), below * _COS) + 12
    room = (_PAGE - left - tilted * _COS) / len(columns)
    width = float(np.clip(room, 13, 22)) if titled else max(room, 3.0)
    at = _Frame(left, 16 + tilted * _SIN, width, height, *cells.shape)
    right = at.left + width * at.columns + max(tilted * _COS, 2 * _LINE)
    bottom = at.top + height * at.rows + below * _SIN + 16
    label = f"Heat map of {at.columns} checks by {at.rows} hand-ins; the table of checks has its numbers"
    parts = [
        f'<svg width="{right:.0f}" height="{bottom:.0f}" viewBox="0 0 {right:.0f} {bottom:.0f}" role="img" '
        f'aria-label="{label}" font-size="11" fill="currentColor">',
        f'<image x="{at.x(0)}" y="{at.y(0)}" width="{_number(width * at.columns)}" '
        f'height="{_number(height * at.rows)}" preserveAspectRatio="none" href="{_image(cells)}"/>',
        *_rows(cells, rows, columns, at),
        *_columns(columns, at, titled),
        *_tasks(columns, at),
        "</svg>",
    ]
    return Markup("\n".join(parts))


def _rows(
    cells: NDArray[np.uint8], rows: Sequence[HeatRow], columns: Sequence[HeatColumn], at: _Frame
) -> Iterator[str]:
    """Yield a strip per hand-in that leads to its page, and the names of as many as there is room for."""
    told = bool((cells > 1).sum() <= _TOLD)
    every = max(1, int(np.ceil(_LINE / at.height)))
    whole = f'width="{_number(at.width * at.columns + at.left)}" height="{_number(at.height)}" fill="transparent"'
    one = f'width="{_number(at.width)}" height="{_number(at.height)}" fill="transparent"'
    for number, row in enumerate(rows):
        said = f"{row.name}: {row.said}" if row.said else row.name
        # by Tab one comes to the same pages in the table of hand-ins; these links would only be in the way
        yield f'<a href="{escape(row.page)}" tabindex="-1"><title>{escape(said)}</title>'
        if number % every == 0:
            y = _number(at.top + number * at.height + max(at.height, 4) / 2 + 4)
            name = escape(_cut(row.name, _NAME))
            yield f'<text x="{_number(at.left - 6)}" y="{y}" text-anchor="end">{name}</text>'
        yield f'<rect x="0" y="{at.y(number)}" {whole}/>'
        for place in map(int, np.flatnonzero(cells[number] > 1) if told else ()):
            column, kind = columns[place], CELLS[cells[number, place]]
            text = escape(f"{row.name}: {column.task}: {column.title}: {WORDS.get(kind, kind)}")
            yield f'<rect x="{at.x(place)}" y="{at.y(number)}" {one}><title>{text}</title></rect>'
        yield "</a>"


def _columns(columns: Sequence[HeatColumn], at: _Frame, titled: bool) -> Iterator[str]:
    """Yield a mark above each check, with its title; beside it the title itself, if there is room."""
    for number, column in enumerate(columns):
        yield f"<g><title>{escape(f'{column.task}: {column.title}')}</title>"
        gap = min(1.0, at.width / 4)
        yield (
            f'<rect x="{at.x(number)}" y="{_number(at.top - 11)}" width="{_number(at.width - gap)}" height="9" '
            f'fill="var(--quiet)"/>'
        )
        if titled:
            x, y = _number(at.left + (number + 0.5) * at.width + 3), _number(at.top - 15)
            yield f'<text transform="translate({x} {y}) rotate(-60)">{escape(_cut(column.title, _TITLE))}</text>'
        yield "</g>"


def _tasks(columns: Sequence[HeatColumn], at: _Frame) -> Iterator[str]:
    """Yield a line between tasks, and below the cells what each is called."""
    start, bottom, last = 0, at.top + at.height * at.rows, 0.0
    for task, group in groupby(columns, key=lambda column: column.task):
        end = start + len(list(group))
        last = max(at.left + (start + end) / 2 * at.width + 4, last + _LINE)  # names of narrow tasks move aside
        place = f"translate({_number(last)} {_number(bottom + 12)}) rotate(-60)"
        yield f'<text transform="{place}" text-anchor="end">{escape(task)}</text>'
        if end < len(columns):
            line = f'x1="{at.x(end)}" x2="{at.x(end)}" y1="{_number(at.top - 12)}" y2="{_number(bottom + 6)}"'
            yield f'<line {line} stroke="currentColor" pointer-events="none"/>'
        start = end


def _image(cells: NDArray[np.uint8]) -> str:
    """Return the colours of the cells, a pixel each, as an address that needs no file."""
    stream = io.BytesIO()
    imsave(stream, cells, cmap=ListedColormap(CELL_COLOURS), vmin=-0.5, vmax=len(CELLS) - 0.5, format="png")
    return f"data:image/png;base64,{base64.b64encode(stream.getvalue()).decode()}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
