"""The table: what is compared with what, and how far the project wants to get. N batch, T time, U hidden units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

DTYPES = ("float32", "float64")


@dataclass(frozen=True)
class Row:
    """One comparison: two pieces of work (`works/`), and the ratio ours / peer that it should not exceed.

    `beyond` is the goal beyond that one. `flops` are the multiplications and additions of the work as mathematics has
    it, for a look at how far from the machine's best speed it is; 0 if they are not what the time goes into.
    """

    name: str
    title: str
    dtype: str
    ours: str
    peer: str
    goal: float
    beyond: float | None = None
    ours_options: dict[str, object] = field(default_factory=dict)
    peer_options: dict[str, object] = field(default_factory=dict)
    flops: int = 0


def all_rows() -> list[Row]:
    """Return every row of the table, in its order."""
    return [*_lenet(), *_rnn(), *_layers(), *_other_peers()]


def lenet_flops(N: int, second: str, *, forward: bool = False) -> int:
    """Return the operations of a LeNet step (or its forward pass) without anything elementwise.

    A product and a sum for every weight and every output that it takes part in; in a step twice as many again for the
    gradients, of which the first layer's input needs none.
    """
    side = 14 if second == "same" else 10
    first, others = 28 * 28 * 6 * 25, side * side * 16 * 150 + (side // 2) ** 2 * 16 * 120 + 120 * 84 + 84 * 10
    return 2 * N * (first + others if forward else 2 * first + 3 * others)


def _lenet() -> Iterator[Row]:
    goals = {  # (second convolution, fused, N): for float32 the goal and the one beyond, and for float64
        ("same", False, 50): ((0.72, 0.65), (0.78, 0.70)),
        ("same", False, 256): ((0.80, 0.70), (0.75, 0.65)),
        ("same", True, 50): ((0.58, 0.50), (0.64, 0.55)),
        ("same", True, 256): ((0.68, 0.55), (0.60, 0.50)),
        ("valid", False, 50): ((0.63, 0.58), (0.55, 0.50)),
        ("valid", False, 256): ((0.55, 0.50), (0.45, 0.40)),
        ("valid", True, 50): ((0.48, 0.42), (0.42, 0.36)),
        ("valid", True, 256): ((0.42, 0.36), (0.36, 0.30)),
    }
    for (second, fused, N), both in goals.items():
        for dtype, (goal, beyond) in zip(DTYPES, both, strict=True):
            yield _lenet_row(f"LeNet step, second convolution {second}", second, fused, N, dtype, goal, beyond)
    for dtype, goal in zip(DTYPES, (0.36, 0.38), strict=True):
        yield _lenet_row("LeNet forward only, valid", "valid", True, 256, dtype, goal, 0.33, forward=True)


def _lenet_row(
    title: str, second: str, fused: bool, N: int, dtype: str, goal: float, beyond: float, forward: bool = False
) -> Row:
    options: dict[str, object] = {"N": N, "dtype": dtype, "second": second, "forward": forward}
    kind = "fused" if fused else "layers"
    return Row(
        name=f"lenet-{'forward-' if forward else ''}{second}-{kind}-{N}",
        title=f"{title}, {'fused' if fused else 'layer by layer'}, N={N}",
        dtype=dtype,
        ours="lenet:ours",
        peer="lenet:torch",
        goal=goal,
        beyond=beyond,
        ours_options=options | {"fused": fused},
        peer_options=options,
        flops=lenet_flops(N, second, forward=forward),
    )


def _rnn() -> Iterator[Row]:
    goals = {1: ((0.16, 0.13), (0.20, 0.16)), 32: ((0.50, 0.45), (0.75, 0.65))}
    for batch, both in goals.items():
        for dtype, (goal, beyond) in zip(DTYPES, both, strict=True):
            options: dict[str, object] = {"batch": batch, "dtype": dtype}
            yield Row(
                name=f"rnn-{batch}",
                title=f"RNN forward + backward, T=50 U=100, batch {batch}",
                dtype=dtype,
                ours="rnn:ours",
                peer="rnn:torch",
                goal=goal,
                beyond=beyond,
                ours_options=options,
                peer_options=options,
                flops=2 * 3 * 50 * batch * (64 * 100 + 100 * 100 + 100 * 10),
            )


def _layers() -> Iterator[Row]:
    titles = {
        "batch_normalization": "BatchNorm forward + backward, 64x16x28x28",
        "dropout": "Dropout forward + backward, 64x16x28x28",
        "pooling": "Pooling forward + backward, 64x16x28x28",
        "soft_max_and_cross_entropy": "SoftMax + cross entropy forward + backward, 256x10",
        "adam": "Adam, one step of LeNet's 107,786 parameters",
    }
    for work, title in titles.items():
        for dtype, goal in zip(DTYPES, (0.9, 1.0), strict=True):
            options: dict[str, object] = {"dtype": dtype}
            name = work.replace("_", "-")
            yield Row(name, title, dtype, f"layers:{work}", f"layers:torch_{work}", goal, None, options, options)


def _other_peers() -> Iterator[Row]:
    for name, title, peer, dtype, goal in (
        ("textbook", "textbook im2col", "lenet:general", "float32", 1 / 4),
        ("autograd", "HIPS autograd", "lenet:autograd", "float64", 1 / 10),
    ):
        options: dict[str, object] = {"N": 50, "dtype": dtype}
        yield Row(
            name=name,
            title=f"LeNet step, same, fused, N=50, against {title}",
            dtype=dtype,
            ours="lenet:ours",
            peer=peer,
            goal=goal,
            ours_options=options | {"second": "same", "fused": True},
            peer_options=options,
            flops=lenet_flops(50, "same"),
        )
