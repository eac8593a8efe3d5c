import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from framework import training
from framework.datasets import MNIST_FILES, Batches, load
from framework.own_code import _MODULES, OwnCodeError, build
from framework.plots import write_confusion, write_kernels, write_plots
from framework.training import Epoch, History, Stop, fit

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "submissions"
PICTURES = ["accuracy.png", "confusion.png", "kernels.png", "loss.png"]
PNG = b"\x89PNG\r\n\x1a\n"
COMMAND = [sys.executable, "-m", "framework.train_lenet"]
QUICK = ["--limit", "200", "--batch-size", "20", "--epochs", "1"]
LINE = re.compile(r"epoch (\d+)  loss (\d+\.\d+)  test accuracy (0\.\d+|1\.0+)  seconds \d+\.\d")


@pytest.fixture
def train(tmp_path):
    """Run the command in an empty folder, without a display and without MNIST_DIR, unless `variables` say otherwise."""

    def run(*arguments, **variables):
        hidden = {"MNIST_DIR", "DISPLAY", "WAYLAND_DISPLAY", "MPLBACKEND"}
        environment = {name: value for name, value in os.environ.items() if name not in hidden}
        environment |= {"PYTHONPATH": str(ROOT), **variables}
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


def test_a_run_trains_logs_and_draws(train, tmp_path):
    answer = train(*QUICK, "--epochs", 2)
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    first, second = (tmp_path / "log.txt").read_text("utf-8").splitlines()
    one, two = LINE.fullmatch(first), LINE.fullmatch(second)
    assert (one[1], two[1]) == ("1", "2")
    assert float(two[2]) < float(one[2])
    assert first in answer.stdout
    assert second in answer.stdout
    assert f"test accuracy {float(two[3]):.2%} (best " in answer.stdout
    for name in ("loss.png", "accuracy.png"):
        assert (tmp_path / "plots" / name).read_bytes().startswith(PNG)


def test_the_seed_repeats_a_run(train, tmp_path):
    def results(seed):
        train(*QUICK, "--seed", seed)
        return LINE.match((tmp_path / "log.txt").read_text("utf-8")).groups()

    assert results(5) == results(5) != results(6)


def test_log_and_plots_go_where_they_are_told(train, tmp_path):
    answer = train(*QUICK, "--log", "my.log", "--plots", "a/b")
    assert answer.returncode == 0, answer.stderr
    assert LINE.match((tmp_path / "my.log").read_text("utf-8"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "my.log"]
    assert sorted(path.name for path in (tmp_path / "a" / "b").iterdir()) == PICTURES


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-2)])
def test_beside_torch_the_losses_lie_on_each_other(train, tmp_path, dtype, tolerance):
    answer = train(*QUICK, "--beside-torch", "--dtype", dtype, OPENBLAS_NUM_THREADS="1")
    assert answer.returncode == 0, answer.stderr
    assert float(re.search(r"losses of 10 batches: relative difference at most (\S+),", answer.stdout)[1]) < tolerance
    assert f"the project's LeNet in {dtype}" in answer.stdout
    first, second = LINE.findall(answer.stdout)
    assert first[0] == second[0] == "1"
    assert (tmp_path / "plots" / "comparison.png").read_bytes().startswith(PNG)
    assert len((tmp_path / "log.txt").read_text("utf-8").splitlines()) == 1


def test_beside_torch_without_torch(train, tmp_path):
    (tmp_path / "torch.py").write_text("raise ImportError('gone')")
    answer = train(*QUICK, "--beside-torch", PYTHONPATH=f"{tmp_path}{os.pathsep}{ROOT}")
    assert answer.returncode == 2
    assert "needs PyTorch: pip install torch" in answer.stderr
    assert answer.stderr.count("\n") == 1
    assert not (tmp_path / "log.txt").exists()


def test_beside_torch_is_not_for_a_submission(train, tmp_path):
    answer = train(*QUICK, "--beside-torch", "--submission", EXAMPLES / "example_native")
    assert answer.returncode == 2
    assert "not a --submission" in answer.stderr
    assert "running the code" not in answer.stdout


def test_mnist_from_either_place(train, mnist_dir):
    for answer in (
        train("--data", "mnist", "--data-dir", mnist_dir, *QUICK),
        train("--data", "mnist", *QUICK, MNIST_DIR=str(mnist_dir)),
    ):
        assert answer.returncode == 0, answer.stderr
        assert "mnist: 6 batches of 20 an epoch, 30 images for the test" in answer.stdout


@pytest.mark.parametrize("example", ["example_fau", "example_native"])
@pytest.mark.parametrize("rate", [[], ["--lr", "1e-3"]])
def test_your_own_layers(example, rate, train, tmp_path):
    answer = train(*QUICK, *rate, "--submission", EXAMPLES / example)
    assert answer.returncode == 0, answer.stderr
    assert "do this with your own code only" in answer.stdout
    made = "LeNet put together from your layers, Adam with learning rate 0.001" if rate else "LeNet as your own build()"
    assert made in answer.stdout
    assert sorted(path.name for path in (tmp_path / "plots").iterdir()) == PICTURES
    assert "test accuracy" in answer.stdout


