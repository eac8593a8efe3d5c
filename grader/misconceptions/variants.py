"""Variants of a wrong class that differ in attributes of the class only: the same mistake, written another way."""

from __future__ import annotations

from typing import Any


def variant(cls: type[Any], **attributes: Any) -> type[Any]:
    """Return a subclass of `cls` with these class attributes; title and hint are those of `cls`."""
    return type(cls.__name__, (cls,), {"__doc__": cls.__doc__, "__module__": cls.__module__, **attributes})
