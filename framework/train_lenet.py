"""python -m framework.train_lenet: train LeNet on digits or MNIST and see how well it does.

By default it trains the project's own layers; `--submission` trains yours. On the way it writes one line per epoch to
a log file, and at the end pictures of loss and accuracy.
"""

from __future__ import annotations

import argparse
import copy
import math
import random
import signal
import sys
from pathlib import Path
from typing import NoReturn

import numpy as np

from framework import datasets
from framework.datasets import Batches, Dataset
from framework.training import Epoch, History, Stop, Trainable, fit

LEARNING_RATE = 5e-4  # the exercise's
PENALTY = 4e-4  # likewise

LR_HELP = f"""\
learning rate of Adam (default {LEARNING_RATE:g}); with --submission it also means that LeNet is put together from your
layers, even if you have a build() of your own"""

SUBMISSION_HELP = """\
train your own layers instead of the project's: a folder with a pyproject.toml, or with Layers/, Optimization/ and so
on. Runs YOUR OWN CODE unprotected, see below"""

DTYPE_HELP = "precision of the project's LeNet: float64 (default) or float32, which is about twice as fast"

BESIDE_HELP = """\
afterwards train the same network in PyTorch (which must be installed), from the same weights on the same batches;
compare speed, losses and accuracy, and draw both into comparison.png"""

EPILOG = """\
data sets:
  digits     1,797 small handwritten digits, brought to 28x28; part of the project (data/), learnt in seconds
  mnist      60,000 handwritten digits to learn from, 10,000 to be tested on. Not part of the project: put
             train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and
             t10k-labels-idx1-ubyte.gz into a folder, and name it with --data-dir or the variable MNIST_DIR

examples:
  python -m framework.train_lenet --epochs 10
  python -m framework.train_lenet --data mnist --data-dir ~/mnist --epochs 1
  OPENBLAS_NUM_THREADS=1 python -m framework.train_lenet --data mnist --epochs 1 --beside-torch
  python -m framework.train_lenet --submission submissions/mine --limit 500 --epochs 1

--submission imports and runs the code in that folder inside this process, with everything that you may do on this
machine. Use it for your own code only; somebody else's is for `python dispatch.py`, which runs it behind walls.

Ctrl-C stops the training after the current batch and keeps what was learnt so far: the log and the pictures are
written (a second Ctrl-C stops at once). Exit code: 0 trained to the end, 1 your own code raised an exception, 2 wrong
arguments or missing data, 130 after Ctrl-C.
"""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong; argparse would put the whole usage in front."""
        self.exit(2, f"{self.prog}: {message} (--help tells more)\n")


def main(argv: list[str] | None = None) -> int:
    """Train as the arguments say; return the exit code. Wrong arguments raise SystemExit(2)."""
    parser = _build_parser()
    args = parser.parse_args(argv)
    stop = Stop()
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # a background job of a shell is told to ignore Ctrl-C: so be it
        signal.signal(signal.SIGINT, stop)
    try:
        return _run(args, parser, stop)
    except KeyboardInterrupt:  # outside the training; what happens during it is kept, see `_train`
        return 130
    finally:
        signal.signal(signal.SIGINT, before)


def _run(args: argparse.Namespace, parser: argparse.ArgumentParser, stop: Stop) -> int:
    """Load the data, build the network, open the log; then train."""
    # One seed for everything, but a stream of its own for the order of the images and one for the first weights.
    order, weights = np.random.SeedSequence(args.seed).spawn(2)
    same_order = copy.deepcopy(order)
    try:
        data = datasets.load(args.data, args.data_dir, args.seed)
        batches = Batches(data.train_x[: args.limit], data.train_y[: args.limit], args.batch_size, order)
    except (OSError, ValueError) as exc:
        parser.error(str(exc))
    if data.train_x.shape[1:] != (1, 28, 28):
        parser.error(f"LeNet reads images of 28x28 pixels, and {args.data} has none")
    if args.submission and args.beside_torch:
        parser.error("--beside-torch compares the project's own LeNet, not a --submission")
    if args.submission:
        network, remark = _own_network(args, weights, parser)
    else:
        network, remark = _reference(args.lr, args.dtype, weights)
    peer = _peer(network, args, parser) if args.beside_torch else None
    try:
        args.plots.mkdir(parents=True, exist_ok=True)
        args.log.write_text("", encoding="utf-8")
    except OSError as exc:
        parser.error(f"cannot write the results: {exc}")
    print(f"{args.data}: {len(batches)} batches of {args.batch_size} an epoch, {len(data.test_x)} images for the test")
    print(f"{remark}; seed {args.seed}", flush=True)
    history = History(len(batches))
    code = _train(network, data, batches, args, stop, history)
    if peer is None or code:
        return code
    print("\nthe same in PyTorch, from the same weights and batches", flush=True)
    again = Batches(data.train_x[: args.limit], data.train_y[: args.limit], args.batch_size, same_order)
    return _train_beside(peer, data, again, args, stop, history)


def _reference(learning_rate: float | None, dtype: str, weights: np.random.SeedSequence) -> tuple[Trainable, str]:
    """Return the project's own LeNet, the fast one, and a remark on it."""
    from framework.reference.fast.adam import Adam
    from framework.reference.fast.lenet import build
    from framework.reference.l2_regularizer import L2_Regularizer

    rate = LEARNING_RATE if learning_rate is None else learning_rate
    optimizer = Adam(rate, 0.9, 0.999)
    optimizer.add_regularizer(L2_Regularizer(PENALTY))
    network = build(optimizer, rng=np.random.default_rng(weights), dtype=dtype, fused=True)
    return network, f"the project's LeNet in {dtype}, Adam with learning rate {rate:g}"


