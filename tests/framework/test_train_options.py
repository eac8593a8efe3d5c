"""The command line of train_lenet: help worth reading, and one clear line for what is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

from framework.datasets import MNIST_FILES, NAMES
from framework.train_lenet import main

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--data", "cifar"], "argument --data: invalid choice: 'cifar'"),
        (["--data", "iris"], "LeNet reads images of 28x28 pixels, and iris has none"),
        (["--data", "digits8x8"], "LeNet reads images of 28x28 pixels"),
        (["--data", "mnist"], "cannot be reached (ConnectionError); put train-images-idx3-ubyte.gz"),
        (["--data", "mnist", "--data-dir", "nowhere"], "--data-dir nowhere: no such folder"),
        (["--data-dir", "/"], "digits.npz is missing"),
        (["--epochs", "-1"], "argument --epochs: must be at least 1, not -1"),
        (["--epochs", "0"], "argument --epochs: must be at least 1, not 0"),
        (["--epochs", "many"], "argument --epochs: must be a whole number, not 'many'"),
        (["--batch-size", "0"], "argument --batch-size: must be at least 1"),
        (["--batch-size", "1438"], "batch_size must be between 1 and the number of samples, 1437, not 1438"),
        (["--limit", "10"], "batch_size must be between 1 and the number of samples, 10, not 50"),
        (["--limit", "-5"], "argument --limit: must be at least 1"),
        (["--lr", "-1e-3"], "argument --lr: "),
        (["--lr", "nan"], "argument --lr: must be a positive number, not 'nan'"),
        (["--lr", "inf"], "argument --lr: must be a positive number, not 'inf'"),
        (["--seed", "-1"], "argument --seed: must not be negative"),
        (["--submission", "nowhere"], "there is no folder nowhere"),
        (["--submission", "."], "holds neither a pyproject.toml with"),
        (["--log", "nowhere/log.txt"], "cannot write the results"),
        (["--plots", str(ROOT / "LICENSE")], "cannot write the results"),
        (["--colour"], "unrecognized arguments: --colour"),
        (["digits"], "unrecognized arguments: digits"),
    ],
)
def test_wrong_arguments_get_one_clear_line(arguments, message, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MNIST_DIR", raising=False)
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)
    assert exit_info.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (tmp_path / "log.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--submission", ".", "--save", "a.npz"], "--save and --resume know the project's own LeNet"),
        (["--submission", ".", "--optimizer", "sgd"], "--optimizer and --constraint are for the project's own LeNet"),
        (["--beside-torch", "--optimizer", "sgd"], "--beside-torch compares runs with Adam and an L2 penalty"),
        (["--beside-torch", "--constraint", "none"], "--beside-torch compares runs with Adam and an L2 penalty"),
        (["--beside-torch", "--resume", "a.npz"], "from their start"),
        (["--optimizer", "lion"], "argument --optimizer: invalid choice: 'lion'"),
        (["--constraint", "l3=1"], "argument --constraint: must be l1=ALPHA, l2=ALPHA or none, not 'l3=1'"),
        (["--constraint", "l2"], "argument --constraint: must be l1=ALPHA"),
        (["--constraint", "l2=-1"], "argument --constraint: must be a positive number, not '-1'"),
    ],
)
def test_options_that_do_not_go_together(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)
    assert exit_info.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_help_is_worth_reading_and_fast():
    script = (
        "import sys\nfrom framework.train_lenet import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
        "print('LOADED', *sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    text, modules = answer.stdout.split("LOADED")
    loaded = set(modules.split())
    assert not loaded & {"matplotlib", "tqdm", "pluggy", "framework.reference", "framework.own_code", "framework.plots"}
    wanted = (
        "--optimizer",
        "--constraint",
        "--save",
        "--resume",
        "--data",
        "--data-dir",
        "--epochs",
        "--batch-size",
        "--lr",
        "--seed",
        "--limit",
        "--submission",
        "--log",
    )
    for part in (*wanted, "--plots", *MNIST_FILES, "MNIST_DIR", "YOUR OWN CODE", "Ctrl-C", "130", "-h, --help"):
        assert part in text
    assert max(map(len, text.splitlines())) <= 120
    assert {"digits", "mnist"} <= set(NAMES)
