"""Zips, read member by member in memory: what a hand-in may be, and what is sent back with the reason."""

from __future__ import annotations

import io
import os
import random
import stat
import struct
import warnings
import zipfile
from pathlib import Path

import pytest

from grader.intake import IntakeError, open_submission
from grader.intake.archive import read_zip
from tests.grader.handins import PROJECT

RELU = b"class ReLU: ..."


def zipped(
    path: Path, members: list[tuple[str | zipfile.ZipInfo, bytes]], compression: int = zipfile.ZIP_DEFLATED
) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", compression) as archive:
        warnings.simplefilter("ignore")  # about duplicates, which are made on purpose
        for name, data in members:
            archive.writestr(name, data, compression)
    return path


def refused(path: Path) -> str:
    with pytest.raises(IntakeError) as caught:
        open_submission(path, "hand-in.zip")
    message = str(caught.value)
    assert message.startswith("hand-in.zip: ")
    assert "\n" not in message
    return message.removeprefix("hand-in.zip: ")


def test_members_are_read(tmp_path: Path) -> None:
    members = [
        ("Layers/", b""),
        ("Layers/ReLU.py", RELU),
        ("Layers/notes.txt", b"no"),
        ("report.pdf", bytes(5_000_000)),
    ]
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        path = zipped(tmp_path / "a.zip", [(name, data) for name, data in members], compression)
        assert read_zip(path, "a") == {"Layers/ReLU.py": RELU}


def test_example_is_the_same_as_zip_and_as_folder(tmp_path: Path) -> None:
    folder = PROJECT / "submissions" / "example_fau"
    sources = [(file.relative_to(folder).as_posix(), file.read_bytes()) for file in sorted(folder.rglob("*.py"))]
    path = zipped(tmp_path / "a.zip", list(sources))
    assert open_submission(path, "same").digest == open_submission(folder, "same").digest


def test_names_are_put_in_order(tmp_path: Path) -> None:
    members = [("./Layers/ReLU.py", RELU), ("Layers\\RNN.py", b"1"), ("Layers//.//Conv.py", b"2"), ("grüße/x.py", b"3")]
    found = read_zip(zipped(tmp_path / "a.zip", list(members)), "a")
    assert found == {"Layers/ReLU.py": RELU, "Layers/RNN.py": b"1", "Layers/Conv.py": b"2", "grüße/x.py": b"3"}


