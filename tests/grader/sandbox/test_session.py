"""A conversation with a real guest: what it can do to the one who asks, which must be nothing."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from grader.guest.faults import ANSWER, MISSING, RAISED, Fault
from grader.model import Limits, Verdict
from grader.sandbox.guests import OwnProcess, kill_tree
from grader.sandbox.interface import interface_sources
from grader.sandbox.lost import GuestLost, NoGuest
from grader.sandbox.session import Session
from tests.grader.conftest import OpenSession
from tests.grader.handins import written
from tests.grader.processes import children, is_alive, open_descriptors

SHORT = Limits(import_seconds=20.0, reply_seconds=0.5, output_bytes=5_000)
X = np.arange(6.0).reshape(2, 3)


def hand_in(body: str, top: str = "") -> dict[str, str]:
    """Return a hand-in whose ReLU does `body` in forward, and whose Twin is in order."""
    lines = "\n".join(f"        {line}" for line in body.splitlines())
    start = "import ctypes, os, signal, sys, time\nimport numpy as np\n"
    layer = f"class ReLU:\n    def forward(self, x):\n{lines}\n"
    return {
        "Layers/ReLU.py": f"{start}{top}\n{layer}",
        "Layers/Twin.py": "class Twin:\n    def forward(self, x):\n        return 2 * x\n",
    }


def make(session: Session, component: str = "ReLU", handle: int = 1, seed: int = 1) -> None:
    session.ask("make", {"handle": handle, "kind": "layer", "component": component, "init": {}, "seed": seed})


def forward(session: Session, x: np.ndarray = X, handle: int = 1) -> np.ndarray:
    answer = session.ask("call", {"handle": handle, "method": "forward"}, {"x": x})[""]
    assert isinstance(answer, np.ndarray)
    return answer


def assert_still_serves(session: Session) -> None:
    """Whatever happened before: the next unit gets its answers."""
    make(session, "Twin", 2)
    np.testing.assert_array_equal(forward(session, handle=2), 2 * X)


def lose(session: Session) -> GuestLost:
    make(session)
    with pytest.raises(GuestLost) as caught:
        forward(session)
    return caught.value


def test_array_goes_through_the_guest_and_back(open_session: OpenSession) -> None:
    session = open_session(hand_in("return np.maximum(x, 2)"))
    make(session)
    answer = forward(session)
    np.testing.assert_array_equal(answer, np.maximum(X, 2))
    assert type(answer) is np.ndarray
    assert not answer.flags.writeable
    assert session.generation == 1


def test_request_too_large_for_a_pipe(open_session: OpenSession) -> None:
    session = open_session(hand_in("return x + 1"))
    make(session)
    x = np.random.default_rng(3).random((300, 400))
    np.testing.assert_array_equal(forward(session, x), x + 1)


@pytest.mark.parametrize(
    ("body", "kind", "error", "message"),
    [
        ("return [1.0]", ANSWER, "", "forward returned a list; an ndarray was expected"),
        ("return x['a']", RAISED, "IndexError", "only integers"),
        ("sys.exit('bye')", RAISED, "SystemExit", "bye"),
        ("raise KeyboardInterrupt", RAISED, "KeyboardInterrupt", ""),
        ("return input()", RAISED, "EOFError", "EOF"),
        ("return self.forward(x)", RAISED, "RecursionError", "maximum recursion"),
        ("return np.zeros((1 << 12, 1 << 10))", ANSWER, "", "the answer has shape (4096, 1024), 34 MB"),
        ("return np.broadcast_to(x, (1 << 30, 2, 3))", ANSWER, "", "forward returned an array of shape (1073741824"),
        ("raise sys.modules['backcheck_guest.faults'].Fault('answer', 'forged')", ANSWER, "", "forged"),
    ],
)
def test_fault_leaves_the_guest_alive(
    open_session: OpenSession, body: str, kind: str, error: str, message: str
) -> None:
    session = open_session(hand_in(body))
    make(session)
    with pytest.raises(Fault) as caught:
        forward(session)
    assert (caught.value.kind, caught.value.error) == (kind, error)
    assert caught.value.message.startswith(message)
    assert_still_serves(session)
    assert session.generation == 1


def test_missing_things_are_faults(open_session: OpenSession) -> None:
    session = open_session(hand_in("return x"))
    with pytest.raises(Fault) as caught:
        session.ask("open", {"kind": "layer", "component": "Conv"})
    assert caught.value.kind == MISSING
    assert "no class Conv" in caught.value.message
    make(session)
    with pytest.raises(Fault, match="no method explode"):
        session.ask("call", {"handle": 1, "method": "explode"})


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("os._exit(0)", "the process ended during forward (exit code 0)"),
        ("os._exit(3)", "the process ended during forward (exit code 3)"),
        ("os.kill(os.getpid(), signal.SIGKILL)", "the process ended during forward (SIGKILL)"),
        ("ctypes.string_at(0)", "the process ended during forward (SIGSEGV)"),
        ("os.abort()", "the process ended during forward (SIGABRT)"),
        ("os.kill(os.getpid(), signal.SIGRTMIN + 3)", "the process ended during forward (signal "),
    ],
)
def test_death_is_a_crash_and_a_new_guest_follows(open_session: OpenSession, body: str, message: str) -> None:
    session = open_session(hand_in(body))
    lost = lose(session)
    assert lost.verdict is Verdict.CRASHED
    assert lost.message.startswith(message)
    assert_still_serves(session)
    assert session.generation == 2


def test_hanging_up_is_a_crash(open_session: OpenSession) -> None:
    session = open_session(hand_in("os.closerange(3, 100)\ntime.sleep(600)"))
    lost = lose(session)
    assert (lost.verdict, lost.message) == (Verdict.CRASHED, "hung up during forward")
    assert_still_serves(session)


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "os.kill(os.getpid(), signal.SIGSTOP)",
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(600)",
        "10 ** 10 ** 8",
        "import re\nre.match('(a+)+$', 'a' * 40 + 'b')",
        # a valid beginning, then a byte now and then
        "for byte in b'bkc1' + bytes(1000):\n    for fd in range(3, 20):\n        try: os.write(fd, bytes([byte]))\n"
        "        except OSError: pass\n    time.sleep(0.05)",
    ],
)
def test_no_answer_in_time(open_session: OpenSession, body: str) -> None:
    session = open_session(hand_in(body), SHORT)
    lost = lose(session)
    assert (lost.verdict, lost.message) == (Verdict.TIMEOUT, "no answer from forward within 0.5 seconds")
    assert_still_serves(session)


def test_each_reply_has_a_deadline_of_its_own(open_session: OpenSession) -> None:
    session = open_session(hand_in("time.sleep(0.3)\nreturn x"), Limits(reply_seconds=1.0))
    make(session)
    for _ in range(4):
        forward(session)
    with pytest.raises(GuestLost, match=r"within 0\.05 seconds"):
        session.ask("call", {"handle": 1, "method": "forward"}, {"x": X}, seconds=0.05)


def test_import_has_a_longer_deadline_than_a_reply(open_session: OpenSession) -> None:
    session = open_session(hand_in("return x", top="time.sleep(0.6)"), SHORT)
    make(session)
    forward(session)
    slow = open_session(hand_in("return x", top="time.sleep(600)"), Limits(import_seconds=0.4, reply_seconds=20.0))
    with pytest.raises(GuestLost, match=r"no answer from the import within 0\.4 seconds"):
        slow.ask("open", {"kind": "layer", "component": "ReLU"})


WRITE = """
def spray(data):
    for fd in range(3, 100):
        try:
            os.write(fd, data)
        except OSError:
            pass
