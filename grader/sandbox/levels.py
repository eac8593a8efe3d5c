"""How well a hand-in is shut in: the four levels, from the strongest down, and what each one keeps from it."""

from __future__ import annotations

FULL, KERNEL, NAMESPACE, PROCESS = "full", "kernel", "namespace", "process"
LEVELS = (FULL, KERNEL, NAMESPACE, PROCESS)
FOR_THE_RECORD = (FULL, KERNEL)

MEANING = {
    FULL: "bubblewrap (own view of files, processes, network) and the kernel's filters in the guest",
    KERNEL: "the kernel's filters in the guest: Landlock for files, seccomp for system calls",
    NAMESPACE: "bubblewrap alone",
    PROCESS: "a process of its own, deadlines and a protocol; your disk and network are not protected from it",
}


def locks(level: str) -> bool:
    """Tell whether guests of a level are put behind Landlock and seccomp."""
    return level in (FULL, KERNEL)


def wraps(level: str) -> bool:
    """Tell whether guests of a level live inside bubblewrap."""
    return level in (FULL, NAMESPACE)


def at_least(level: str, wanted: str) -> bool:
    """Tell whether a level is as strong as another one."""
    return LEVELS.index(level) <= LEVELS.index(wanted)
