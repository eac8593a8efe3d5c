"""A run in a file: what goes on from it is the run without a break, bit for bit; what cannot is one clear line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from framework.checkpoint import CheckpointError, may_be_written, resume
from framework.datasets import Batches, load
from framework.train_lenet import main
from framework.training import History, Stop

RUN = ["--limit", "60", "--batch-size", "20"]


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("write_plots", "write_confusion", "write_kernels"):  # drawing takes longer than these runs
        monkeypatch.setattr(f"framework.plots.{name}", lambda *_: [])


def contents(name: str) -> dict[str, np.ndarray]:
    with np.load(name, allow_pickle=False) as archive:
        return {key: archive[key] for key in archive.files}


def without_times(about: np.ndarray) -> object:
    found = json.loads(str(about))
    return [found["settings"], found["generator"], [(e["loss"], e["accuracy"]) for e in found["epochs"]]]


def assert_same_run(one: str, other: str) -> None:
    ours, theirs = contents(one), contents(other)
    assert without_times(ours.pop("about")) == without_times(theirs.pop("about"))
    assert set(ours) == set(theirs)
    for name, array in ours.items():
        assert array.dtype == theirs[name].dtype
        assert array.tobytes() == theirs[name].tobytes(), name


WAYS = [
    [],
    ["--optimizer", "momentum", "--constraint", "l1=1e-4"],
    ["--optimizer", "sgd", "--constraint", "none", "--dtype", "float32"],
]


@pytest.mark.parametrize("way", WAYS, ids=["adam", "momentum", "sgd"])
def test_a_run_that_went_on_is_the_run_without_a_break(way: list[str]) -> None:
    assert main([*RUN, *way, "--epochs", "3", "--save", "whole.npz"]) == 0
    whole_log = Path("log.txt").read_text()
    assert main([*RUN, *way, "--epochs", "1", "--save", "part.npz"]) == 0
    assert main([*RUN, *way, "--epochs", "3", "--resume", "part.npz", "--save", "part.npz"]) == 0
    assert_same_run("whole.npz", "part.npz")

    def numbers(log: str) -> list[str]:
        return [line.partition("  seconds")[0] for line in log.splitlines()]

    assert numbers(Path("log.txt").read_text()) == numbers(whole_log)
    assert sorted(path.name for path in Path().iterdir()) == ["log.txt", "part.npz", "plots", "whole.npz"]


@pytest.mark.parametrize("batches", [1, 3, 4])
def test_ctrl_c_saves_in_the_middle_of_an_epoch_and_in_its_test(
    batches: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*RUN, "--epochs", "2", "--save", "whole.npz"]) == 0
    seen = []
    check = Stop.check

    def pressed(self: Stop) -> None:
        seen.append(1)
        if len(seen) == batches:
            self(2, None)
        check(self)

    with monkeypatch.context() as patch:
        patch.setattr(Stop, "check", pressed)
        assert main([*RUN, "--epochs", "2", "--save", "part.npz"]) == 130
    assert "part.npz" in capsys.readouterr().out
    assert main([*RUN, "--epochs", "2", "--resume", "part.npz", "--save", "part.npz"]) == 0
    assert "goes on after 0 epochs" in capsys.readouterr().out
    assert_same_run("whole.npz", "part.npz")


@pytest.fixture
def saved() -> Path:
    assert main([*RUN, "--epochs", "1", "--save", "good.npz"]) == 0
    return Path("good.npz")


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()}
    capsys.readouterr()
    with pytest.raises(SystemExit) as exc:
        main([*RUN, *arguments])
    assert exc.value.code == 2
    assert {path: path.read_bytes() for path in Path().rglob("*") if path.is_file()} == before
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    return error


@pytest.mark.usefixtures("saved")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--lr", "0.1"], "good.npz is from a run with --lr 0.0005, not 0.1"),
        (["--optimizer", "sgd"], "with --optimizer adam, not sgd"),
        (["--constraint", "none"], "with --constraint l2=0.0004, not none"),
        (["--dtype", "float32"], "with --dtype float64, not float32"),
        (["--batch-size", "30"], "with --batch-size 20, not 30"),
        (["--seed", "4"], "with --seed 0, not 4"),
        (["--limit", "40"], "with --limit 60, not 40"),
        (["--epochs", "1"], "good.npz has 1 epochs already; --epochs 2 would go on"),
    ],
)
def test_a_run_with_other_options_cannot_go_on(
    options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in refused(capsys, "--resume", "good.npz", *options)


def test_a_file_that_is_none_or_damaged(saved: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = saved.read_bytes()
    np.savez("other.npz", a=np.zeros(3))
    np.savez("pickled.npz", about=np.array([{}], dtype=object))
    Path("text.npz").write_text("no archive")
    Path("short.npz").write_bytes(good[: len(good) // 2])
    Path("empty.npz").write_bytes(b"")
    for name in ("other.npz", "pickled.npz", "text.npz", "short.npz", "empty.npz"):
        assert f"{name} is no checkpoint of train_lenet, or damaged" in refused(capsys, "--resume", name)
        assert "--save would overwrite a file of another kind" in refused(capsys, "--save", name)
    assert "there is no file gone.npz" in refused(capsys, "--resume", "gone.npz")
    assert "cannot write nowhere/x.npz" in refused(capsys, "--save", "nowhere/x.npz")
    assert "cannot write plots" in refused(capsys, "--save", "plots")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("layer 0 W", np.zeros((6, 1, 3, 3))),
        ("layer 3 W", None),
        ("optimizer 0 all.v", np.zeros(3)),
        ("optimizer 0 all.r", None),
        ("order", np.array([999])),
        ("order", np.array([[0.5]])),
        ("losses", np.zeros(99)),
        ("confusion", None),
    ],
)
def test_parts_that_do_not_fit_change_nothing(name: str, value: np.ndarray | None, saved: Path) -> None:
    from framework.reference.fast.lenet import build

    arrays = contents(str(saved))
    arrays.pop(name)
    np.savez("wrong.npz", **arrays, **({} if value is None else {name: value}))
    data = load("digits")
    network, history = build(fused=True), History(3)
    before = network.layers[0].parameters["W"].copy()
    with pytest.raises(CheckpointError, match=r"wrong\.npz is damaged: "):
        resume(Path("wrong.npz"), network, Batches(data.train_x[:60], data.train_y[:60], 20), history, {})
    assert np.array_equal(network.layers[0].parameters["W"], before)
    assert history.losses == []


def test_what_was_saved_before_stays_whole_if_the_disk_is_full(
    saved: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = saved.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    assert main([*RUN, "--epochs", "2", "--resume", "good.npz", "--save", "good.npz"]) == 0
    assert "cannot write good.npz: No space left on device" in capsys.readouterr().err
    assert saved.read_bytes() == before
    assert not list(Path().glob(".*"))


def test_a_checkpoint_may_be_written_over(saved: Path) -> None:
    may_be_written(saved)
    may_be_written(Path("new.npz"))
