"""What the texts behind options mean. Each raises argparse.ArgumentTypeError and says what it takes instead."""

from __future__ import annotations

import argparse
from collections.abc import Sequence


def count(text: str) -> int:
    """Return a number of workers."""
    if not text.isdecimal() or not 1 <= int(text) <= 1024:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to 1024, not {text!r}")
    return int(text)


def names(texts: Sequence[str]) -> list[str]:
    """Return the names of a repeated, comma-separated option."""
    return [name.strip() for text in texts for name in text.split(",") if name.strip()]


def seed(text: str) -> int:
    """Return a seed."""
    if not text.isdecimal() or int(text) >= 2**63:
        raise argparse.ArgumentTypeError(f"a seed is a whole number from 0 to 2**63 - 1, not {text!r}")
    return int(text)


def seconds(text: str) -> float:
    """Return a time in seconds."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 86_400:
        raise argparse.ArgumentTypeError(f"a number of seconds above 0, not {text!r}")
    return seconds


def report(text: str) -> tuple[str, str]:
    """Return (format, target)."""
    name, sign, target = text.partition("=")
    if not (name and sign and target):
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form FORMAT=FILE, such as json=report.json")
    return name, target
