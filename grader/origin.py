"""Whose fault is it? Finds the line of a plugin from outside that an exception of its code came from."""

from __future__ import annotations

import inspect
import sys
import traceback
from pathlib import Path

from grader.model import Origin


def origin_of(plugin: str, registered: object) -> Origin:
    """Return where a registered plugin, a module or an object in one, is written: its file, or its package's folder."""
    module = registered if inspect.ismodule(registered) else sys.modules.get(type(registered).__module__)
    file = getattr(module, "__file__", None) or ""
    path = Path(file).parent if Path(file).name == "__init__.py" else Path(file)
    return Origin(plugin, str(path) if file else "")


def place_of(exc: BaseException, origin: Origin) -> str:
    """Return `file.py:line` of the innermost frame in the plugin's own code; nothing if none of it was running."""
    found = ""
    for frame, line in traceback.walk_tb(exc.__traceback__):
        file = Path(frame.f_code.co_filename)
        if origin.path and (str(file) == origin.path or Path(origin.path) in file.parents):
            found = f"{file.name}:{line}"
    return found


def blame(exc: BaseException, *origins: Origin | None) -> str:
    """Return `plugin NAME (file.py:line): ` for the first plugin whose code an exception came from, else nothing."""
    for origin in origins:
        place = place_of(exc, origin) if origin is not None else ""
        if origin is not None and place:
            return f"plugin {origin.plugin} ({place}): "
    return ""
