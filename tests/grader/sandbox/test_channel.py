"""One guest process and its three pipes: deadlines, the cap on output, and an end that leaves nothing behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from grader.sandbox.channel import Channel, ChannelClosed, DeadlinePassed, TooMuchOutput
from grader.sandbox.guests import OwnProcess
from grader.sandbox.threaded_channel import ThreadedChannel
from tests.grader.processes import is_alive, open_descriptors

LONG = 60.0
Start = Callable[..., Channel]


@pytest.fixture(params=[Channel, ThreadedChannel], ids=["polled", "threaded"])
def start(request: pytest.FixtureRequest) -> Iterator[Start]:
    """Start an interpreter on a few lines and open a channel to it: of the usual kind, and of that for Windows."""
    channels: list[Channel] = []

    def begin(code: str, limit: int = 10_000) -> Channel:
        process = subprocess.Popen(
            [sys.executable, "-S", "-E", "-c", "import os, sys, time, signal\n" + code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            bufsize=0,
        )
        channels.append(request.param(OwnProcess(process), limit))
        return channels[-1]

    yield begin
    for channel in channels:
        channel.close()


ECHO = """
while size := sys.stdin.buffer.readline():
    sys.stdout.buffer.write(sys.stdin.buffer.read(int(size)))
    sys.stdout.buffer.flush()
"""


def sized(data: bytes) -> bytes:
    return b"%d\n%b" % (len(data), data)


def test_bytes_go_there_and_back(start: Start) -> None:
    channel = start(ECHO)
    for size in (1, 5, 300_000):
        data = os.urandom(size)
        channel.send([sized(data)], LONG)
        assert channel.read(size - 1) == data[:-1]
        assert channel.read(1) == data[-1:]
        assert not channel.leftover
    assert channel.read(0) == b""


def test_bytes_beyond_the_reply_are_noticed(start: Start) -> None:
    channel = start(ECHO)
    channel.send([sized(b"abcdef")], LONG)
    assert channel.read(3) == b"abc"
    assert channel.leftover


def test_deadline_for_a_reply_that_does_not_come(start: Start) -> None:
    channel = start("time.sleep(600)")
    channel.send([b"x"], 0.1)
    with pytest.raises(DeadlinePassed):
        channel.read(1)


def test_dripping_does_not_extend_the_deadline(start: Start) -> None:
    """A byte every 20 ms would take 20 s for a thousand; two reads share the one deadline."""
    channel = start("os.read(0, 1)\nfor _ in range(1000): os.write(1, b'x'); os.write(2, b'.'); time.sleep(0.02)")
    channel.send([b"x"], LONG)
    channel.read(1)
    channel.send([b"x"], 0.3)
    with pytest.raises(DeadlinePassed):
        _read_one_by_one(channel, 1000)


def _read_one_by_one(channel: Channel, count: int) -> None:
    for _ in range(count):
        channel.read(1)


def test_deadline_for_a_request_that_is_not_taken(start: Start) -> None:
    channel = start("time.sleep(600)")
    with pytest.raises(DeadlinePassed):
        _ask(channel, bytes(10 << 20), 0.2)


def _ask(channel: Channel, data: bytes, seconds: float) -> None:
    channel.send([data], seconds)
    channel.read(1)


def test_guest_that_prints_while_it_is_sent_to_is_drained(start: Start) -> None:
    """Both sides write more than a pipe holds; neither waits for the other for ever."""
    channel = start("os.write(2, bytes(300_000))\n" + ECHO, limit=1 << 20)
    channel.send([sized(bytes(300_000))], LONG)
    assert channel.read(300_000) == bytes(300_000)
    assert len(channel.output) == 300_000


def test_output_is_collected_up_to_its_limit(start: Start) -> None:
    channel = start("while True: os.write(2, b'abc' * 1000)", limit=5_000)
    channel.send([b"x"], LONG)
    with pytest.raises(TooMuchOutput):
        channel.read(1)
    channel.close()
    assert bytes(channel.output) == (b"abc" * 2000)[:5_000]


def test_guest_that_closes_its_log_is_still_heard(start: Start) -> None:
    channel = start("os.write(2, b'bye'); os.close(2); time.sleep(0.1)\n" + ECHO)
    channel.send([sized(b"hello")], LONG)
    assert channel.read(5) == b"hello"
    assert bytes(channel.output) == b"bye"


def test_waiting_for_a_guest_that_closed_its_log_costs_no_time_of_ours(start: Start) -> None:
    channel = start("os.close(2); time.sleep(600)")
    channel.send([b"x"], 0.5)
    before = time.process_time()
    with pytest.raises(DeadlinePassed):
        channel.read(1)
    assert time.process_time() - before < 0.25


def test_end_of_stream(start: Start) -> None:
    channel = start("os.read(0, 1); os.write(1, b'ab')")
    channel.send([b"x"], LONG)
    with pytest.raises(ChannelClosed):
        channel.read(3)
    with pytest.raises((ChannelClosed, DeadlinePassed)):
        _ask(channel, bytes(1 << 20), 5.0)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("os._exit(0)", 0),
        ("os._exit(7)", 7),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV),
    ],
)
def test_how_a_guest_ended_is_seen(start: Start, code: str, expected: int) -> None:
    assert start(code).close(grace=LONG) == expected


@pytest.mark.parametrize(
    "code",
    [
        "time.sleep(600)",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass",
        "os.kill(os.getpid(), signal.SIGSTOP)",
    ],
)
def test_living_guest_is_killed(start: Start, code: str) -> None:
    channel = start("os.write(1, b'r')\n" + code)
    channel.send([b""], LONG)
    channel.read(1)
    assert channel.close() is None
    assert isinstance(channel.guest, OwnProcess)
    assert not is_alive(channel.guest.process.pid)
    assert channel.guest.process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("leader", ["time.sleep(600)", "os._exit(0)"])
def test_children_end_with_their_group(start: Start, leader: str) -> None:
    """Even those whose parent has already gone."""
    channel = start(
        "child = os.fork() or time.sleep(600)\n"
        "second = os.fork() or time.sleep(600)\n"
        f"os.write(1, b'%10d%10d' % (child, second))\n{leader}"
    )
    channel.send([b""], LONG)
    children = [int(channel.read(10)), int(channel.read(10))]
    if leader != "time.sleep(600)":
        time.sleep(0.05)
    assert all(is_alive(pid) for pid in children)
    channel.close(grace=0.2)
    until = time.monotonic() + LONG
    while any(is_alive(pid) for pid in children) and time.monotonic() < until:
        time.sleep(0.01)
    assert not any(is_alive(pid) for pid in children)


def test_closing_twice_is_harmless_and_leaves_no_descriptor(start: Start) -> None:
    before = open_descriptors()
    channel = start(ECHO)
    assert open_descriptors() > before
    channel.close()
    channel.close()
    assert open_descriptors() == before
