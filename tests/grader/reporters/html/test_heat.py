"""The heat map of the class page: every row and column has its name, and a large class does not make it large."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from grader.model import Verdict
from grader.reporters.html import write
from grader.reporters.html.heat import CELLS, HeatColumn, HeatRow, heat_map
from tests.browser import Page, browsing, chromium
from tests.grader.reporters.conftest import HOSTILE, relu, sgd

PASSED, FAILED = CELLS.index("passed"), CELLS.index("failed")


def drawn(rows: int, columns: int, *, failed: bool = False) -> tuple[str, ElementTree.Element]:
    """Return a picture as text and as a tree; in its last row the last check failed, or all did everywhere."""
    cells = np.full((rows, columns), FAILED if failed else PASSED, np.uint8)
    cells[-1, -1] = FAILED
    names = [HeatRow(f"Hand-in {number}", f"students/{number}.html", "50 %") for number in range(rows)]
    checks = [HeatColumn(f"Task{number // 7}", f"Check {number} is right") for number in range(columns)]
    text = str(heat_map(cells, names, checks))
    return text, ElementTree.fromstring(text)


def written(picture: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in picture.iter("text")]


def told(picture: ElementTree.Element) -> set[str]:
    return {element.text or "" for element in picture.iter("title")}


def test_names_are_written_where_they_fit() -> None:
    _, picture = drawn(4, 10)
    names = [f"Hand-in {number}" for number in range(4)]
    assert written(picture) == [*names, *(f"Check {number} is right" for number in range(10)), "Task0", "Task1"]
    assert "Hand-in 3: Task1: Check 9 is right: failed" in told(picture)
    assert [link.get("href") for link in picture.iter("a")] == [f"students/{number}.html" for number in range(4)]


def test_every_row_and_column_is_told_even_if_few_are_written() -> None:
    text, picture = drawn(600, 200)
    assert {f"Hand-in {number}: 50 %" for number in range(600)} < told(picture)
    assert {f"Task{number // 7}: Check {number} is right" for number in range(200)} < told(picture)
    labels = [name for name in written(picture) if name.startswith("Hand-in")]
    assert labels[0] == "Hand-in 0"
    assert 50 < len(labels) < 150
    assert "Check 0 is right" not in written(picture)
    assert len(text) < 300_000
    everything_failed, _ = drawn(600, 200, failed=True)
    assert len(everything_failed) < 300_000


def test_names_of_tasks_do_not_lie_on_each_other() -> None:
    columns = [HeatColumn(f"Task{number}", "a check") for number in range(200)]
    text = str(heat_map(np.ones((1, 200), np.uint8), [HeatRow("x", "x.html")], columns))
    places = [float(x) for x in re.findall(r'translate\(([\d.]+) [\d.]+\) rotate\(-60\)" text-anchor="end"', text)]
    assert len(places) == 200
    assert min(np.diff(places)) > 12


def test_hostile_names_are_text() -> None:
    row, column = HeatRow(HOSTILE, "students/x.html"), HeatColumn("<b>", HOSTILE)
    text = str(heat_map(np.array([[FAILED]], np.uint8), [row], [column]))
    assert "<script" not in text
    assert "<b>" not in text


def test_of_a_large_class_one_in_so_many_is_shown(tmp_path: Path) -> None:
    write([replace(sgd("d"), submission=f"s{number}") for number in range(1201)], str(tmp_path / "site"))
    page = (tmp_path / "site" / "index.html").read_text("utf-8")
    assert "one in 3 is shown" in page
    assert page.partition('class="heat"')[2].partition("</figure>")[0].count("<a ") == 401


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """One browser for all tests of this file."""
    with browsing() as page:
        yield page


@pytest.mark.skipif(chromium() is None, reason="no Chromium here (Debian: apt-get install chromium)")
@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser_the_mouse_finds_names_and_pages(tab: Page, tmp_path: Path, width: int) -> None:
    reports = [relu("a"), sgd("a", Verdict.FAILED)]
    write([replace(report, submission=name) for name in ("Ada", "Bob") for report in reports], str(tmp_path / "site"))
    tab.ask("Emulation.setScriptExecutionDisabled", value=False)
    tab.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
    tab.open(tmp_path / "site" / "index.html")
    tab.run("document.querySelector('.heat').scrollIntoView()")
    box = tab.run("(b => [b.x, b.y, b.width, b.height])(document.querySelector('.heat image').getBoundingClientRect())")
    wide, high = box[2] / 6, box[3] / 2

    def at(x: float, y: float) -> list[str]:
        what = "[e.closest(':has(> title)').querySelector('title').textContent, e.closest('a')?.getAttribute('href')]"
        found: list[str] = tab.run(f"(e => {what})(document.elementFromPoint({box[0] + x}, {box[1] + y}))")
        return found

    assert at(1.5 * wide, 1.5 * high) == ["Bob: ReLU: gradient is right: failed", "students/bob.html"]
    assert at(-5, 1.5 * high) == ["Bob: 60 % of the points", "students/bob.html"]
    assert at(1.5 * wide, -5) == ["ReLU: gradient is right", None]
    assert tab.run("document.documentElement.scrollWidth <= innerWidth")
