"""`--profile FILE|NAME`: what is found, and one clear line for what is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.cli import OK, main
from grader.profile.find import find_profile
from tests.grader.command import usage


def test_ready_ones_by_name_and_files_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strict").write_text("title = 'mine'")
    (tmp_path / "mine.txt").write_bytes(b"\xef\xbb\xbftitle = 'with a mark'\r\n")
    assert find_profile("strict").robust_counts
    assert find_profile("./strict").course.title == "mine"
    assert find_profile("mine.txt").course.title == "with a mark"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("stict", "no profile is called 'stict', and no file; did you mean strict?"),
        ("", "--profile : cannot be read: Is a directory"),
        ("nobody", "no profile is called 'nobody', and no file; known: exercise, strict"),
        ("course.toml", "--profile course.toml: no such file; --profile-template course.toml writes one"),
        ("folder", "--profile folder: cannot be read: Is a directory"),
        ("large.toml", "--profile large.toml: larger than 256 KB; that is no profile"),
        ("latin.toml", "latin.toml:2: not UTF-8, which TOML must be; save the file as UTF-8"),
        ("wrong.toml", "wrong.toml:1: key titel: there is no such key; did you mean title?"),
        ("names.toml", "names.toml:2: key groups.ex3.RRN: no task is called RRN; did you mean RNN?"),
        ("x" * 300 + ".toml", "cannot be read: File name too long"),
        ("a\0b", "cannot be read: embedded null byte"),
    ],
)
@pytest.mark.parametrize("more", [("--list",), ("--task", "ReLU")])
def test_wrong_ones(
    given: str,
    told: str,
    more: tuple[str, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "large.toml").write_text("#" * (300 << 10))
    (tmp_path / "latin.toml").write_bytes(b"\ntitle = '\xe4'")
    (tmp_path / "wrong.toml").write_text("titel = 'x'")
    (tmp_path / "names.toml").write_text("[groups.ex3]\nRRN = 1")
    assert told in usage("--profile", given, *more, capsys=capsys)


def test_the_list_is_that_of_the_course(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "course.toml"
    file.write_text(
        'title = "Kurs\\u001b[31m"\n' + "packages = ['numpy']\ndialects = ['fau']\n[tasks]\ninclude = ['relu', 'sgd']\n"
        "[groups.ex1]\nReLU = 7\n[checks.at_zero]\nvisibility = 'hidden'\n[limits]\nprocesses = 9\n"
        "[limits.ReLU]\nreply_seconds = 3\n"
    )
    assert main(["--list", "-v", "--profile", str(file)]) == OK
    out = capsys.readouterr().out
    assert out.startswith("Kurs\n\ntask")
    assert re.search(r"\nall +12\s", out)
    assert out.count("(hidden)") == 1
    assert "packages that hand-ins may import: numpy, pluggy\nkinds of hand-ins taken: fau\n" in out
    assert "reply_seconds = 3 for ReLU\n" in out
    assert "processes = 9\n" in out
    assert "Conv" not in out
