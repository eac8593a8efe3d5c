"""The interface modules of `framework/`: the only part of it that a guest ever gets."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_NAMES = ("__init__", "layer", "loss", "optimizer", "initializer", "regularizer", "network", "hookspecs")


@cache
def interface_sources() -> dict[str, bytes]:
    """Return the modules, by the file name under which guests import them."""
    folder = Path(__file__).parent.parent.parent / "framework"
    return {f"framework/{name}.py": (folder / f"{name}.py").read_bytes() for name in _NAMES}