def test_an_unfinished_submission_is_told_what_to_write(train):
    answer = train(*QUICK, "--submission", EXAMPLES / "template")
    assert answer.returncode == 1
    place, line = answer.stderr.removesuffix(": LeNet is yours to write\n").rsplit(":", 1)
    assert place == str(EXAMPLES / "template" / "network.py")
    assert line.isdecimal()


def test_an_exception_of_a_submission_keeps_its_traceback(train, tmp_path):
    write_exercise(tmp_path / "mine")
    (tmp_path / "mine" / "Models").mkdir()
    (tmp_path / "mine" / "Models" / "LeNet.py").write_text("def build(): raise KeyError('mine')\n")
    answer = train(*QUICK, "--submission", "mine")
    assert answer.returncode == 1
    assert "Traceback" in answer.stderr
    assert answer.stderr.splitlines()[-1] == "KeyError: 'mine'"


def test_a_folder_for_data_that_is_not_there(train):
    answer = train("--data-dir", "none")
    assert answer.returncode == 2
    assert answer.stderr == "python -m framework.train_lenet: --data-dir none: no such folder (--help tells more)\n"


def write_exercise(folder, leave_out=()):
    """Write the exercise's files with classes that do nothing; `leave_out` names classes that are not there."""
    for modules in _MODULES.values():
        for name, module in modules.items():
            path = folder / f"{module.replace('.', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            body = f"class {name}:\n    def __init__(self, *args): self.args = args\n"
            body += "    def append_layer(self, layer): self.__dict__.setdefault('layers', []).append(layer)\n"
            body += "    def add_regularizer(self, regularizer): self.regularizer = regularizer\n"
            with path.open("a") as file:
                file.write("" if name in leave_out else body)


