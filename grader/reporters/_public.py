"""What students may see of a result, and of a report as a whole."""

from __future__ import annotations

from dataclasses import replace

from grader.model import CheckResult, Report, Visibility

NO_OUTPUT = "What the code prints is not shown here, because some checks are hidden."


def is_hidden(result: CheckResult) -> bool:
    """True if students see title and verdict of a check and no more."""
    return result.visibility is not Visibility.VISIBLE


def public(result: CheckResult) -> CheckResult:
    """Return a result as students may see it: of a hidden check, its title and verdict and no numbers."""
    return replace(result, message="", hint="", diagnosis="", details={}) if is_hidden(result) else result


def public_output(report: Report) -> tuple[str, str]:
    """Return what the hand-in printed, as students may see it, and a sentence that says if that is left out.

    With hidden checks it is: a hand-in can keep what it was asked in them, and print it while a visible one runs.
    The sentence is there whether something was printed or not, as what is stored may have been cut before.
    """
    return ("", NO_OUTPUT) if any(map(is_hidden, report.results)) else (report.output, "")


def public_misconceptions(report: Report) -> list[str]:
    """Return the misconceptions of a report but for those that only hidden checks have found."""

    def found(visible: bool) -> set[str]:
        results = [r for r in report.results if is_hidden(r) is not visible]
        return {name for result in results for name in result.details.get("misconceptions", ())}

    secret = found(visible=False) - found(visible=True)
    return [name for name in report.misconceptions if name not in secret]
