"""The HTML report in a real Chromium; where there is none, these tests are skipped and say so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.batch.results import StoredResults
from grader.reporters.html import write
from tests.browser import Page, browsing, chromium

pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium here (Debian: apt-get install chromium)")
NAMES = "[...document.querySelectorAll('#tools ~ .wide tbody th')].map(cell => cell.textContent)"
TAB, ENTER = ("Tab", 9), ("Enter", 13, "\r")


@pytest.fixture(scope="module")
def tab() -> Iterator[Page]:
    """One browser for all tests of this file."""
    with browsing() as page:
        yield page


@pytest.fixture
def page(tab: Page) -> Page:
    """The tab as a desktop's, in the light, with nothing to complain of yet."""
    tab.requests.clear()
    tab.complaints.clear()
    tab.ask("Emulation.setScriptExecutionDisabled", value=False)
    tab.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "light"}])
    tab.ask("Emulation.setDeviceMetricsOverride", width=1200, height=900, deviceScaleFactor=1, mobile=False)
    return tab


@pytest.fixture
def site(school: StoredResults, tmp_path: Path) -> Path:
    """The report of the class, written."""
    write(school, str(tmp_path / "site"))
    return tmp_path / "site"


def pages(site: Path) -> list[Path]:
    return [site / "index.html", *sorted((site / "students").iterdir())]


def test_no_complaints_no_requests_and_hostile_names_stay_inert(page: Page, site: Path) -> None:
    for path in pages(site):
        page.open(path)
        assert page.run("document.scripts.length") == (path.name == "index.html")
        assert page.run("document.querySelectorAll('img, iframe, object, link:not([rel=icon])').length") == 0
        assert page.run("performance.getEntriesByType('resource').length") == 0
    assert page.complaints == []
    assert {url for url in page.requests if not url.startswith("data:")} == {path.as_uri() for path in pages(site)}
    page.open(site / "index.html")
    names = page.run(NAMES)
    assert any(name.startswith('=HYPERLINK("http://x")</script><script>') for name in names)


def test_a_script_that_got_in_would_not_run(page: Page, site: Path) -> None:
    """The policy of the page is a second wall behind the escaping."""
    page.open(site / "index.html")
    page.run("(s => { s.textContent = 'hacked = 1'; document.body.append(s) })(document.createElement('script'))")
    assert page.run("typeof hacked") == "undefined"
    assert len(page.complaints) == 1
    page.complaints.clear()
    outcome = page.run("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')")
    assert outcome == "refused"
    assert "Content Security Policy" in page.complaints[0]


def test_search_and_sort(page: Page, site: Path) -> None:
    page.open(site / "index.html")
    assert page.run("document.getElementById('tools').hidden") is False
    field = "document.querySelector('#tools input')"
    find = f"(text => {{ {field}.value = text; {field}.dispatchEvent(new Event('input')) }})"
    page.run(f"{find}('ADA')")
    assert page.run(NAMES) == ["Ada Lovelace"]
    page.run(f"{find}('grader problem')")
    assert page.run(NAMES) == ["Bob Best", "Mallory"]
    assert page.run("document.querySelector('[role=status]').textContent") == "1 to 2 of 2 found among 5"
    page.run(f"{find}('')")
    click = "(n => document.querySelectorAll('table[data-tools] thead button')[n].click())"
    page.run(f"{click}(0)")
    assert page.run("document.querySelector('table[data-tools] th').getAttribute('aria-sort')") == "descending"
    assert page.run(NAMES)[0] == "Mallory"
    page.run(f"{click}(1)")  # points: those without a mark last, either way
    assert set(page.run(NAMES)[2:]) == {"Bob Best", "Eve", "Mallory"}
    page.run(f"{click}(1)")
    assert set(page.run(NAMES)[2:]) == {"Bob Best", "Eve", "Mallory"}
    assert page.complaints == []


def test_everything_is_there_without_scripts(page: Page, site: Path) -> None:
    page.ask("Emulation.setScriptExecutionDisabled", value=True)
    page.open(site / "index.html")
    text = page.run("document.body.innerText")
    assert all(name in text for name in ("Ada Lovelace", "Bob Best", "Eve", "Mallory", "HYPERLINK"))
    assert page.run("getComputedStyle(document.getElementById('tools')).display") == "none"
    page.open(site / "students" / "ada-lovelace.html")
    assert "gradient is right" in page.run("document.body.innerText")


def test_with_the_keyboard_alone(page: Page, site: Path) -> None:
    page.open(site / "index.html")
    page.press(*TAB)
    assert page.run("document.activeElement.textContent") == "To the hand-ins"
    for _ in range(40):
        page.press(*TAB)
        if page.run("document.activeElement.matches('table[data-tools] thead button')"):
            break
    page.press(*ENTER)
    assert page.run("document.querySelector('table[data-tools] th').getAttribute('aria-sort')") == "descending"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_in_light_and_dark(page: Page, site: Path, scheme: str) -> None:
    page.ask("Emulation.setDeviceMetricsOverride", width=360, height=740, deviceScaleFactor=2, mobile=True)
    page.ask("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    for path in pages(site):
        page.open(path)
        assert page.run("document.documentElement.scrollWidth") <= 360, path.name
        ink, paper = page.run("(s => [s.color, s.backgroundColor])(getComputedStyle(document.body))")
        assert contrast(ink, paper) > 7
        bright = sum(channels(paper)) > 3 * 128
        assert bright == (scheme == "light")
        for name in ("good", "bad", "quiet"):
            found = page.run(f"(e => e && getComputedStyle(e).color)(document.querySelector('.{name}'))")
            assert found is None or contrast(found, paper) > 4.5


def channels(colour: str) -> list[int]:
    return [int(part) for part in colour.partition("(")[2].rstrip(")").split(",")[:3]]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours as WCAG defines it."""

    def light(colour: str) -> float:
        parts = [c / 255 for c in channels(colour)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_what_a_screen_reader_is_told(page: Page, site: Path) -> None:
    for path in pages(site):
        page.open(path)
        nodes = page.ask("Accessibility.getFullAXTree")["nodes"]
        told = [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node["ignored"]]
        nameless = [
            role for role, name in told if role in ("image", "button", "searchbox", "region", "link") and not name
        ]
        assert nameless == [], path.name
        assert [name for role, name in told if role == "heading"]
        assert page.run("document.documentElement.lang") == "en"
        assert page.run("document.title").strip()
