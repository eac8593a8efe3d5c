"""MNIST from a mirror: here a server of this machine, which has a very small one."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from framework.datasets import MNIST_FILES, load
from framework.mnist_download import MIRRORS, SHA256, DownloadError, fetch

pytest.importorskip("pooch")
NOBODY = "http://127.0.0.1:9/"


class Quiet(SimpleHTTPRequestHandler):
    asked: list[str]

    def log_message(self, *_: object) -> None:
        self.asked.append(self.path)


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def mirror(mnist_dir: Path, asked: list[str]) -> Iterator[str]:
    handler = type("Handler", (Quiet,), {"asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(mnist_dir))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def checksums(mnist_dir: Path) -> dict[str, str]:
    return {name: hashlib.sha256((mnist_dir / name).read_bytes()).hexdigest() for name in MNIST_FILES}


def test_downloaded_once_and_usable(mirror: str, checksums: dict[str, str], asked: list[str]) -> None:
    folder = fetch([mirror], checksums)
    assert sorted(path.name for path in folder.iterdir()) == sorted(MNIST_FILES)
    assert folder.parts[-2:] == ("backcheck", "mnist")
    assert load("mnist", folder).train_x.shape == (120, 1, 28, 28)
    assert len(asked) == 4
    assert fetch([mirror], checksums) == fetch([NOBODY], checksums) == folder
    assert len(asked) == 4


def test_a_file_that_was_damaged_in_the_cache_is_taken_anew(mirror: str, checksums: dict[str, str]) -> None:
    folder = fetch([mirror], checksums)
    (folder / MNIST_FILES[1]).write_bytes(b"half")
    assert load("mnist", fetch([mirror], checksums)).train_y.shape == (120, 10)


def test_the_wrong_file_is_not_kept(mirror: str) -> None:
    with pytest.raises(DownloadError, match=f"gave a {MNIST_FILES[0]} with another checksum than MNIST's"):
        fetch([mirror])


def test_a_mirror_without_the_files(mirror: str, mnist_dir: Path, checksums: dict[str, str]) -> None:
    (mnist_dir / MNIST_FILES[2]).unlink()
    with pytest.raises(DownloadError, match=f"answered 404 for {MNIST_FILES[2]}"):
        fetch([mirror], checksums)


def test_the_next_mirror_is_tried(mirror: str, checksums: dict[str, str]) -> None:
    assert fetch([NOBODY, mirror], checksums).is_dir()


def test_no_connection_is_one_line_with_the_way_out() -> None:
    with pytest.raises(FileNotFoundError) as exc:
        load("mnist")
    text = str(exc.value)
    assert "was not downloaded: http://127.0.0.1:9/ cannot be reached" in text
    assert "\n" not in text
    for part in (*MNIST_FILES, "--data-dir", "MNIST_DIR"):
        assert part in text


def test_a_mirror_of_ones_own_by_variable(
    mirror: str, checksums: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNIST_MIRROR", mirror)
    assert fetch(checksums=checksums).is_dir()


def test_without_pooch(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(FileNotFoundError, match=r"downloading it needs pooch \(pip install pooch\)"):
        load("mnist")


def test_a_cache_that_cannot_be_written(
    mirror: str, checksums: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(DownloadError, match="cannot be written"):
        fetch([mirror], checksums)


def test_all_four_files_have_a_checksum() -> None:
    assert tuple(SHA256) == MNIST_FILES
    assert all(len(bytes.fromhex(checksum)) == 32 for checksum in SHA256.values())
    assert all(mirror.startswith("https://") for mirror in MIRRORS)
