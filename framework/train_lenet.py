"""python -m framework.train_lenet: train LeNet on digits or MNIST and see how well it does.

By default it trains the project's own layers; `--submission` trains yours. On the way it writes one line per epoch to
a log file, and at the end pictures of loss and accuracy.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import random
import signal
import sys
import traceback
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from framework import datasets
from framework.datasets import Batches, Dataset
from framework.train_options import LEARNING_RATES, MOMENTUM_RATE, Constraint, Parser, build_parser
from framework.training import Epoch, History, Stop, Trainable, fit


def main(argv: list[str] | None = None) -> int:
    """Train as the arguments say; return the exit code. Wrong arguments raise SystemExit(2)."""
    parser = build_parser()
    args = parser.parse_args(argv)
    stop = Stop()
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # a background job of a shell is told to ignore Ctrl-C: so be it
        signal.signal(signal.SIGINT, stop)
    try:
        return _run(args, parser, stop)
    except KeyboardInterrupt:  # outside the training; what happens during it is kept, see `_train`
        return 130
    except NotImplementedError as exc:
        where = _unfinished(args.submission, exc)
        if not where:
            raise
        print(f"{where}: {exc}", file=sys.stderr)
        return 1
    finally:
        signal.signal(signal.SIGINT, before)


def _unfinished(submission: Path | None, exc: NotImplementedError) -> str:
    """Return file and line of the hand-in's own "is yours to write"; nothing if the exception says or is another."""
    last = traceback.extract_tb(exc.__traceback__)[-1]
    if submission is None or not str(exc) or not Path(last.filename).resolve().is_relative_to(submission.resolve()):
        return ""
    return f"{submission / Path(last.filename).resolve().relative_to(submission.resolve())}:{last.lineno}"


def _run(args: argparse.Namespace, parser: Parser, stop: Stop) -> int:
    """Load the data, build the network, open the log; then train."""
    # One seed for everything, but a stream of its own for the order of the images and one for the first weights.
    order, weights = np.random.SeedSequence(args.seed).spawn(2)
    same_order = copy.deepcopy(order)
    if args.data_dir is not None and not args.data_dir.expanduser().is_dir():
        parser.error(f"--data-dir {args.data_dir}: no such folder")
    try:
        data = datasets.load(args.data, args.data_dir, args.seed)
        batches = Batches(data.train_x[: args.limit], data.train_y[: args.limit], args.batch_size, order)
    except (OSError, ValueError) as exc:
        parser.error(str(exc))
    if data.train_x.shape[1:] != (1, 28, 28):
        parser.error(f"LeNet reads images of 28x28 pixels, and {args.data} has none")
    _refuse_contradictions(args, parser)
    if args.submission:
        network, remark = _own_network(args, weights, parser)
    else:
        network, remark = _reference(args, weights)
    peer = _peer(network, args, parser) if args.beside_torch else None
    history = History(len(batches))
    keep = _checkpoints(network, batches, history, data, args, parser)
    try:
        args.plots.mkdir(parents=True, exist_ok=True)
        args.log.write_text("", encoding="utf-8")
    except OSError as exc:
        parser.error(f"cannot write the results: {exc}")
    print(f"{args.data}: {len(batches)} batches of {args.batch_size} an epoch, {len(data.test_x)} images for the test")
    print(f"{remark}; seed {args.seed}", flush=True)
    if history.losses:
        print(f"{args.resume}: goes on after {len(history.epochs)} epochs ({len(history.losses)} batches)", flush=True)
    code = _train(network, data, batches, args, stop, history, keep)
    if peer is None or code:
        return code
    print("\nthe same in PyTorch, from the same weights and batches", flush=True)
    again = Batches(data.train_x[: args.limit], data.train_y[: args.limit], args.batch_size, same_order)
    return _train_beside(peer, data, again, args, stop, history)


def _refuse_contradictions(args: argparse.Namespace, parser: Parser) -> None:
    """End the program where options do not go together."""
    usual = args.optimizer == "adam" and args.constraint.kind == "l2"
    if not args.submission and find_spec("framework.reference") is None:
        parser.error("a student kit holds no LeNet of its own; --submission PATH trains yours")
    if args.submission and args.beside_torch:
        parser.error("--beside-torch compares the project's own LeNet, not a --submission")
    if args.submission and (args.save or args.resume):
        parser.error("--save and --resume know the project's own LeNet, not a --submission")
    if args.submission and (args.optimizer, str(args.constraint)) != ("adam", "l2=0.0004"):
        parser.error("--optimizer and --constraint are for the project's own LeNet, not for a --submission")
    if args.beside_torch and not (usual and args.resume is None):
        parser.error("--beside-torch compares runs with Adam and an L2 penalty, from their start")


def _reference(args: argparse.Namespace, weights: np.random.SeedSequence) -> tuple[Trainable, str]:
    """Return the project's own LeNet, the fast one, and a remark on it."""
    from framework.reference.fast.adam import Adam
    from framework.reference.fast.lenet import build
    from framework.reference.fast.sgd import Sgd
    from framework.reference.fast.sgd_with_momentum import SgdWithMomentum
    from framework.reference.l1_regularizer import L1_Regularizer
    from framework.reference.l2_regularizer import L2_Regularizer

    rate = _rate(args)
    makers: dict[str, Callable[[], Adam | Sgd | SgdWithMomentum]] = {
        "adam": partial(Adam, rate, 0.9, 0.999),
        "momentum": partial(SgdWithMomentum, rate, MOMENTUM_RATE),
        "sgd": partial(Sgd, rate),
    }
    optimizer = makers[args.optimizer]()
    constraint: Constraint = args.constraint
    if constraint.kind != "none":
        kind = L1_Regularizer if constraint.kind == "l1" else L2_Regularizer
        optimizer.add_regularizer(kind(constraint.alpha))
    network = build(optimizer, rng=np.random.default_rng(weights), dtype=args.dtype, fused=True)
    name = {"adam": "Adam", "momentum": f"momentum {MOMENTUM_RATE:g}", "sgd": "Sgd"}[args.optimizer]
    return network, f"the project's LeNet in {args.dtype}, {name} with learning rate {rate:g}, constraint {constraint}"


