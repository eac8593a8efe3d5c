"""Fills templates. Whatever comes from a submission is escaped by Jinja2 and was made harmless before."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from grader.reporters._course import paragraphs
from grader.reporters._text import clean
from grader.reporters.terminal import number


@cache
def environment() -> Environment:
    """Return the templates of this package, with autoescape."""
    made = Environment(
        loader=PackageLoader("grader.reporters.html", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["clean"] = clean
    made.filters["paragraphs"] = paragraphs
    made.filters["minute"] = minute
    made.filters["points"] = number
    made.filters["percent"] = lambda value: f"{value:.1f}".removesuffix(".0")
    made.globals["style"] = Markup(asset("style.css"))
    made.globals["script"] = Markup(asset("script.js"))
    made.globals["policy"] = policy()
    return made


def minute(date: str) -> str:
    """Return a date in ISO 8601 as people read it, to the minute."""
    return date[:16].replace("T", " ")


@cache
def asset(name: str) -> str:
    """Return a file of this package: style or script, our own text."""
    return files("grader.reporters.html").joinpath(name).read_text(encoding="utf-8")


@cache
def policy() -> str:
    """Return what a page may do: run our one script, show what is in it, and ask the network for nothing."""
    digest = base64.b64encode(hashlib.sha256(asset("script.js").encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
