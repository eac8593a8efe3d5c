"""The command that puts an interpreter into bubblewrap: its own files, processes, network, and nothing writable."""

from __future__ import annotations

import os
import shutil

from grader.sandbox.visible import DEVICES, Visible

_UNSHARED = ("--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try")


def found() -> str | None:
    """Return where `bwrap` is installed, if it is."""
    return shutil.which("bwrap")


def wrapped(command: list[str], shown: Visible, *, root: bool) -> list[str]:
    """Return `command` inside bubblewrap, seeing the paths in `shown` read-only, and nothing else.

    Started by a user, it lives in a user namespace that can make no further ones. Started by root it keeps the right
    to become another user, and must: inside a user namespace it would still be root.
    """
    executable = found()
    assert executable is not None
    words = [executable, *_UNSHARED, "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    if root:
        words += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        words += ["--unshare-user", "--disable-userns"]
    paths = sorted(shown.whole())
    for folder in _above(paths):
        words += ["--dir", folder]  # else bubblewrap makes them itself, closed to all but root
    for path in paths:
        words += ["--ro-bind", path, path]
    for path in shown.masked:
        if any(os.path.dirname(path) == folder for folder in shown.standard):
            words += ["--tmpfs", path]
    # a package that lies below what has just been hidden is shown again
    for path in shown.folders:
        if any(path.startswith(masked + "/") for masked in shown.masked):
            words += ["--ro-bind", path, path]
    for path in shown.masked:
        words += ["--remount-ro", path]
    for name in ("/lib", "/lib64", "/bin", "/usr/lib64"):
        if os.path.islink(name):
            words += ["--symlink", os.readlink(name), name]
    words += ["--dir", "/dev", "--dir", "/tmp"]
    for device in DEVICES:
        words += ["--dev-bind", device, device]
    return [*words, "--remount-ro", "/", "--chdir", "/", *command]


def _above(paths: list[str]) -> list[str]:
    """Return the folders that lie above the paths and below none of them, outermost first."""
    found = {"/".join(path.split("/")[:end]) for path in paths for end in range(2, path.count("/") + 1)}
    return sorted(folder for folder in found if not any(f"{folder}/".startswith(f"{path}/") for path in paths))