def _rate(args: argparse.Namespace) -> float:
    """Return the learning rate that was asked for, or the optimizer's usual one."""
    return float(LEARNING_RATES[args.optimizer] if args.lr is None else args.lr)


def _checkpoints(
    network: Trainable, batches: Batches, history: History, data: Dataset, args: argparse.Namespace, parser: Parser
) -> Callable[[], None]:
    """Go on from --resume, if that is asked for; return a function that writes --save's file, or does nothing."""
    from framework import checkpoint
    from framework.reference.neural_network import NeuralNetwork

    if args.save is None and args.resume is None:
        return lambda: None
    assert isinstance(network, NeuralNetwork)  # `_refuse_contradictions` has seen to that
    settings = {
        "--data": args.data,
        "--optimizer": args.optimizer,
        "--lr": _rate(args),
        "--constraint": str(args.constraint),
        "--dtype": args.dtype,
        "--batch-size": args.batch_size,
        "--limit": args.limit,
        "--seed": args.seed,
        "images": checkpoint.fingerprint(data.train_x, data.train_y),
    }
    try:
        if args.save is not None:
            checkpoint.may_be_written(args.save)
        if args.resume is not None:
            checkpoint.resume(args.resume, network, batches, history, settings)
            if len(history.epochs) >= args.epochs:
                done = len(history.epochs)
                parser.error(f"{args.resume} has {done} epochs already; --epochs {done + 1} would go on")
    except checkpoint.CheckpointError as exc:
        parser.error(str(exc))

    def keep() -> None:
        try:
            checkpoint.save(args.save, network, batches, history, settings)
        except OSError as exc:  # a full disk: what was saved before is still whole, and training goes on
            print(f"cannot write {args.save}: {exc.strerror or exc}", file=sys.stderr, flush=True)

    return keep if args.save is not None else lambda: None


def _first_kernels(network: Trainable) -> np.ndarray[Any, Any]:
    """Return the kernels (K, 1, h, w) of the first layer; of size zero where it does not show any."""
    first = next(iter(getattr(network, "layers", [])), None)
    for table in (getattr(first, "parameters", None), vars(first) if hasattr(first, "__dict__") else None):
        with contextlib.suppress(TypeError, KeyError):  # a hand-in's layer may be anything
            kernels = np.asarray(table["W"] if "W" in table else table["weights"])  # type: ignore[index,operator]
            if kernels.ndim == 4:
                return kernels
    return np.zeros((0, 1, 1, 1))


def _peer(network: Trainable, args: argparse.Namespace, parser: Parser) -> Trainable:
    """Return the network in PyTorch, with the weights that `network` has before it is trained."""
    from framework.reference.neural_network import NeuralNetwork
    from framework.torch_lenet import TorchLeNet

    assert isinstance(network, NeuralNetwork)  # it is the project's own: `_run` has refused submissions
    try:
        return TorchLeNet(network, _rate(args), args.constraint.alpha)
    except ImportError:
        parser.error("--beside-torch needs PyTorch: pip install torch")


def _own_network(args: argparse.Namespace, weights: np.random.SeedSequence, parser: Parser) -> tuple[Trainable, str]:
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
    network: Trainable,
    data: Dataset,
    batches: Batches,
    args: argparse.Namespace,
    stop: Stop,
    history: History,
    keep: Callable[[], None],
) -> int:
    """Train; whatever ends it, write the log, the pictures and the checkpoint of what there is. Return the exit code.

    A checkpoint is of a moment between two batches: where a second Ctrl-C cut one short, none is written.
    """

    def report(epoch: Epoch) -> None:
        _write_log(history, args.log)
        keep()
        print(epoch, flush=True)

    try:
        stop.patient = True
        fit(network, data, batches, args.epochs, history, report, stop)
    except KeyboardInterrupt:
        history.note = f"# interrupted after {len(history.losses)} batches"
        print(history.note.removeprefix("# "))
        if stop.between_batches:
            keep()
            if args.save is not None:
                print(f"go on with --resume {args.save}")
        return 130
    finally:
        stop.patient = False
        _finish(network, history, args)
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
        print(f"interrupted after {len(history.losses)} batches of PyTorch: no comparison")
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


def _finish(network: Trainable, history: History, args: argparse.Namespace) -> None:
    """Write what is left to write and say what came out."""
    from framework.plots import write_confusion, write_kernels, write_plots

    _write_log(history, args.log)
    written = [args.log, *write_plots(history, args.plots)]
    written += write_confusion(history.confusion, args.plots) + write_kernels(_first_kernels(network), args.plots)
    if args.save is not None and args.save.is_file():
        written.append(args.save)
    if history.epochs:
        last, best = history.epochs[-1], max(history.epochs, key=lambda epoch: epoch.accuracy)
        print(f"test accuracy {last.accuracy:.2%} (best {best.accuracy:.2%}, after epoch {best.number})")
    print("written:", ", ".join(map(str, written)), flush=True)


if __name__ == "__main__":
    sys.exit(main())