def _peer(network: Trainable, args: argparse.Namespace, parser: argparse.ArgumentParser) -> Trainable:
    """Return the network in PyTorch, with the weights that `network` has before it is trained."""
    from framework.reference.neural_network import NeuralNetwork
    from framework.torch_lenet import TorchLeNet

    assert isinstance(network, NeuralNetwork)  # it is the project's own: `_run` has refused submissions
    try:
        return TorchLeNet(network, LEARNING_RATE if args.lr is None else args.lr, PENALTY)
    except ImportError:
        parser.error("--beside-torch needs PyTorch: pip install torch")


def _own_network(
    args: argparse.Namespace, weights: np.random.SeedSequence, parser: argparse.ArgumentParser
) -> tuple[Trainable, str]:
    """Return LeNet made of the classes in `args.submission` and a remark on it."""
    from framework.own_code import OwnCodeError, build

    print(
        f"running the code in {args.submission} inside this process, unprotected: do this with your own code only",
        flush=True,
    )
    # Reaches `random` and `np.random`; a `default_rng()` without a seed draws other weights each time.
    first, second = (int(word) for word in weights.generate_state(2))
    random.seed(first)
    np.random.seed(second)
    try:
        return build(args.submission, args.lr)
    except OwnCodeError as exc:
        parser.error(str(exc))


def _train(
    network: Trainable, data: Dataset, batches: Batches, args: argparse.Namespace, stop: Stop, history: History
) -> int:
    """Train; whatever ends it, write the log and the pictures of what there is. Return the exit code."""

    def report(epoch: Epoch) -> None:
        _write_log(history, args.log)
        print(epoch, flush=True)

    try:
        stop.patient = True
        fit(network, data, batches, args.epochs, history, report, stop)
    except KeyboardInterrupt:
        history.note = f"# interrupted after {len(history.losses)} batches"
        print(history.note)
        return 130
    finally:
        stop.patient = False
        _finish(history, args)
    return 0


def _train_beside(
    peer: Trainable, data: Dataset, batches: Batches, args: argparse.Namespace, stop: Stop, ours: History
) -> int:
    """Train the peer on the same batches, and say and draw how it compares. Return the exit code."""
    from framework.plots import write_comparison
    from framework.torch_lenet import comparison

    history = History(len(batches))
    try:
        stop.patient = True
        fit(peer, data, batches, args.epochs, history, lambda epoch: print(epoch, flush=True), stop)
    except KeyboardInterrupt:
        print(f"# interrupted after {len(history.losses)} batches of PyTorch: no comparison")
        return 130
    finally:
        stop.patient = False
    print(*comparison(ours, history, args.batch_size), sep="\n")
    print("written:", write_comparison(ours, history, args.plots))
    return 0


def _write_log(history: History, path: Path) -> None:
    """Write the whole log anew, so that an interrupt at any moment leaves no line out and none twice."""
    lines = [str(epoch) for epoch in history.epochs] + ([history.note] if history.note else [])
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _finish(history: History, args: argparse.Namespace) -> None:
    """Write what is left to write and say what came out."""
    from framework.plots import write_plots

    _write_log(history, args.log)
    written = [args.log, *write_plots(history, args.plots)]
    if history.epochs:
        last, best = history.epochs[-1], max(history.epochs, key=lambda epoch: epoch.accuracy)
        print(f"test accuracy {last.accuracy:.2%} (best {best.accuracy:.2%}, after epoch {best.number})")
    print("written:", ", ".join(map(str, written)), flush=True)


def _build_parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m framework.train_lenet",
        description="Train LeNet on handwritten digits; write a log and pictures of loss and accuracy.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--data", choices=datasets.NAMES, default="digits", metavar="NAME", help="digits (default) or mnist, see below")
    add("--data-dir", type=Path, metavar="DIR", help="the folder that the data files are in")
    add("--epochs", type=_count, default=5, metavar="N", help="how often to go through all images (default 5)")
    add("--batch-size", type=_count, default=50, metavar="N", help="images per update (default 50)")
    add("--lr", type=_rate, metavar="RATE", help=LR_HELP)
    add("--seed", type=_seed, default=0, metavar="N", help="fixes split, order and first weights (default 0)")
    add("--limit", type=_count, metavar="N", help="learn from the first N images only, for a quick trial")
    add("--submission", type=Path, metavar="DIR", help=SUBMISSION_HELP)
    add("--dtype", choices=("float64", "float32"), default="float64", help=DTYPE_HELP)
    add("--beside-torch", action="store_true", help=BESIDE_HELP)
    add("--log", type=Path, default=Path("log.txt"), metavar="FILE", help="one line per epoch (default log.txt)")
    add("--plots", type=Path, default=Path("plots"), metavar="DIR", help="folder for the pictures (default plots/)")
    return parser


def _count(text: str) -> int:
    """Read a whole number of at least 1."""
    number = _whole(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return number


def _seed(text: str) -> int:
    """Read a whole number of at least 0."""
    number = _whole(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"must not be negative, as {text} is")
    return number


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r}") from None


def _rate(text: str) -> float:
    """Read a positive, finite number."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"must be a positive number, not {text!r}")
    return number


if __name__ == "__main__":
    sys.exit(main())
