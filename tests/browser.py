"""A real headless Chromium for tests, spoken to through its debugging pipe; no further package is needed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SWITCHES = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--remote-debugging-pipe"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions"),
    *("--no-default-browser-check", "--mute-audio", "--disable-dev-shm-usage", "--force-color-profile=srgb"),
)
_SECONDS = 60.0
_AS_3_AND_4 = """
import fcntl, os, sys
ours = [fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3]]
for place, descriptor in enumerate(ours, 3):
    os.dup2(descriptor, place)
os.execv(sys.argv[3], sys.argv[3:])
"""  # where the browser expects its pipes


def chromium() -> str | None:
    """Return the browser's program, or None where there is none."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


class Page:
    """One tab. `requests` are the addresses it asked for, `complaints` errors of console, scripts and policy."""

    def __init__(self, program: str, profile: str) -> None:
        to_browser, ours_out = os.pipe()
        ours_in, from_browser = os.pipe()
        browser = [program, *_SWITCHES, f"--user-data-dir={profile}", "about:blank"]
        words = [sys.executable, "-S", "-c", _AS_3_AND_4, str(to_browser), str(from_browser), *browser]
        self._process = subprocess.Popen(
            words,
            pass_fds=(to_browser, from_browser),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        os.close(to_browser)
        os.close(from_browser)
        self._out, self._in = os.fdopen(ours_out, "wb", 0), os.fdopen(ours_in, "rb", 0)
        self._pending, self._number, self._session = b"", 0, ""
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._loaded = False

    def begin(self) -> None:
        """Open the tab and listen to it."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send one command of the DevTools protocol and return its result."""
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, path: Path) -> float:
        """Load a file and wait until it is there, drawn once; return the seconds that took."""
        start, self._loaded = time.perf_counter(), False
        self.ask("Page.navigate", url=path.as_uri())
        while not self._loaded:
            self._next()
        self.ask("Runtime.evaluate", expression="document.body.getBoundingClientRect()")
        return time.perf_counter() - start

    def run(self, expression: str) -> Any:
        """Return the value of a JavaScript expression (a promise is waited for)."""
        answer = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str, code: int, text: str = "") -> None:
        """Press and release a key."""
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code, "text": text}
        self.ask("Input.dispatchKeyEvent", type="keyDown", **common)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **common)

    def _next(self) -> dict[str, Any]:
        """Read one message and take note of what happened."""
        while b"\0" not in self._pending:
            chunk = self._in.read(1 << 16)
            assert chunk, "the browser has gone"
            self._pending += chunk
        raw, _, self._pending = self._pending.partition(b"\0")
        message: dict[str, Any] = json.loads(raw)
        params = message.get("params", {})
        match message.get("method"):
            case "Page.loadEventFired":
                self._loaded = True
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Page.javascriptDialogOpening":
                self.complaints.append(f"dialog: {params['message']}")
                self._out.write(
                    json.dumps(
                        {
                            "id": 0,
                            "method": "Page.handleJavaScriptDialog",
                            "params": {"accept": True},
                            "sessionId": self._session,
                        }
                    ).encode()
                    + b"\0"
                )
            case "Runtime.exceptionThrown":
                self.complaints.append(str(params["exceptionDetails"].get("text")))
            case "Runtime.consoleAPICalled":
                self.complaints.append(f"console: {params['type']}")
            case "Log.entryAdded":
                self.complaints.append(str(params["entry"].get("text")))
        return message

    def close(self) -> None:
        """End the browser with everything it has started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_SECONDS)
        self._out.close()
        self._in.close()


@contextlib.contextmanager
def browsing() -> Iterator[Page]:
    """Give a tab of a fresh browser. Raises FileNotFoundError where there is no Chromium."""
    program = chromium()
    if program is None:
        raise FileNotFoundError("no Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile:
        page = Page(program, profile)
        try:
            page.begin()
            yield page
        finally:
            page.close()
