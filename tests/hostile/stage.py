"""The machine that attacks are let loose on: things worth stealing, breaking or reaching, and detectors on each."""

from __future__ import annotations

import contextlib
import os
import platform
import pwd
import re
import secrets
import shutil
import site
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from grader.sandbox.visible import GUEST
from tests.grader.handins import PROJECT

_RESULTS = ("results.json", "results.csv", "results.sqlite", "results.html")
_CALLS = {"x86_64": {"SOCKET": 41, "CLONE": 56}, "aarch64": {"SOCKET": 198, "CLONE": 220}}


class Stage:
    """One machine for many attacks. `fill` puts its places into a source; `effects` tells what an attack has done."""

    def __init__(self, folder: Path) -> None:
        self.token = secrets.token_hex(8)  # what must not be found in a report
        self._mark = f"backcheck-attack-{secrets.token_hex(4)}"  # what files of attacks are called
        self.folder = folder
        folder.chmod(0o777)  # every door stands open: what keeps attacks out must be the sandbox
        self.canary = folder / "other_handin.py"
        self.canary.write_text(f"# {self.token}\n")
        self.canary.chmod(0o666)
        (folder / f"handed_in_by_{self.token}.py").touch()
        self._restore_results()
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._unix = socket.socket(socket.AF_UNIX)
        self._unix.bind(str(folder / "door"))
        self._unix.listen()
        (folder / "door").chmod(0o666)
        for door in (self._tcp, self._udp, self._unix):
            door.setblocking(False)
        self._master, self._slave = os.openpty()
        os.chmod(os.ttyname(self._slave), 0o666)
        os.set_blocking(self._master, False)
        self.victim = _sleeper()
        self._marks = 0

    def fill(self, source: str, *, grader: int) -> str:
        """Return a source with the places of this machine in it; `grader` is the process to take for the grader's."""
        self._marks += 1
        words = {
            "MARK": f"{self._mark}-{self._marks}",
            "FOLDER": self.folder,
            "CANARY": self.canary,
            "SECRET": self.token,
            "GRADER": grader,
            "VICTIM": self.victim.pid,
            "TCP": self._tcp.getsockname()[1],
            "UDP": self._udp.getsockname()[1],
            "UNIX": self.folder / "door",
            "TERMINAL": os.ttyname(self._slave),
            "PROJECT": PROJECT,
            "PACKAGES": site.getsitepackages()[0],
            **_CALLS.get(platform.machine(), {}),
        }
        return re.sub(r"@([A-Z]+)@", lambda found: str(words[found[1]]), source)

    def effects(self, text: str) -> list[str]:
        """Return what has happened to the machine, and mend it. `text` is all that was reported of the attack."""
        found = [f"a secret in the report: {text!r}"] if self.token in text else []
        found += [f"a file: {path}" for path in self.marked()]
        for door, name in ((self._tcp, "TCP"), (self._unix, "a unix socket")):
            with contextlib.suppress(BlockingIOError):
                door.accept()[0].close()
                found.append(f"a connection through {name}")
        with contextlib.suppress(BlockingIOError):
            found.append(f"a datagram: {self._udp.recv(100)!r}")
        with contextlib.suppress(BlockingIOError):
            found.append(f"text on the terminal: {os.read(self._master, 100)!r}")
        if self.victim.poll() is not None:
            found.append("another process was killed")
            self.victim = _sleeper()
        if any(not path.exists() or path.read_text() != "0 points" for path in self._results()):
            found.append("changed results")
            self._restore_results()
        return found

    def marked(self) -> list[Path]:
        """Return the files that attacks have left anywhere that they might; they are removed."""
        here = Path.cwd()
        places = {here, *here.parents, Path.home(), self.folder, *map(Path, ("/tmp", "/var/tmp", "/dev/shm"))}
        found = []
        for place in places:
            with contextlib.suppress(OSError):
                found += [path for path in place.iterdir() if path.name.startswith(self._mark)]
        for path in found:
            path.unlink(missing_ok=True)
        return found

    def close(self) -> None:
        """Take the machine down."""
        self.victim.kill()
        self.victim.wait()
        for door in (self._tcp, self._udp, self._unix):
            door.close()
        os.close(self._master)
        os.close(self._slave)

    def _results(self) -> list[Path]:
        return [self.folder / name for name in _RESULTS]

    def _restore_results(self) -> None:
        for path in self._results():
            path.write_text("0 points")
            path.chmod(0o666)


@contextlib.contextmanager
def stage() -> Iterator[Stage]:
    """Set a stage up, in a folder that everybody may enter."""
    folder = Path(tempfile.mkdtemp(prefix="backcheck-stage-"))
    made = Stage(folder)
    try:
        yield made
    finally:
        made.close()
        shutil.rmtree(folder)


def guest_processes() -> set[int]:
    """Return the numbers of all guests, and of what forked them, that are this process's own or nobody's any more.

    Guests of other graders at work on this machine are left out: they have a living ancestor that is not this process.
    """
    found = {}
    parents = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdecimal():
                pid = int(entry.name)
                parents[pid] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                found[pid] = os.fsencode(GUEST) in (entry / "cmdline").read_bytes()

    def is_ours(pid: int) -> bool:
        while found.get(pid):
            pid = parents[pid]
        while pid not in (os.getpid(), 0, 1):
            if pid not in parents or parents[pid] in (0, 1):
                return False  # another grader, or whoever started it
            pid = parents[pid]
        return True

    return {pid for pid, is_guest in found.items() if is_guest and is_ours(pid)}


def wait_until(condition: object, seconds: float = 5.0) -> bool:
    """Wait for a condition, which may take a moment; tell whether it came true."""
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]  # a callable
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def _sleeper() -> subprocess.Popen[bytes]:
    """Start a process of the user that guests become when root grades, or else of this one."""
    user = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
    command = ["sleep", "3600"] if user is not None else [sys.executable, "-c", "import time; time.sleep(3600)"]
    return subprocess.Popen(command, user=user, cwd="/")
