"""`--plot`: the pictures of failures as files, drawn by the functions that draw those of the HTML report."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from markupsafe import Markup

from grader.model import CheckResult, Report, Verdict
from grader.reporters._public import public
from grader.reporters._slug import Slugs
from grader.reporters.html.student import Pictures, measured

# What stands in the page's style sheet stands here: viewers of pictures know no variables.
_COLOURS = {"var(--accent)": "#1f5fa8", "var(--soft)": "#d9dee5", "var(--bad)": "#b3261e", "currentColor": "#1b1f24"}
_MOST = 200  # pictures of a run


def write_pictures(reports: Sequence[Report], folder: Path) -> str:
    """Write a picture for every failure that has one into `folder`, and return the sentence that says so.

    Names are task-check-case, after the hand-in's name where there are several. The folder is made when there is
    something to put into it. Raises OSError if that is not possible.
    """
    several = len({report.submission for report in reports}) > 1
    slugs = Slugs()
    written: list[str] = []
    failed = 0
    for report in reports:
        failed += sum(_bad(result) for result in report.results)
        for result, picture in _pictures(report):
            if len(written) == _MOST:
                break
            folder.mkdir(exist_ok=True)
            words = [report.submission] if several else []
            path = folder / f"{slugs.name('-'.join([*words, report.task, result.check, result.case]))}.svg"
            path.write_text(_standing_alone(picture), encoding="utf-8")
            written.append(path.as_posix())
    if written:
        count = f"{len(written)} pictures" if len(written) > 1 else "One picture"
        return "\n".join([f"{count} written:", *(f"  {path}" for path in written)])
    reason = "nothing failed that has a picture" if failed else "nothing failed"
    return f"No pictures: {reason}."


def _pictures(report: Report) -> Iterator[tuple[CheckResult, Markup]]:
    maps = Pictures(_MOST)
    for result in map(public, report.results):
        if not _bad(result):
            continue
        picture = maps.of(result.details) or next((p for _, p in measured(result)), None)
        if picture is not None:
            yield result, picture


def _bad(result: CheckResult) -> bool:
    return result.verdict not in (Verdict.PASSED, Verdict.SKIPPED)


def _standing_alone(picture: Markup) -> str:
    """Return the picture as a file of its own: a white ground, and colours in the place of the page's."""
    text = str(picture)
    for variable, colour in _COLOURS.items():
        text = text.replace(variable, colour)
    start = text.index(">", text.index("<svg")) + 1
    ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text[:start]}{ground}{text[start:]}'
