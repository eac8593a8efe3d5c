"""A student kit, written once, and a Python that knows nothing but what a kit needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.handout.kit import hand_out

SEED = 1
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="session")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole kit, for one seed."""
    folder = tmp_path_factory.mktemp("handout") / "student-kit"
    said = hand_out(folder, seeds=[SEED])
    assert "checks are counted" in said
    return folder


@pytest.fixture(scope="session")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment without pip; numpy and the like come from here, this project does not.

    The folder is named in a .pth file, whose entries do not have their own .pth files read: an editable installation
    of this project stays out.
    """
    top = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(top)], check=True)
    script = "import site, numpy, sys; print(sys.executable); print(site.getsitepackages()[0])"
    made = top / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    found = subprocess.run(
        [made, "-c", script.replace("numpy, ", "")], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    Path(found[1], "libraries.pth").write_text(f"{Path(np.__file__).parent.parent}\n", encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def run(kit: Path, python: Path) -> Run:
    """Run the kit's `dispatch.py` (or other words) with that Python, in a bare environment, inside the kit."""

    def go(*words: object) -> subprocess.CompletedProcess[str]:
        kept = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TEMP", "TMPDIR") if key in os.environ}
        return subprocess.run(
            [str(python), *map(str, words)],
            cwd=kit,
            env=kept | {"PYTHONUTF8": "1", "COLUMNS": "100"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=300,
        )

    return go
