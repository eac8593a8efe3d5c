"""`--report junit=FILE`: JUnit's XML, which every CI service shows: a suite per hand-in and task, a case per check."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree

from grader.hookspecs import hookimpl
from grader.model import CheckResult, Report, Reporter, Tier, Verdict
from grader.reporters._public import public, public_output
from grader.reporters._target import write_pieces
from grader.reporters._text import clean
from grader.results import Row, Status, as_results

_MAX_OUTPUT = 20_000


def as_xml(reports: Sequence[Report]) -> Iterator[str]:
    """Yield the document suite by suite.

    A wrong answer is a `failure`, whatever went wrong on our side an `error`; what costs no points (remarks, checks
    that were not run) is `skipped`.
    """
    yield '<?xml version="1.0" encoding="utf-8"?>\n<testsuites name="backcheck">\n'
    for row in as_results(reports).rows():
        if row.status is Status.REJECTED or not row.marks:
            yield _text(_unread(row))
        for report in row.reports:
            yield _text(_suite(report))
    yield "</testsuites>\n"


def _text(suite: ElementTree.Element) -> str:
    ElementTree.indent(suite, "  ", level=1)
    return f"  {ElementTree.tostring(suite, encoding='unicode')}\n"


def _unread(row: Row) -> ElementTree.Element:
    name = clean(row.handin.id)
    suite = ElementTree.Element("testsuite", name=name, tests="1")
    case = ElementTree.SubElement(suite, "testcase", classname=name, name="the hand-in can be read and graded")
    kind = "failure" if row.status is Status.REJECTED else "error"
    suite.set(f"{kind}s", "1")
    ElementTree.SubElement(case, kind, message=clean(row.note or row.status), type=str(row.status))
    return suite


def _suite(report: Report) -> ElementTree.Element:
    name = f"{clean(report.submission)}: {report.task}"
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(report.results)))
    counts = {"failure": 0, "error": 0, "skipped": 0}
    for result in map(public, report.results):
        title = f"{result.title} [{result.case}]" if result.case else result.title
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=clean(title))
        case.set("time", f"{result.seconds:.4f}")
        kind = _kind(result)
        if kind:
            counts[kind] += 1
            message = clean(result.message) or str(result.verdict)
            child = ElementTree.SubElement(case, kind, message=message, type=str(result.verdict))
            child.text = "\n".join(filter(None, (result.diagnosis and clean(result.diagnosis), clean(result.hint))))
    suite.set("failures", str(counts["failure"]))
    suite.set("errors", str(counts["error"]))
    suite.set("skipped", str(counts["skipped"]))
    suite.set("time", f"{report.seconds:.4f}")
    output, note = public_output(report)
    if output or note:
        ElementTree.SubElement(suite, "system-out").text = note or clean(output, _MAX_OUTPUT, keep_lines=True)
    return suite


def _kind(result: CheckResult) -> str:
    if result.verdict is Verdict.PASSED:
        return ""
    if result.verdict is Verdict.BROKEN:
        return "error"
    return "skipped" if result.verdict is Verdict.SKIPPED or result.tier is not Tier.CORE else "failure"


@hookimpl
def backcheck_reporters() -> list[Reporter]:
    """Return the reporter of this module."""
    return [Reporter("junit", "JUnit's XML, for CI services", lambda reports, to: write_pieces(to, as_xml(reports)))]
