"""Files in memory: every usual way to write and read one, and nothing on the disk."""

from __future__ import annotations

import builtins
import gzip
import io
import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from grader.guest.memory_files import MemoryFiles


def _plain(name: str) -> object:
    with open(name, "wb") as file:
        pickle.dump([1, 2], file)
    with open(name, "rb") as file:
        return pickle.load(file)


def _left_open(name: str) -> object:
    pickle.dump([1, 2], open(name, "wb"))  # noqa: SIM115 - as students write it
    return pickle.load(open(name, "rb"))


def _pathlib(name: str) -> object:
    Path(name).write_bytes(pickle.dumps([1, 2]))
    return pickle.loads(Path(name).read_bytes()) if os.path.exists(name) and os.path.isfile(name) else None


def _text(name: str) -> object:
    with open(name, "w") as file:
        file.write("[1, ")
    with open(name, "a", encoding="utf-8") as file:
        file.write("2]")
    answer: object = json.loads(Path(name).read_text())
    return answer


def _gzip(name: str) -> object:
    with gzip.open(name, "wb") as file:
        file.write(pickle.dumps([1, 2]))
    with gzip.open(name, "rb") as file:
        return pickle.loads(file.read())


def _numpy(name: str) -> object:
    with open(name, "wb") as file:
        np.savez(file, a=np.array([1, 2]))
    with np.load(name) as table:
        return table["a"].tolist()


@pytest.mark.parametrize("way", [_plain, _left_open, _pathlib, _text, _gzip, _numpy])
def test_what_is_written_can_be_read_and_never_reaches_the_disk(
    way: Callable[[str], object], tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    files = MemoryFiles()
    assert not files.written
    with files.in_place():
        assert way(str(tmp_path / "network.npz")) == [1, 2]
    assert files.written
    assert list(tmp_path.iterdir()) == []


def test_other_files_are_read_from_where_they_are(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("here")
    with MemoryFiles().in_place():
        assert (tmp_path / "data").read_text() == "here"
        assert os.path.isfile(tmp_path / "data")
        with pytest.raises(FileNotFoundError):
            (tmp_path / "nothing").open()


def test_a_file_is_created_once_only_where_that_is_asked_for(tmp_path: Path) -> None:
    with MemoryFiles().in_place():
        open(tmp_path / "new", "xb").close()
        with pytest.raises(FileExistsError):
            (tmp_path / "new").open("xb")


def test_everything_is_put_back_even_after_an_error() -> None:
    before = (builtins.open, io.open, os.path.exists, os.path.isfile)
    with pytest.raises(RuntimeError), MemoryFiles().in_place():
        raise RuntimeError
    assert (builtins.open, io.open, os.path.exists, os.path.isfile) == before
