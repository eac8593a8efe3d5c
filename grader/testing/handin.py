"""Which hand-in is meant, and the words on pytest's command line that would make it run code of this hand-in.

pytest looks for its settings (`pytest.ini`, `pyproject.toml`, …) and for `conftest.py` beside whatever looks like a
path on its command line, and for settings even before it knows the options of plugins (so beside the word behind
`--submission`, unless an equals sign makes it part of the option). Settings can name plugins to import. So what leads
pytest to settings of the hand-in is refused; with the equals sign nothing does.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from grader.cli import PROJECT
from grader.intake.choose import choose
from grader.intake.errors import IntakeError
from grader.reporters._text import clean


def named_handin(option: Any, here: Path) -> tuple[str, Path, str]:
    """Return the name and the path of the hand-in that the options mean, and a remark (or nothing).

    `here` is the folder that pytest was started in. Raises pytest.UsageError if there is none, or several.
    """
    given = [option.backcheck_submission] if option.backcheck_submission is not None else []
    folder = here / "submissions"
    try:
        ((name, path),), remark = choose(given, folder if folder.is_dir() else PROJECT / "submissions")
    except IntakeError as exc:
        raise pytest.UsageError(clean(str(exc))) from exc
    return name, path.resolve(), remark


def refuse_paths_into_it(config: pytest.Config) -> None:
    """Raise pytest.UsageError for settings, or words of the command line, that lead into the hand-in.

    Who has started pytest in there means it.
    """
    here = config.invocation_params.dir.resolve()
    option = config.known_args_namespace
    name, path, _ = named_handin(option, here)
    if here.is_relative_to(path):
        return
    words = [*shlex.split(os.environ.get("PYTEST_ADDOPTS", "")), *map(str, config.invocation_params.args)]
    apart = "--submission" in words and _leads_into(here, str(option.backcheck_submission), path)
    if apart and _has_settings(path):
        raise pytest.UsageError(
            f"write --submission={clean(name)} with the equals sign: pytest takes a word of its own for a path, looks "
            "for settings there, and imports what they name"
        )
    for word in option.file_or_dir:
        place, sign, _ = str(word).partition("::")
        if _leads_into(here, place, path) and not (sign and Path(here, place).resolve() == path):
            raise pytest.UsageError(
                f"{clean(str(word))}: pytest would import what is in the hand-in; name checks as "
                "backcheck::TASK::CHECK (or, for your own code, give --in-process)"
            )
    named = any(_leads_into(here, str(word).partition("::")[0], path) for word in option.file_or_dir)
    if (named or path.name.startswith("test")) and _has_conftest(path):  # pytest looks into folders called test* itself
        raise pytest.UsageError(
            f"pytest would import the conftest.py of the hand-in {clean(name)}; name checks as backcheck::TASK::CHECK, "
            "and let its folder have a name that does not begin with test"
        )
    if config.inipath is not None and config.inipath.resolve().is_relative_to(path) and _has_settings(path):
        raise pytest.UsageError(
            f"pytest took its settings from the hand-in ({clean(str(config.inipath))}); give --rootdir and -c"
        )


def _leads_into(here: Path, place: str, path: Path) -> bool:
    """Tell whether a word is a path to the hand-in or into it."""
    try:
        found = Path(here, place)
        return found.exists() and found.resolve().is_relative_to(path)
    except (OSError, ValueError):  # a name that is far too long
        return False


def _has_conftest(path: Path) -> bool:
    return (path / "conftest.py").exists() or any(path.glob("test*/conftest.py"))


def _has_settings(path: Path) -> bool:
    """Tell whether pytest would find settings in the hand-in; a `pyproject.toml` alone holds none."""
    names = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg")
    if any((path / name).exists() for name in names):
        return True
    try:
        return b"pytest" in (path / "pyproject.toml").read_bytes()
    except OSError:
        return False
