"""A report inside somebody else's page: it looks like itself, and nothing around it changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import check
from grader.reporters.html.fragment import SCOPE, fragment, scoped_style
from tests.accuracy.naming import all_patches
from tests.browser import Page, browsing, chromium
from tests.grader.command import WRONG
from tests.grader.handins import grade, patched

HOST = (
    "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>notebook</title>"
    "<meta name='viewport' content='width=device-width, initial-scale=1'>"
    "<style>body {{ font: 14px serif; background: {paper}; }}</style></head><body {mark}>"
    "<h2 id='outside'>A heading</h2><table id='table'><tr><td>cell</td></tr></table><button id='button'>b</button>"
    "<p class='quiet' id='quiet'>text</p>{inside}</body></html>"
)
LOOKS = (
    "['outside', 'table', 'button', 'quiet'].map(id => { const s = getComputedStyle(document.getElementById(id));"
    "return [s.font, s.color, s.backgroundColor, s.margin, s.padding, s.border].join() }).join()"
)
PAPER = f"getComputedStyle(document.querySelector('.{SCOPE}')).backgroundColor"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(20, 23, 27)"


def shown() -> str:
    """Return the fragment of a task with failures, a diagnosis and pictures."""
    patch = next(patch for patch in all_patches() if patch.task == "Conv" and patch.example == "example_fau")
    return fragment(grade(patched(patch.example, patch.patches), ["Conv"], seed=7)["Conv"], "seed 7")


def test_every_rule_is_confined() -> None:
    style = re.sub(r"@media[^{]*\{", "", scoped_style())
    selectors = [one.strip() for head in re.findall(r"([^{}]+)\{", style) for one in head.split(",")]
    assert len(selectors) > 50
    assert [one for one in selectors if f".{SCOPE}" not in one.split(" ")] == []


def test_fragment_is_inert_and_its_anchors_are_its_own() -> None:
    source: dict[str, type] = {}
    exec(WRONG, source)
    result = check(source["ReLU"], seed=7)
    first, second = result._repr_html_(), result._repr_html_()
    assert "again: check(ReLU, seed=7)" in first
    assert re.findall(r'id="([^"]+)"', first) != re.findall(r'id="([^"]+)"', second)
    for word in ("<script", "<link", "<img", "http://", "https://", "<html", "<body"):
        assert word not in first.replace("http://www.w3.org/", "")  # the names of namespaces


def test_text_of_the_class_is_escaped() -> None:
    source: dict[str, type] = {}
    exec("class ReLU:\n    def forward(self, x):\n        raise ValueError('<script>alert(1)</script>')\n", source)
    page = check(source["ReLU"], seed=7)._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """One browser for all tests of this file."""
    with browsing() as page:
        yield page


@pytest.mark.skipif(chromium() is None, reason="no Chromium here (Debian: apt-get install chromium)")
def test_in_a_browser(tab: Page, tmp_path: Path) -> None:
    inside = shown()
    file = tmp_path / "page.html"

    def show(mark: str = "", *, width: int = 1200, prefers: str = "light", content: str = inside) -> None:
        file.write_text(HOST.format(paper="#fff", mark=mark, inside=content), encoding="utf-8")
        tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": prefers}])
        tab.ask("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
        tab.open(file)

    show(content="")
    before = tab.run(LOOKS)
    show()
    assert tab.run(LOOKS) == before  # nothing leaks
    assert tab.run(PAPER) == LIGHT
    show(prefers="dark")
    assert tab.run(PAPER) == DARK
    show('data-jp-theme-light="true"', prefers="dark")
    assert tab.run(PAPER) == LIGHT
    show('data-jp-theme-light="false"')
    assert tab.run(PAPER) == DARK
    show('class="vscode-dark"')
    assert tab.run(PAPER) == DARK
    for width in (360, 1200):
        show(width=width)
        assert tab.run("document.documentElement.scrollWidth <= innerWidth")
        assert tab.run(f"document.querySelectorAll('.{SCOPE} .checks > li').length") > 0
        assert tab.run(f"document.querySelectorAll('.{SCOPE} svg').length") > 0
    assert tab.complaints == []
    assert tab.run("performance.getEntriesByType('resource').length") == 0
