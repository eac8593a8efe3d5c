"""Which seed a run has: any at all, or in a student kit one of those for which right answers are on record."""

from __future__ import annotations

import json
import secrets
from pathlib import Path

from grader.references import GOLDEN, has_references

SEEDS_FILE = "seeds.json"


def drawn_seed() -> int:
    """Return a seed by chance. Raises OSError or ValueError for a student kit that is damaged."""
    return secrets.randbelow(1_000_000) if has_references() else secrets.choice(public_seeds(GOLDEN))


def trouble_with(seed: int) -> str:
    """Return a sentence if this seed needs another machine, else nothing."""
    if has_references() or seed in (known := public_seeds(GOLDEN)):
        return ""
    listed = ", ".join(map(str, known))
    return f"--seed {seed} needs the instructor's machine; this kit has answers for the seeds {listed}"


def public_seeds(folder: Path) -> list[int]:
    """Return the seeds that a kit's record is for. Raises OSError or ValueError if that cannot be read."""
    known = json.loads((folder / SEEDS_FILE).read_text("utf-8"))
    seeds = known.get("seeds") if isinstance(known, dict) else None
    if not isinstance(seeds, list) or not seeds or not all(isinstance(seed, int) for seed in seeds):
        raise ValueError(f"{folder / SEEDS_FILE} names no seeds")
    return seeds
