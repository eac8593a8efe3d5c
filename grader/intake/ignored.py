"""What in a hand-in is not the student's work, and how much of the rest is read."""

from __future__ import annotations

from itertools import pairwise

MAX_FILES = 2_000
MAX_FILE_BYTES = 1 << 20
MAX_TOTAL_BYTES = 16 << 20
_FOLDERS = frozenset(
    {
        *("__pycache__", "__MACOSX", ".git", ".hg", ".svn", ".idea", ".vscode", ".ipynb_checkpoints", ".pytest_cache"),
        *("site-packages", "dist-packages", "venv", ".venv", "env", ".env", "node_modules", ".tox", ".mypy_cache"),
    }
)


def is_wanted(name: str) -> bool:
    """Tell whether a file (its path inside the hand-in, with `/`) is read: Python source and `pyproject.toml`."""
    *folders, base = name.split("/")
    if any(folder in _FOLDERS or folder.endswith(".egg-info") for folder in folders):
        return False
    if any(a == "lib" and b.startswith("python") for a, b in pairwise(folders)):
        return False
    return (base.endswith(".py") and not base.startswith("._")) or base == "pyproject.toml"


def holds_environment(folder_entries: set[str]) -> bool:
    """Tell whether a folder with these entries is a virtual environment, whatever it is called."""
    return "pyvenv.cfg" in folder_entries
