"""The transcript in `grader/README.md` is what really travels; run this file as a script to print it."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest

from grader import hookspecs
from grader.checks.define import SUBJECTS
from grader.guest import wire
from grader.model import Check
from grader.plugins import load_registry
from grader.sandbox import session as session_module
from grader.sandbox.channel import Channel
from grader.sandbox.session import Session
from tests.grader.guests import launch
from tests.grader.handins import written

NOTE = Path(__file__).parent.parent.parent / "grader" / "README.md"
RELU = """
import numpy as np
class ReLU:
    def forward(self, x):
        return np.maximum(0, x)
"""
_KINDS = {wire.CALL: "CALL", wire.DONE: "DONE", wire.FAIL: "FAIL", wire.ARRAY: "ARRAY", wire.TEXT: "TEXT"}


def transcript(monkeypatch: pytest.MonkeyPatch) -> str:
    """Return request and reply of one forward pass, frame by frame."""
    sent, received = bytearray(), bytearray()
    send, read = Channel.send, Channel.read

    def spy_send(self: Channel, pieces: Sequence[bytes | memoryview], seconds: float) -> None:
        sent[:], received[:] = b"".join(pieces), b""
        send(self, pieces, seconds)

    def spy_read(self: Channel, count: int) -> bytes:
        data = read(self, count)
        received.extend(data)
        return data

    monkeypatch.setattr(Channel, "send", spy_send)
    monkeypatch.setattr(Channel, "read", spy_read)
    monkeypatch.setattr(session_module.secrets, "randbits", lambda bits: 0x0123456789ABCDEF)
    session = Session(written(Layers__ReLU=RELU), launch)
    try:
        session.ask("make", {"handle": 1, "kind": "layer", "component": "ReLU", "init": {}, "seed": 0})
        answer = session.ask("call", {"handle": 1, "method": "forward"}, {"x": np.array([[1.0, -2.0]])})
    finally:
        session.close()
    assert np.array_equal(answer[""], [[1.0, 0.0]])
    return f"request\n{_frames(bytes(sent))}reply\n{_frames(bytes(received))}"


def _frames(data: bytes) -> str:
    lines = []
    while data:
        magic, kind, _, ndim, _, number, name, *rest = wire.HEADER.unpack(data[: wire.HEADER.size])
        *dims, nbytes = rest
        payload, data = data[wire.HEADER.size :][:nbytes], data[wire.HEADER.size + nbytes :]
        shown = json.dumps(json.loads(payload)) if kind == wire.CALL else payload.hex(" ", 8)
        label = name.rstrip(b"\0").decode()
        fields = f"{magic.decode()} {_KINDS[kind]:5} id={number:016x} name={label!r:3} dims={tuple(dims[:ndim])}"
        lines.append(f"  {fields} nbytes={nbytes}\n" + (f"    {shown}\n" if shown else ""))
    return "".join(lines)


def inventory() -> str:
    """Return one line per task with its checks, and one with what every layer, loss, … is asked."""
    known = load_registry()
    kinds = sorted({trait for check in known.checks for trait in check.traits} & set(SUBJECTS))
    lines = [f"- every {k}: {_names(c for c in known.checks if k in c.traits)}" for k in kinds]
    lines += [f"- {task.name}: {_names(task.checks) or 'nothing more'}" for task in known.tasks.values()]
    return "\n".join(line for text in lines for line in textwrap.wrap(text, 118, subsequent_indent="  ")) + "\n"


def _names(checks: Iterable[Check]) -> str:
    return ", ".join(f"`{check.name}`" for check in checks)


def test_every_task_check_and_hook_is_in_the_note() -> None:
    text = NOTE.read_text(encoding="utf-8")
    assert inventory() in text
    hooks = [name for name in vars(hookspecs) if name.startswith("backcheck_")]
    authors = (NOTE.parent / "AUTHORS.md").read_text(encoding="utf-8")
    assert not [name for name in hooks if f"`{name}`" not in authors]


def test_the_transcript_in_the_note_is_what_travels(monkeypatch: pytest.MonkeyPatch) -> None:
    assert transcript(monkeypatch) in NOTE.read_text(encoding="utf-8")


if __name__ == "__main__":
    with pytest.MonkeyPatch.context() as context:
        print(transcript(context), end="")
    print(inventory(), end="")
