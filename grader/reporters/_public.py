"""What students may see of a result."""

from __future__ import annotations

from dataclasses import replace

from grader.model import CheckResult, Report, Visibility


def public(result: CheckResult) -> CheckResult:
    """Return a result as students may see it: of a hidden check, its title and verdict and no numbers."""
    if result.visibility is Visibility.VISIBLE:
        return result
    return replace(result, message="", hint="", diagnosis="", details={})


def public_misconceptions(report: Report) -> list[str]:
    """Return the misconceptions of a report but for those that only hidden checks have found."""

    def found(visible: bool) -> set[str]:
        results = [r for r in report.results if (r.visibility is Visibility.VISIBLE) is visible]
        return {name for result in results for name in result.details.get("misconceptions", ())}

    secret = found(visible=False) - found(visible=True)
    return [name for name in report.misconceptions if name not in secret]
