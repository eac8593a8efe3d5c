"""The options of `python -m framework.train_lenet`, and what their texts mean."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from framework import datasets

LEARNING_RATES = {"adam": 5e-4, "momentum": 2e-4, "sgd": 1e-3}  # Adam's is the exercise's
MOMENTUM_RATE = 0.9

OPTIMIZER_HELP = f"""\
what makes steps of the gradients of the project's LeNet: adam (default), momentum (rate {MOMENTUM_RATE:g}) or sgd"""

LR_HELP = f"""\
learning rate (default: {", ".join(f"{name} {rate:g}" for name, rate in LEARNING_RATES.items())}; the loss of a batch
is a sum, so smaller batches take larger rates); with --submission that of Adam, and it also means that LeNet is put
together from your layers, even if you have a build() of your own"""

CONSTRAINT_HELP = """\
penalty on the weights of the project's LeNet, and its strength: l2=4e-4 (default), l1=1e-4 and so on, or none"""

SAVE_HELP = """\
write the state of the run to FILE after every epoch and at Ctrl-C: weights, optimizers, order of the images, results"""

RESUME_HELP = """\
go on from a FILE that --save wrote, with the same options as then: the numbers are those of a run without a break.
--epochs counts from the first start. Writes to FILE only if --save names it, too"""

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
             t10k-labels-idx1-ubyte.gz into a folder, and name it with --data-dir or the variable MNIST_DIR.
             Without either they are downloaded, once, if pooch is there (pip install pooch); MNIST_MIRROR names
             another address to take them from

examples:
  python -m framework.train_lenet --epochs 10
  python -m framework.train_lenet --data mnist --data-dir ~/mnist --epochs 1
  python -m framework.train_lenet --optimizer momentum --lr 1e-4 --constraint l1=1e-4
  python -m framework.train_lenet --epochs 5 --save lenet.npz
  python -m framework.train_lenet --epochs 10 --resume lenet.npz --save lenet.npz
  OPENBLAS_NUM_THREADS=1 python -m framework.train_lenet --data mnist --epochs 1 --beside-torch
  python -m framework.train_lenet --submission submissions/mine --limit 500 --epochs 1

--submission imports and runs the code in that folder inside this process, with everything that you may do on this
machine. Use it for your own code only; somebody else's is for `python dispatch.py`, which runs it behind walls.

Ctrl-C stops the training after the current batch and keeps what was learnt so far: the log and the pictures
are written, and the file of --save (a second Ctrl-C stops at once). Exit code: 0 trained to the end, 1 your
own code raised an exception, 2 wrong arguments or missing data, 130 after Ctrl-C.
"""


@dataclass(frozen=True)
class Constraint:
    """A penalty on the weights: `kind` l1, l2 or none, and its strength."""

    kind: str
    alpha: float

    def __str__(self) -> str:
        return self.kind if self.kind == "none" else f"{self.kind}={self.alpha:g}"


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Say in one line what is wrong; argparse would put the whole usage in front."""
        self.exit(2, f"{self.prog}: {message} (--help tells more)\n")


def build_parser() -> Parser:
    """Return the parser of the command line."""
    parser = Parser(
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
    add("--optimizer", choices=tuple(LEARNING_RATES), default="adam", metavar="NAME", help=OPTIMIZER_HELP)
    add("--lr", type=_rate, metavar="RATE", help=LR_HELP)
    add("--constraint", type=constraint, default=Constraint("l2", 4e-4), metavar="KIND=ALPHA", help=CONSTRAINT_HELP)
    add("--seed", type=_seed, default=0, metavar="N", help="fixes split, order and first weights (default 0)")
    add("--limit", type=_count, metavar="N", help="learn from the first N images only, for a quick trial")
    add("--submission", type=Path, metavar="DIR", help=SUBMISSION_HELP)
    add("--dtype", choices=("float64", "float32"), default="float64", help=DTYPE_HELP)
    add("--save", type=Path, metavar="FILE", help=SAVE_HELP)
    add("--resume", type=Path, metavar="FILE", help=RESUME_HELP)
    add("--beside-torch", action="store_true", help=BESIDE_HELP)
    add("--log", type=Path, default=Path("log.txt"), metavar="FILE", help="one line per epoch (default log.txt)")
    add("--plots", type=Path, default=Path("plots"), metavar="DIR", help="folder for the pictures (default plots/)")
    return parser


def constraint(text: str) -> Constraint:
    """Read `l1=4e-4`, `l2=4e-4` or `none`."""
    kind, sign, alpha = text.strip().lower().partition("=")
    if kind == "none" and not sign:
        return Constraint("none", 0.0)
    if kind not in ("l1", "l2") or not sign:
        raise argparse.ArgumentTypeError(f"must be l1=ALPHA, l2=ALPHA or none, not {text!r}")
    return Constraint(kind, _rate(alpha))


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
