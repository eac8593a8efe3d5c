"""`--report html=FOLDER`: a class page and a page per student, in a folder that needs neither server nor network."""

from __future__ import annotations

from collections.abc import Sequence

from grader.hookspecs import hookimpl
from grader.model import Report, Reporter
from grader.results import as_results


def write(reports: Sequence[Report], target: str) -> None:
    """Write the pages into the folder `target`, which is made if it is not there. Raises OSError."""
    from grader.reporters.html.site import write_site

    write_site(as_results(reports), target)


@hookimpl
def backcheck_reporters() -> list[Reporter]:
    """Return the reporter of this module."""
    return [Reporter("html", "pages for a browser: the class, and every student", write, folder=True)]
