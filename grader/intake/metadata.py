"""Reads Gradescope's `submission_metadata.yml`: who sent which folder, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from grader.intake.errors import IntakeError

_MAX_BYTES = 64 << 20


def read_metadata(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Return folder name -> `name`, `sid`, `email`, `when` of its submitters; nothing if there is no such file.

    Several submitters of one folder are joined by `; `, in one order for all keys. Raises IntakeError for a file that
    is not what Gradescope writes.
    """
    if not path.is_file():
        return {}
    import yaml

    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ValueError("too large")
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return {str(name): _submitters(entry) for name, entry in data.items()}
    except (OSError, ValueError, AttributeError, TypeError, RecursionError, yaml.YAMLError) as exc:
        reason = str(exc).splitlines()[0] if str(exc) else type(exc).__name__
        raise IntakeError(f"{path.name} is not what Gradescope writes ({reason}); mend it or take it away") from exc


def _submitters(entry: Mapping[str, Any]) -> dict[str, str]:
    people = entry[":submitters"] if ":submitters" in entry else entry.get("submitters", [])
    found = {}
    for key in ("name", "sid", "email"):
        values = [person.get(f":{key}", person.get(key)) for person in people]
        texts = ["" if value is None else str(value) for value in values]
        # An empty one keeps its place: the n-th key belongs to the n-th person.
        found[key] = "; ".join(texts) if any(texts) else ""
    when = entry.get(":created_at", entry.get("created_at"))
    if isinstance(when, datetime):
        when = when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC).isoformat(timespec="seconds")
    return {**found, "when": str(when or "")}
