"""What to tell people about the isolation that this machine offers: what is missing, and the one command for it."""

from __future__ import annotations

import sys

from grader.sandbox.levels import FULL, NAMESPACE
from grader.sandbox.probe import Findings

_INSTALL = "sudo apt-get install bubblewrap"
_NAMESPACES = "sudo sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0"
_LANDLOCK = "add lsm=landlock,… to the kernel's command line (Linux 5.13 or newer) and reboot"


def remedy(why: str) -> str:
    """Return the one command (or deed) that mends a trouble of the probe."""
    if "not installed" in why:
        return _INSTALL
    if "Landlock" in why:
        return _LANDLOCK
    if "not Linux" in why:
        return "grade on Linux, or in a Linux virtual machine"
    if "namespace" in why or "uid map" in why:
        return _NAMESPACES
    if "closed to other users" in why:
        return "install Python in a folder that every user may enter, such as /opt, or do not grade as root"
    return "python dispatch.py --doctor"


def missing(found: Findings, wanted: str) -> str:
    """Return the line that refuses to grade below a level."""
    why = "; ".join(found.problems.get(wanted, ())) or "it does not hold here"
    return (
        f"dispatch.py: isolation {wanted!r} is required and this machine offers only {found.level!r}: {why}. "
        f"Remedy: {remedy(why)}"
    )


def unprotected(found: Findings) -> str:
    """Return the line for a run below level `kernel`."""
    if found.level == NAMESPACE:
        return "isolation: bubblewrap alone; the hand-in can still use all of the kernel's system calls (see --doctor)"
    system = " on Linux" if sys.platform != "linux" else ""
    return (
        "isolation: a separate process only; the hand-in can read and write your files and use the network "
        f"(for {FULL!r}{system}, see --doctor)"
    )
