"""A class of sixty: honest, hostile and unreadable hand-ins; the honest ones get what they get alone."""

from __future__ import annotations

import zipfile
from pathlib import Path

from grader.intake import open_submission
from grader.model import Limits
from tests.benchmarks.batch.made import Lines, quietly, small
from tests.grader.classes import TASKS, stored
from tests.grader.command import RIGHT, hand_in
from tests.grader.handins import grade

_LATER = "        self.open = x > 0\n"
_GARBAGE = "try: os.write(fd, b'passed' * 1000)\n            except OSError: pass"
HOSTILE = {
    "exits": "import os; os._exit(0)",
    "sleeps": "import time; time.sleep(600)",
    "loops": "while True: pass",
    "bomb": "held = [bytearray(1 << 28) for _ in range(100)]",
    "forks": "import os\n        for _ in range(200): os.fork()",
    "floods": "print('x' * 10_000_000)",
    "segfault": "import ctypes; ctypes.string_at(0)",
    "quits": "import sys; sys.exit(0)",
    "garbage": "import os\n        for fd in range(3, 64):\n            " + _GARBAGE,
    "closes": "import os; os.closerange(0, 64)",
}


def measure(folder: Path, scale: float) -> Lines:
    """Yield the lines of this part."""
    honest = max(int(42 * scale), 4)
    inbox = small(folder / "inbox", honest)
    for name, line in HOSTILE.items():
        hand_in(inbox, f"hostile_{name}", RIGHT.replace(_LATER, f"        {line}\n{_LATER}"))
    unreadable(inbox)
    seconds = 0.5 if scale < 0.1 else 1.0
    out = quietly(inbox, seed=7, seconds=seconds, executor="processes", jobs=2)
    reports = stored(folder / "s.sqlite")
    limits = Limits(import_seconds=2 * seconds, reply_seconds=seconds)
    different = 0
    for number in range(honest):
        name = f"student{number:05}"
        submission = open_submission(inbox / name, name)
        for task, alone in grade(submission, TASKS, seed=7, limits=limits).items():
            (together,) = (r for (digest, t, _), (r, _) in reports.items() if (digest, t) == (submission.digest, task))
            same = (together.score, together.max_score) == (alone.score, alone.max_score)
            different += not same or [r.verdict for r in together.results] != [r.verdict for r in alone.results]
    yield out.splitlines()[0], None
    yield f"honest reports that differ from those they get alone: {different} of {2 * honest} (goal 0)", different == 0
    full = [
        r.submission
        for r, _ in reports.values()
        if r.submission.startswith("hostile") and r.task == "ReLU" and r.passed
    ]
    yield f"hostile hand-ins with a full mark: {len(full)} (goal 0)", not full
    named = sum(f"  zip_{name}: " in out for name in KINDS)
    yield f"unreadable ones listed with a reason: {named} of {len(KINDS)}", named == len(KINDS)


KINDS = ("climbs", "absolute", "twice", "many", "bomb", "empty", "link", "rubbish")


def unreadable(inbox: Path) -> None:
    """Write the zips that intake refuses: eight kinds."""
    good = ("Layers/ReLU.py", RIGHT)
    archives: dict[str, list[tuple[str, str]]] = {
        "climbs": [("../evil.py", "x"), good],
        "absolute": [("/etc/evil.py", "x"), good],
        "twice": [("Layers/ReLU.py", "x"), ("layers/relu.py", "y")],
        "many": [(f"m{number}.py", "") for number in range(20_001)],
        "bomb": [("Layers/ReLU.py", "\0" * (64 << 20))],
        "empty": [],
    }
    for name, members in archives.items():
        with zipfile.ZipFile(inbox / f"zip_{name}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for member, text in members:
                archive.writestr(member, text)
    link = zipfile.ZipInfo("Layers/ReLU.py")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(inbox / "zip_link.zip", "w") as archive:
        archive.writestr(link, "/etc/passwd")
    (inbox / "zip_rubbish.zip").write_bytes(b"PK\3\4 not really")
