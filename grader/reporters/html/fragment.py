"""One report as a piece of HTML for a page of somebody else's, such as a notebook: its style touches nothing outside.

It brings no script, asks the network for nothing, and wears the notebook's colours, light or dark.
"""

from __future__ import annotations

import re
import secrets
from functools import cache

from markupsafe import Markup

from grader.model import Report
from grader.reporters.html.pages import asset, environment
from grader.reporters.html.student import Pictures, task_section

SCOPE = "backcheck-report"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_MEDIA = re.compile(r"(@media[^{]*)\{((?:[^{}]*\{[^{}]*\})*)\s*\}")
_LIGHT = ('[data-jp-theme-light="true"]', ".vscode-light")  # what JupyterLab and VS Code call themselves, whatever the
_DARK = ('[data-jp-theme-light="false"]', ".vscode-dark")  # system around them prefers


def fragment(report: Report, closing: str) -> str:
    """Return the report of one task; `closing` is its last line."""
    template = environment().get_template("fragment.html.j2")
    anchor = f"task-{secrets.token_hex(4)}"  # a notebook shows many of these
    task = task_section(report, Pictures())
    return template.render(task=task, anchor=anchor, scope=SCOPE, scoped=Markup(scoped_style()), closing=closing)


@cache
def scoped_style() -> str:
    """Return the reports' style with every rule confined to what is inside an element of the class `SCOPE`."""
    text = _COMMENT.sub("", asset("style.css"))
    media = [f"{head.strip()} {{ {_scoped(body)} }}" for head, body in _MEDIA.findall(text)]
    dark = next(body for head, body in _MEDIA.findall(text) if "dark" in head)
    plain = _MEDIA.sub("", text)
    light = next(body for selector, body in _RULE.findall(plain) if selector.strip() == ":root")
    themes = [*_themed(_LIGHT, light, "light"), *_themed(_DARK, _RULE.findall(dark)[0][1], "dark")]
    here = (
        f".{SCOPE} {{ margin: 0; }} .{SCOPE} .task {{ border: 0; margin: 0; padding: 0; }} .{SCOPE} h2 {{ margin: 0; }}"
    )
    return "\n".join([_scoped(plain), *media, *themes, here])


def _scoped(rules: str) -> str:
    return "\n".join(
        f"{', '.join(_inside(one.strip()) for one in selectors.split(','))} {{{body}}}"
        for selectors, body in _RULE.findall(rules)
    )


def _inside(selector: str) -> str:
    """Return a selector as it is inside: the page and its body are the fragment."""
    if selector in (":root", "body", "html"):
        return f".{SCOPE}"
    return f".{SCOPE} {selector}"


def _themed(places: tuple[str, ...], body: str, scheme: str) -> list[str]:
    colours = f"{body.strip().rstrip(';')}; color-scheme: {scheme};"
    return [f"{place} .{SCOPE} {{ {colours} }}" for place in places]