"""
FORGED = """
guest = sys.modules['backcheck_guest.wire']
def forge(number):
    return guest.encode(guest.Message(guest.DONE, number, '', {'': np.zeros((2, 3))}))
"""
CORRUPT = """
serve = sys.modules['backcheck_guest.serve']
wire = sys.modules['backcheck_guest.wire']
pieces = wire.pieces
def plain(message): return b''.join(pieces(message))
def forged(message):
    if not message.items: return pieces(message)
    return [corrupt(message)]
wire.pieces = forged
"""


@pytest.mark.parametrize(
    ("top", "body", "message"),
    [
        (WRITE, "spray(b'garbage' * 100)\ntime.sleep(600)", "bytes that are not a frame"),
        (WRITE, "while True: spray(bytes(4096))", "bytes that are not a frame"),
        (WRITE + FORGED, "spray(forge(12345))\nreturn x", "a question that was not asked"),
        (WRITE + FORGED, "spray(forge(0) * 50)\nos._exit(0)", "a question that was not asked"),
        (CORRUPT + "corrupt = lambda m: plain(m) + b'more'", "return x", "more bytes than the answer has"),
        (CORRUPT + "corrupt = lambda m: plain(m) * 2", "return x", "more bytes than the answer has"),
        (CORRUPT + "corrupt = lambda m: plain(wire.Message(wire.CALL, m.id))", "return x", "neither a result nor"),
        (CORRUPT + "corrupt = lambda m: plain(wire.Message(wire.FAIL, m.id))", "return x", "neither a result nor"),
        (
            CORRUPT + "t = {'kind': 'passed', 'message': '', 'error': '', 'where': ''}\n"
            "corrupt = lambda m: plain(wire.Message(wire.FAIL, m.id, '', t))",
            "return x",
            "a fault of no known kind",
        ),
        (
            CORRUPT + "corrupt = lambda m: plain(m)[:5] + b'\\xff' + plain(m)[6:]",
            "return x",
            "more than a head",
        ),
        (
            CORRUPT + "corrupt = lambda m: plain(wire.Message(wire.DONE, m.id, '', {'': np.zeros(1 << 18)}))",
            "return x",
            "a frame of 2097152 bytes, where at most",
        ),
    ],
)
def test_what_is_no_answer_breaks_the_protocol(open_session: OpenSession, top: str, body: str, message: str) -> None:
    session = open_session(hand_in(body, top))
    lost = lose(session)
    assert lost.verdict is Verdict.PROTOCOL_VIOLATION
    assert lost.message.startswith("instead of an answer to forward: ")
    assert message in lost.message
    assert_still_serves(session)


def test_reply_written_in_advance_is_worthless(open_session: OpenSession) -> None:
    sources = hand_in("return x", WRITE + FORGED)
    sources["Layers/ReLU.py"] += "    def __init__(self):\n        self.ready = spray(forge(7))\n"
    session = open_session(sources)
    with pytest.raises(GuestLost) as caught:
        make(session)
    assert caught.value.verdict is Verdict.PROTOCOL_VIOLATION
    assert_still_serves(session)


def test_output_is_kept_apart_and_capped(open_session: OpenSession) -> None:
    body = "print('on stdout')\nsys.stderr.write('on stderr\\n')\nos.write(1, b'raw\\n')\nreturn x"
    session = open_session(hand_in(body), SHORT)
    make(session)
    forward(session)
    assert {"on stdout", "on stderr", "raw"} == set(session.output.split("\n")) - {""}
    flood = open_session(hand_in("while True: print('spam')"), SHORT)
    lost = lose(flood)
    assert (lost.verdict, lost.message) == (Verdict.OUTPUT_LIMIT, "printed more than 5,000 bytes")
    assert len(flood.output) <= 5_000
    assert_still_serves(flood)


def test_output_of_a_guest_that_died_is_kept(open_session: OpenSession) -> None:
    session = open_session(hand_in("print('last words', flush=True)\nos._exit(1)"))
    lose(session)
    assert session.output == "last words\n"
    lose(session)
    assert session.output == "last words\n" * 2


def test_guest_sees_nothing_of_the_grader_but_what_it_needs(
    open_session: OpenSession, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "abc")
    inherited = os.open(tmp_path / "secret", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(inherited, True)
    body = (
        "found = sorted(int(n) for n in os.listdir('/proc/self/fd'))\n"
        "packages = any('site-packages' in folder for folder in sys.path)\n"
        "return np.array([len(found), 'SECRET_TOKEN' in os.environ, 'HOME' in os.environ, packages,"
        " os.getcwd() == '/', os.getsid(0) == os.getpid(), os.read(0, 1) == b''])"
    )
    session = open_session(hand_in(body))
    make(session)
    descriptors, secret, home, packages, top, own_session, no_input = forward(session)
    os.close(inherited)
    assert descriptors == 6  # three standard ones, two for the channel, one for the listing itself
    assert not secret
    assert not home
    assert top
    assert not packages
    assert own_session
    assert no_input


def test_randomness_is_repeatable(open_session: OpenSession) -> None:
    body = "import random\n"
    body += "return np.array([np.random.rand(), random.random(), np.random.default_rng().random(), hash('a')])"
    drawn = []
    for _ in range(2):
        session = open_session(hand_in(body))
        make(session, seed=5)
        drawn += [forward(session), forward(session)]
        make(session, handle=2, seed=6)
        drawn.append(forward(session, handle=2))
    for first, again in zip(drawn[:3], drawn[3:], strict=True):
        np.testing.assert_array_equal(first, again)
    assert len({float(row[0]) for row in drawn}) == len({float(row[2]) for row in drawn}) == 3


def test_children_of_a_guest_die_with_it(open_session: OpenSession) -> None:
    body = "child = os.fork()\nif not child: time.sleep(600)\nreturn np.array(child)"
    session = open_session(hand_in(body))
    make(session)
    child = int(forward(session))
    assert is_alive(child)
    session.close()
    until = time.monotonic() + 60
    while is_alive(child) and time.monotonic() < until:
        time.sleep(0.01)
    assert not is_alive(child)


def test_forked_twin_cannot_answer_for_long(open_session: OpenSession) -> None:
    """Two processes share the channel: a second reply breaks the protocol, and half a request is never answered."""
    session = open_session(hand_in("os.fork()\nreturn x"), SHORT)
    make(session)
    with pytest.raises(GuestLost) as caught:
        _forward_again_and_again(session)
    assert caught.value.verdict in (Verdict.PROTOCOL_VIOLATION, Verdict.TIMEOUT, Verdict.CRASHED)
    assert_still_serves(session)


def _forward_again_and_again(session: Session) -> None:
    for _ in range(20):
        np.testing.assert_array_equal(forward(session), X)


def failing(code: str) -> subprocess.Popen[bytes]:
    """Start something that is no guest."""
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-S", "-c", code], stdin=pipe, stdout=pipe, stderr=pipe, bufsize=0)


@pytest.mark.parametrize("code", ["import sys; sys.exit('no numpy here')", "print('welcome', flush=True); input()"])
def test_guest_that_never_gets_ready_is_nobody_s_fault_but_ours(code: str) -> None:
    session = Session(written(Layers__ReLU="class ReLU: ..."), lambda limits: OwnProcess(failing(code)))
    with pytest.raises(NoGuest, match="a guest did not get ready"):
        make(session)
    session.close()


def test_twenty_sessions_leave_nothing_behind(open_session: OpenSession) -> None:
    before, descriptors = children(), open_descriptors()
    for nr in range(20):
        ending = ("return x", "os._exit(1)", "while True: pass", "os.kill(os.getpid(), 19)")[nr % 4]
        session = open_session(hand_in(ending), Limits(reply_seconds=0.1))
        make(session)
        with contextlib.suppress(GuestLost):
            forward(session)
        session.close()
        session.close()
    assert children() == before
    assert open_descriptors() == descriptors


def test_killing_a_guest_that_is_gone_is_harmless() -> None:
    process = failing("pass")
    process.communicate()
    kill_tree(process)


def test_interfaces_are_the_only_part_of_the_framework_that_is_sent() -> None:
    names = {"layer", "loss", "optimizer", "initializer", "regularizer", "network", "hookspecs", "__init__"}
    assert set(interface_sources()) == {f"framework/{name}.py" for name in names}
    assert not any(b"framework.reference." in source for source in interface_sources().values())
