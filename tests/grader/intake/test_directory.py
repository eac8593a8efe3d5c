"""Folders: what of them is read, and what is left alone."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest

from grader.intake import IntakeError, open_submission
from grader.intake.directory import read_directory


def fill(folder: Path, names: Iterable[str], text: str = "x = 1\n") -> Path:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def test_python_and_the_project_file_are_read(tmp_path: Path) -> None:
    fill(tmp_path, ["Layers/ReLU.py", "Layers/deep/er/x.py", "pyproject.toml", "a.txt", "b.pyc", "c.ipynb", "d.py.bak"])
    assert list(read_directory(tmp_path, "a")) == ["pyproject.toml", "Layers/ReLU.py", "Layers/deep/er/x.py"]


def test_environments_and_litter_are_left_out(tmp_path: Path) -> None:
    fill(tmp_path, ["mine.py", "metplotlib/pyvenv.cfg", "metplotlib/bin/activate_this.py", "metplotlib/a/b/c.py"])
    fill(tmp_path, ["x/lib/python3.11/os.py", "x/site-packages/y.py", ".git/hooks/z.py", "__pycache__/mine.py"])
    fill(tmp_path, ["__MACOSX/mine.py", ".ipynb_checkpoints/mine.py", "._mine.py", "venv/a.py", "b.egg-info/c.py"])
    assert list(read_directory(tmp_path, "a")) == ["mine.py"]


def test_environment_as_hand_in_is_still_read(tmp_path: Path) -> None:
    """Someone who works inside their environment's folder has mixed both."""
    fill(tmp_path, ["pyvenv.cfg", "Layers/ReLU.py", "lib/python3.11/site-packages/numpy/a.py"])
    assert list(read_directory(tmp_path, "a")) == ["Layers/ReLU.py"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = fill(tmp_path / "outside", ["secret.py", "folder/more.py"])
    inside = fill(tmp_path / "inside", ["own.py"])
    (inside / "link.py").symlink_to(outside / "secret.py")
    (inside / "dangling.py").symlink_to(outside / "nothing.py")
    (inside / "folder").symlink_to(outside / "folder")
    (inside / "loop").symlink_to(inside)
    assert list(read_directory(inside, "a")) == ["own.py"]
    (tmp_path / "door").symlink_to(inside)
    assert list(read_directory(tmp_path / "door", "a")) == ["own.py"]


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    fill(tmp_path, ["own.py"])
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "folder.py").mkdir()
    assert list(read_directory(tmp_path, "a")) == ["own.py"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"big.py": (1 << 20) + 1}, r"a: too much to be a hand-in \(big.py, 1,048,577 bytes\)"),
        ({f"a{nr:02}.py": 1 << 20 for nr in range(17)}, r"a: too much to be a hand-in \(a16.py"),
        ({f"a{nr}.py": 0 for nr in range(2_001)}, "a: too much to be a hand-in"),
    ],
    ids=["file", "total", "count"],
)
def test_too_much(tmp_path: Path, files: dict[str, int], message: str) -> None:
    for name, size in files.items():
        with (tmp_path / name).open("wb") as stream:
            stream.truncate(size)
    with pytest.raises(IntakeError, match=message):
        read_directory(tmp_path, "a")


def test_folder_without_anything_gradable(tmp_path: Path) -> None:
    with pytest.raises(IntakeError, match="mine: nothing to grade: no Python files in it"):
        open_submission(tmp_path, "mine")
    fill(tmp_path, ["solution.py", "layers/relu.py"])
    with pytest.raises(IntakeError, match="mine: nothing gradable: neither a pyproject"):
        open_submission(tmp_path, "mine")


def test_name_of_any_bytes(tmp_path: Path) -> None:
    fill(tmp_path, ["Layers/ReLU.py"])
    odd = os.fsencode(tmp_path / "Layers") + b"/\xff\x1b[31m\n.py"
    with open(odd, "w") as stream:
        stream.write("class Odd: ...")
    submission = open_submission(tmp_path, "mine")
    assert len(submission.files) == 2
    assert len(submission.digest) == 64


def test_folder_that_cannot_be_entered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As root nothing is unreadable, so the answer of the system is played."""
    fill(tmp_path, ["Layers/ReLU.py"])
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("Layers"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    with pytest.raises(IntakeError, match=r"mine: cannot read .*Layers: Permission denied"):
        open_submission(tmp_path, "mine")
