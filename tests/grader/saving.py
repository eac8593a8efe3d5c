"""Saves files the way editors do."""

from __future__ import annotations

import os
from pathlib import Path


def save(path: Path, text: str, *, rename: bool = False) -> None:
    """Write a file; with `rename` a new one beside it that then takes its place."""
    target = path.with_name(path.name + "~") if rename else path
    target.write_text(text, encoding="utf-8")
    if rename:
        os.replace(target, path)