@pytest.mark.parametrize(
    "data", [b"", b"PK", b"not a zip at all", b"PK\x03\x04" + bytes(100), b"PK\x05\x06" + bytes(17)]
)
def test_what_is_no_zip(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(data)
    assert refused(tmp_path / "a.zip").startswith("not a zip file that can be read")


def test_empty_zip_holds_nothing_to_grade(tmp_path: Path) -> None:
    assert refused(zipped(tmp_path / "a.zip", [])) == "nothing to grade: no Python files in it"
    assert refused(zipped(tmp_path / "a.zip", [("a.txt", b"")])) == "nothing to grade: no Python files in it"


def test_encrypted(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", [("Layers/ReLU.py", RELU)])
    raw = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + offset] |= 1
    path.write_bytes(raw)
    assert refused(path) == "the zip is encrypted; hand it in without a password"


def test_link(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("Layers/ReLU.py")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    path = zipped(tmp_path / "a.zip", [(link, b"/etc/passwd")])
    assert refused(path) == "holds a link ('Layers/ReLU.py'); hand in the file itself"


@pytest.mark.parametrize(
    "name",
    ["../ReLU.py", "Layers/../../ReLU.py", "/etc/ReLU.py", "//x/ReLU.py", "C:\\ReLU.py", "C:ReLU.py", "..\\ReLU.py"],
)
def test_name_that_leads_outside(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", [("Layers/ReLU.py", RELU), (name, RELU)])
    assert "leads out of the archive" in refused(path)


@pytest.mark.parametrize(
    "name", ["Layers/ReLU.py", "Layers/relu.py", "layers/RELU.PY", "./Layers/ReLU.py", "Layers\\ReLU.py"]
)
def test_name_that_comes_twice(tmp_path: Path, name: str) -> None:
    path = zipped(tmp_path / "a.zip", [("Layers/ReLU.py", RELU), (name, RELU + b"2")])
    assert "twice (upper and lower case count as one)" in refused(path)


def test_bomb(tmp_path: Path) -> None:
    assert "a zip bomb" in refused(zipped(tmp_path / "a.zip", [("Layers/ReLU.py", bytes(900_000))]))
    path = zipped(tmp_path / "b.zip", [("Layers/ReLU.py", os.urandom(1_100_000))])
    assert refused(path) == "unpacks to more than a hand-in can be ('Layers/ReLU.py')"
    many = [(f"Layers/a{nr}.py", os.urandom(1_000_000)) for nr in range(17)]
    assert "unpacks to more than a hand-in can be" in refused(
        zipped(tmp_path / "c.zip", list(many), zipfile.ZIP_STORED)
    )
    many = [(f"Layers/a{nr}.py", b"") for nr in range(2_001)]
    assert "unpacks to more than a hand-in can be" in refused(zipped(tmp_path / "d.zip", list(many)))


def test_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", [("Layers/ReLU.py", bytes(900_000))])
    raw = path.read_bytes().replace(struct.pack("<I", 900_000), struct.pack("<I", 50))
    path.write_bytes(raw)
    assert refused(path).startswith("not a zip file that can be read")


def test_more_members_than_any_hand_in_has(tmp_path: Path) -> None:
    """Seen before the directory is parsed: a hundred thousand entries would be a hundred thousand objects."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.py", "")
    raw = stream.getvalue()
    start, end = raw.index(b"PK\x01\x02"), raw.index(b"PK\x05\x06")
    (tmp_path / "a.zip").write_bytes(raw[:start] + raw[start:end] * 100_000 + raw[end:])
    assert refused(tmp_path / "a.zip") == "more than 20,000 members are too many for a hand-in"


def test_too_large_to_be_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with path.open("wb") as stream:
        stream.truncate((256 << 20) + 1)  # a hole: takes no space
    assert refused(path) == "too large to be a hand-in"


def test_zip_inside_is_not_opened(tmp_path: Path) -> None:
    """The reason names it, so that nobody looks for Python files that are there."""
    inner = zipped(tmp_path / "inner.zip", [("Layers/ReLU.py", RELU)]).read_bytes()
    one = zipped(tmp_path / "a.zip", [("abgabe/ex\x07.zip", inner), ("__MACOSX/._ex.zip", b""), ("x.zip/", b"")])
    assert refused(one) == "holds only a zip: abgabe/ex.zip; unpack it, or hand it in by itself"
    several = zipped(tmp_path / "b.zip", [(f"{n}.zip", inner) for n in range(4)])
    assert refused(several) == (
        "holds only zips: 0.zip, 1.zip, 2.zip, …; unpack the one that counts, or hand it in by itself"
    )
    beside = zipped(tmp_path / "c.zip", [("data.zip", inner), ("Layers/ReLU.py", RELU)])
    assert set(read_zip(beside, "c")) == {"Layers/ReLU.py"}


def test_environments_and_litter_are_left_out(tmp_path: Path) -> None:
    litter = [
        *("metplotlib/pyvenv.cfg", "metplotlib/Scripts/activate_this.py", "metplotlib/src/Layers/ReLU.py"),
        *(
            "x/lib/python3.11/os.py",
            "venv/a.py",
            ".venv/a.py",
            "a/site-packages/numpy/b.py",
            "__MACOSX/Layers/._ReLU.py",
        ),
        *(
            "Layers/._RNN.py",
            ".git/hooks/a.py",
            "Layers/__pycache__/a.py",
            "Layers/.ipynb_checkpoints/ReLU-checkpoint.py",
        ),
        *("node_modules/a.py", "mine.egg-info/a.py", "env/a.py", ".idea/a.py", ".pytest_cache/a.py"),
    ]
    path = zipped(tmp_path / "a.zip", [("Layers/ReLU.py", RELU), *((name, b"x") for name in litter)])
    assert list(read_zip(path, "a")) == ["Layers/ReLU.py"]


def test_truncated_and_damaged_zips_are_refused_or_read(tmp_path: Path) -> None:
    """Whatever `zipfile` makes of it: a table of files, or one line; never another exception."""
    members = [(f"Layers/a{nr}.py", f"x = {nr}\n".encode() * 20) for nr in range(4)]
    good = zipped(tmp_path / "good.zip", list(members)).read_bytes()
    lzma = zipped(tmp_path / "lzma.zip", list(members), zipfile.ZIP_LZMA).read_bytes()
    path, rng = tmp_path / "a.zip", random.Random(4)
    outcomes = set()
    for nr in range(600):
        raw = bytearray(good if nr % 3 else lzma)
        if nr % 2:
            for _ in range(rng.randint(1, 5)):
                raw[rng.randrange(len(raw))] = rng.randrange(256)
        else:
            del raw[rng.randrange(len(raw)) :]
        path.write_bytes(raw)
        try:
            read_zip(path, "a")
            outcomes.add("read")
        except IntakeError:
            outcomes.add("refused")
    assert outcomes == {"refused", "read"}


def test_file_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with pytest.raises(IntakeError, match="hand-in: no such folder or zip file"):
        open_submission(path, "hand-in")
    os.mkfifo(path)
    with pytest.raises(IntakeError, match="hand-in: no such folder or zip file"):
        open_submission(path, "hand-in")
