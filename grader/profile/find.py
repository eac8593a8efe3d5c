"""Finds the profile that is meant: one of the ready ones by name, or a file."""

from __future__ import annotations

from pathlib import Path

from grader.profile.errors import ProfileError, suggestion
from grader.profile.model import Profile
from grader.profile.read import read_profile

READY = Path(__file__).parent.parent / "profiles"
_MOST_BYTES = 256 << 10


def ready_profiles() -> list[str]:
    """Return the names of the profiles that come with the grader."""
    return sorted(path.stem for path in READY.glob("*.toml"))


def find_profile(given: str) -> Profile:
    """Return the profile of this name, or in this file; a name comes first (`./strict` is a file in any case).

    Raises ProfileError if there is neither, or what is there is no profile.
    """
    if given in ready_profiles():
        return read_profile((READY / f"{given}.toml").read_text(encoding="utf-8"), given)
    try:
        with Path(given).open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
    except FileNotFoundError as exc:
        if given.endswith(".toml") or "/" in given or "\\" in given:
            raise ProfileError(f"--profile {given}: no such file; --profile-template {given} writes one") from exc
        tip = suggestion(given, ready_profiles())
        raise ProfileError(f"no profile is called {given!r}, and no file; {tip}") from exc
    except (OSError, ValueError) as exc:
        why = exc.strerror if isinstance(exc, OSError) and exc.strerror else exc
        raise ProfileError(f"--profile {given}: cannot be read: {why}") from exc
    if len(raw) > _MOST_BYTES:
        raise ProfileError(f"--profile {given}: larger than {_MOST_BYTES >> 10} KB; that is no profile")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = raw[: exc.start].count(b"\n") + 1
        raise ProfileError(f"{given}:{line}: not UTF-8, which TOML must be; save the file as UTF-8") from exc
    return read_profile(text, given)
