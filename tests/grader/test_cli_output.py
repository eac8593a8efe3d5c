"""`python dispatch.py` from the outside: what goes where, and how it looks."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader import __version__
from grader.cli import FAILED, OK, main
from grader.dispatching import UsageError, dispatch, terminal
from grader.sandbox.probe import best
from tests.grader.command import SLEEPING, WRONG, environment, hand_in, run, wish
from tests.grader.handins import PROJECT


def test_json_on_standard_output_is_nothing_but_json(folder: Path) -> None:
    hand_in(folder, "wrong", WRONG)
    words = ["--task", "ReLU,Sgd", "--submission", folder / "right", "--submission", folder / "wrong", "--seed", "11"]
    done = run(*words, "--report", "json=-")
    assert done.returncode == FAILED
    data = json.loads(done.stdout)
    assert set(data) == {"schema", "reports", "without_mark"}
    assert data["schema"] == 1
    assert [(Path(report["submission"]).name, report["task"]) for report in data["reports"]] == [
        ("right", "ReLU"),
        ("right", "Sgd"),
        ("wrong", "ReLU"),
        ("wrong", "Sgd"),
    ]
    promised = {"submission", "task", "score", "max_score", "isolation", "seed", "results"}
    results = {"check", "case", "verdict", "tier", "points", "max_points", "message", "hint", "diagnosis"}
    for report in data["reports"]:
        assert promised <= set(report)
        assert (report["isolation"], report["seed"], report["max_score"]) == (best().level, 11, 5)
        assert sum(result["points"] for result in report["results"]) == pytest.approx(report["score"], abs=1e-3)
        assert all(results <= set(result) for result in report["results"])
    bad = [result for result in data["reports"][2]["results"] if result["verdict"] == "failed"]
    assert {result["check"] for result in bad} >= {"input_gradient"}
    assert all(result["message"] and result["hint"] and not result["points"] for result in bad)
    assert done.stderr.startswith("ReLU  ")
    assert "seed 11" in done.stderr


def test_report_file_is_whole_or_not_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = folder / "report.json"
    target.write_text("old")
    assert dispatch(wish(folder, reports=[("json", str(target))])) == OK
    assert json.loads(target.read_text())["schema"] == 1
    assert target.stat().st_mode & 0o777 == 0o666 & ~current_umask()
    before = sorted(path.name for path in folder.iterdir())

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(UsageError, match=r"cannot write the report .*report\.json: No space left on device"):
        dispatch(wish(folder, reports=[("json", str(target))]))
    assert json.loads(target.read_text())["schema"] == 1
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_report_that_cannot_be_written_does_not_keep_the_next_one_from_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = os.replace

    def full(source: str, target: Path) -> None:
        if Path(target).suffix == ".json":
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    reports = [("json", str(folder / "a.json")), ("json", str(folder / "b.json")), ("csv", str(folder / "c.csv"))]
    with pytest.raises(UsageError, match=r"cannot write the report .*b\.json: No space left on device$"):
        dispatch(wish(folder, "right", reports=reports))
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"dispatch.py: cannot write the report {folder}/a.json: No space left on device"
    )
    assert (folder / "c.csv").read_text().count("graded") == 1


def current_umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_report_to_a_pipe_or_through_a_link_is_written_there(folder: Path) -> None:
    """Replacing it, as is done with files, would put a file in the place of a device."""
    pipe, link, real = folder / "pipe", folder / "link.json", folder / "real.json"
    os.mkfifo(pipe)
    link.symlink_to(real)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert dispatch(wish(folder, "right", reports=[("json", str(pipe)), ("json", str(link))])) == OK
    assert json.loads(os.read(reader, 1 << 16))["schema"] == 1
    os.close(reader)
    assert pipe.is_fifo()
    assert link.is_symlink()
    assert json.loads(real.read_text())["schema"] == 1


def test_colours_on_a_terminal(folder: Path) -> None:
    path = hand_in(folder, "wrong", WRONG)
    ours, theirs = os.openpty()
    words = [sys.executable, str(PROJECT / "dispatch.py"), "--task", "ReLU", "--submission", str(path), "--seed", "7"]
    process = subprocess.Popen(words, env=environment(TERM="xterm"), stdout=theirs, stderr=theirs, stdin=theirs)
    os.close(theirs)
    shown = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while chunk := os.read(ours, 4096):
            shown += chunk
    process.wait(60)
    os.close(ours)
    assert "\x1b[31m✗\x1b[0m" in shown.decode()


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("settings", "colour"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
    ],
)
def test_colours_can_be_refused(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], colour: bool) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert terminal(Terminal())[1:] == (colour, False)
    assert terminal(io.TextIOWrapper(io.BytesIO(), "ascii"))[1:] == (False, True)
    assert terminal(io.TextIOWrapper(io.BytesIO(), "latin-1"))[1:] == (False, True)


def test_ascii_where_the_encoding_has_nothing_else(folder: Path) -> None:
    path = hand_in(folder, "wrong", WRONG.replace("self.open = x > 0", "self.open = x > 0; print('größe …')"))
    words = ["--task", "ReLU", "--submission", path, "--seed", "7", "-v"]
    plain, rich = run(*words, PYTHONIOENCODING="ascii", PYTHONUTF8="0"), run(*words)
    assert plain.stdout.isascii()
    assert "  x   backward returns the derivative" in plain.stdout
    assert "  ok  " in plain.stdout
    lost = sum(not character.isascii() for line in rich.stdout.splitlines() if "größe" in line for character in "öß")
    assert plain.stdout.count("?") == rich.stdout.count("?") + lost
    for words in (["--list", "-v"], ["--help"]):
        assert run(*words, PYTHONIOENCODING="ascii", PYTHONUTF8="0").stdout.isascii()


@pytest.mark.parametrize("width", [40, 72, 120])
def test_lines_keep_to_the_width(
    folder: Path, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", str(width))
    hand_in(folder, "w", WRONG)
    assert dispatch(wish(folder, "w", tasks=("ReLU", "Sgd"))) == FAILED
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if "dispatch.py" not in line]
    assert width - 15 < max(map(len, lines)) <= width
    assert "with respect to the input" in " ".join(out.split())


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == OK
    out = capsys.readouterr().out
    rows = {line.split()[0]: line.split() for line in out.splitlines() if line.strip()}
    assert rows["task"][:4] == ["task", "ex1", "ex2", "ex3"]
    assert rows["all"][1:4] == ["100", "100", "100"]
    assert {"FullyConnected", "RNN", "Adam", "CrossEntropyLoss"} <= set(rows)
    assert main(["--list", "-v"]) == OK
    more = capsys.readouterr().out
    assert more.startswith(out.rstrip("\n"))
    assert "forward_value" in more
    assert "what it asks" in more
    assert "backward returns the derivative of the loss with respect to the input" in more


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for option, text in (
        ("--help", "exit codes: 0"),
        ("-h", "--submission PATH"),
        ("--version", f"backcheck {__version__}\n"),
    ):
        with pytest.raises(SystemExit) as caught:
            main([option])
        assert caught.value.code == 0
        assert text in capsys.readouterr().out


def test_seed_is_drawn_printed_and_repeats_the_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--task", "ReLU", "--submission", str(hand_in(folder, "wrong", WRONG))]
    outputs = []
    for more in ([], []):
        assert main([*words, *more]) == FAILED
        outputs.append(capsys.readouterr().out)
    seeds = [out.splitlines()[-1].split()[1].rstrip(",") for out in outputs]
    assert seeds[0] != seeds[1]
    assert main([*words, "--seed", seeds[0]]) == FAILED
    assert capsys.readouterr().out == outputs[0]


def test_timeout_is_for_each_answer(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")  # the path of the temporary folder may be long
    hand_in(folder, "sleeps", SLEEPING)
    assert dispatch(wish(folder, "sleeps", tasks=("ReLU", "Sgd"), seconds=0.3)) == FAILED
    out = " ".join(capsys.readouterr().out.split())
    assert "Timeout: no answer from forward within 0.3 seconds" in out
    assert "1 of 2 tasks passed" in out