@pytest.fixture
def fresh_imports(monkeypatch):
    """Forget what a test imports from a hand-in, and where it was."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


@pytest.mark.usefixtures("fresh_imports")
@pytest.mark.parametrize("below", ["", "src_to_implement", "exercise/src_to_implement"])
def test_the_exercises_layout_is_found_up_to_two_folders_down(below, tmp_path):
    write_exercise(tmp_path / below)
    network, remark = build(tmp_path, None)
    assert [layer.args for layer in network.layers if layer.args] == [
        *(((1, 1), (1, 5, 5), 6), ((2, 2), (2, 2))),
        *(((1, 1), (6, 5, 5), 16), ((2, 2), (2, 2))),
        *((784, 120), (120, 84), (84, 10)),
    ]
    optimizer, he, constant = network.args
    assert optimizer.args == (5e-4, 0.9, 0.999)
    assert optimizer.regularizer.args == (4e-4,)
    assert (type(he).__name__, constant.args) == ("He", (0.1,))
    assert type(network.loss_layer).__name__ == "CrossEntropyLoss"
    assert remark == "LeNet put together from your layers, Adam with learning rate 0.0005"


@pytest.mark.usefixtures("fresh_imports")
def test_lenet_without_a_regularizer_yet(tmp_path):
    write_exercise(tmp_path, leave_out=["L2_Regularizer"])
    _, remark = build(tmp_path, 0.25)
    assert remark.endswith("Adam with learning rate 0.25, no L2_Regularizer yet")


@pytest.mark.usefixtures("fresh_imports")
@pytest.mark.parametrize("missing", ["Conv", "SoftMax", "Adam", "He", "CrossEntropyLoss", "NeuralNetwork"])
def test_a_class_that_is_not_there_yet(missing, tmp_path):
    write_exercise(tmp_path, leave_out=[missing])
    with pytest.raises(OwnCodeError, match=f"LeNet needs {missing}, which your "):
        build(tmp_path, None)


@pytest.mark.usefixtures("fresh_imports")
def test_what_your_code_raises_comes_through(tmp_path):
    write_exercise(tmp_path)
    (tmp_path / "Layers" / "Conv.py").write_text("import no_such_module")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        build(tmp_path, None)


@pytest.mark.usefixtures("fresh_imports")
def test_an_entry_point_may_be_an_object_in_a_module(tmp_path):
    table = '[project.entry-points.backcheck]\nmine = "hooks:Holder.plugin"\n'
    (tmp_path / "pyproject.toml").write_text(table)
    (tmp_path / "hooks.py").write_text(
        "from framework.hookspecs import hookimpl\n"
        "class Plugin:\n    @hookimpl\n    def backcheck_network(self): return {'LeNet': lambda: 'mine'}\n"
        "class Holder: plugin = Plugin()\n"
    )
    assert build(tmp_path, None) == ("mine", "LeNet as your own build() makes it")


def test_ctrl_c_keeps_what_was_learnt(tmp_path):
    # A shell that starts jobs in the background lets them ignore the signal, and the command would inherit that.
    process = subprocess.Popen(
        [*COMMAND, "--limit", "400", "--epochs", "100000", "--save", "state.npz"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    try:
        while not process.stdout.readline().startswith("epoch 2"):
            assert process.poll() is None, process.stderr.read()
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=60)
    finally:
        watchdog.cancel()
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert errors == ""
    assert "test accuracy" in output
    assert re.search(r"^interrupted after \d+ batches\ngo on with --resume state.npz$", output, re.MULTILINE)
    *epochs, last = (tmp_path / "log.txt").read_text("utf-8").splitlines()
    assert len(epochs) >= 2
    assert all(LINE.fullmatch(line) for line in epochs)
    assert re.fullmatch(r"# interrupted after \d+ batches", last)
    for name in ("loss.png", "accuracy.png"):
        assert (tmp_path / "plots" / name).read_bytes().startswith(PNG)


class Swallowing:
    """A network whose author wrote `except:`; it presses Ctrl-C itself, `presses` times, in its third batch."""

    def __init__(self, stop, presses):
        self.stop, self.presses, self.loss = stop, presses, []

    def train(self, iterations):
        self.loss.append(1.0)
        for _ in range(self.presses if len(self.loss) == 3 else 0):
            try:
                self.stop(signal.SIGINT, None)
            except:  # noqa: E722 - students do
                self.loss.append(2.0)

    def test(self, x):
        return np.eye(10)[[0] * len(x)]


@pytest.mark.parametrize(("presses", "raised"), [(1, 0), (2, 1)])
def test_the_first_ctrl_c_is_patient_and_none_is_lost(presses, raised):
    stop, history, data = Stop(), History(4), load("digits8x8")
    network = Swallowing(stop, presses)
    stop.patient = True
    with pytest.raises(KeyboardInterrupt):
        fit(network, data, Batches(data.train_x[:40], data.train_y[:40], 10), 1, history, print, stop)
    assert len(history.losses) == 3
    assert network.loss.count(2.0) == raised


def test_ctrl_c_outside_the_loop_is_heard_at_once():
    with pytest.raises(KeyboardInterrupt):
        Stop()(signal.SIGINT, None)


def test_a_terminal_shows_a_bar(tmp_path):
    pty = pytest.importorskip("pty")
    near, far = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with os.fdopen(near, "rb", buffering=0) as screen, os.fdopen(far, "wb") as terminal:
        command = [*COMMAND, *QUICK]
        subprocess.run(
            command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=terminal, check=True, timeout=60
        )
        os.set_blocking(screen.fileno(), False)
        shown = screen.read(100_000).decode()
    assert "epoch 1/1" in shown
    assert "images/s" in shown


def test_plain_lines_without_a_terminal(capsys, monkeypatch):
    clock = iter([0.0, 4.0, 11.0, 12.0])
    monkeypatch.setattr(training, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    tell = training._PlainLines("epoch 1/2", 300)
    for loss in (3.0, 2.0, 1.0):
        tell(100, loss)
    assert capsys.readouterr().err == "epoch 1/2: 200 of 300 images, loss 2.0000, 18 images/s\n"


def test_wrong_arguments_of_the_real_command(train):
    for arguments in (["--epochs", "-1"], ["--data", "mnist"], ["--submission", "nowhere"], ["--data", "cifar"]):
        answer = train(*arguments)
        assert answer.returncode == 2
        assert answer.stderr.count("\n") == 1
        assert "Traceback" not in answer.stderr


def test_corrupt_mnist(train, mnist_dir, write_idx):
    path = mnist_dir / MNIST_FILES[2]
    good = path.read_bytes()
    for bad in (b"not gzip", good[:-20], good[:10]):
        path.write_bytes(bad)
        answer = train("--data", "mnist", "--data-dir", mnist_dir)
        assert answer.returncode == 2
        assert re.fullmatch(rf".*{MNIST_FILES[2]} is corrupt: .*\n", answer.stderr)


@pytest.mark.usefixtures("fresh_imports")
@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("[project", "cannot be read"),
        ("project = 3", "cannot be read"),
        ("[project.entry-points.backcheck]\nmine = 3", "must hold lines like"),
        ("[project]\nname = 'x'", "holds neither"),
    ],
)
def test_a_wrong_pyproject(toml, message, tmp_path):
    (tmp_path / "pyproject.toml").write_text(toml)
    with pytest.raises(OwnCodeError, match=message):
        build(tmp_path, None)


def test_plots_of_a_run_that_went_astray(tmp_path):
    nothing, diverged = History(4), History(4, [float("nan")] * 8, [Epoch(1, float("nan"), 0.1, 1.0)])
    assert write_plots(nothing, tmp_path) == []
    assert write_plots(diverged, tmp_path) == [tmp_path / "loss.png", tmp_path / "accuracy.png"]
    assert write_plots(History(4, [1.0]), tmp_path) == [tmp_path / "loss.png"]
    assert write_confusion(nothing.confusion, tmp_path) == []
    assert write_confusion(np.diag([3, 0, 2]), tmp_path) == [tmp_path / "confusion.png"]
    assert write_kernels(np.zeros((0, 1, 1, 1)), tmp_path) == []
    assert write_kernels(np.full((6, 1, 5, 5), np.nan), tmp_path) == []
    assert write_kernels(np.zeros((7, 2, 3, 3)), tmp_path) == [tmp_path / "kernels.png"]
