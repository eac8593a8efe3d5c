"""What a course has to say above and below its results, in a terminal."""

from __future__ import annotations

import textwrap

from grader.reporters._text import clean
from grader.reporters.terminal import Style
from grader.results import Course


def opening(course: Course, style: Style) -> str:
    """Return title and introduction, with an empty line below; nothing if the course has nothing to say."""
    title = [style.paint(clean(course.title), "bold")] if course.title else []
    lines = [*title, *_paragraphs(course.introduction, style)]
    return style.write("\n".join([*lines, "", ""])) if lines else ""


def closing(course: Course, style: Style) -> str:
    """Return the footer, with an empty line above."""
    lines = _paragraphs(course.footer, style)
    return style.write("\n".join(["", *lines, ""])) if lines else ""


def paragraphs(text: str) -> list[str]:
    """Return a text's paragraphs, which empty lines part; their own line breaks do not count."""
    parts = clean(text, 10_000, keep_lines=True).split("\n\n")
    return [" ".join(part.split()) for part in parts if part.strip()]


def _paragraphs(text: str, style: Style) -> list[str]:
    return [line for part in paragraphs(text) for line in textwrap.wrap(part, style.width)]
