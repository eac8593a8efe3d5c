"""Every key that a profile may have: what it takes, what it means, an example. The one source of these.

The reader accepts these keys and no others, the template is made of them, and a test holds the documentation against
them. A part of a path in capitals stands for a name: `checks.CHECK.tier` is written `[checks.forward_value]` and then
`tier = "core"`.
"""

from __future__ import annotations

from dataclasses import dataclass

from grader.model import Tier, Visibility
from grader.profile.kinds import NAMES, PACKAGES, POINTS, TEXT, WEIGHT, Kind, between, member, one_of

_DAY = 86_400.0
_HUGE = 1 << 50
COUNTS, REMARK = "counts", "remark"


@dataclass(frozen=True)
class Key:
    """A key: its path, the kind of value, what it means, and an example that is a whole (small) profile."""

    path: str
    kind: Kind
    meaning: str
    example: str


_LIMITS: dict[str, tuple[Kind, str, str]] = {
    "import_seconds": (between(0.01, _DAY, "seconds"), "Longest wait for the hand-in to be imported.", "20"),
    "reply_seconds": (between(0.01, _DAY, "seconds"), "Longest wait for one answer of the hand-in.", "10"),
    "task_seconds": (between(0.01, _DAY, "seconds"), "For one task; after that nothing more of it is tried.", "600"),
    "run_seconds": (between(0.01, _DAY, "seconds"), "For all tasks of a hand-in together.", "3600"),
    "lost_guests": (
        between(1, 1000, "processes", whole=True),
        "After so many crashes or timeouts the rest of a task is not tried.",
        "3",
    ),
    "cpu_seconds": (between(1, 10 * _DAY, "seconds", whole=True), "Processor time of one process.", "1200"),
    "memory_bytes": (
        between(300_000_000, _HUGE, "bytes", whole=True),
        "Address space of one process; NumPy itself takes 130 MB of it, SciPy 150 MB more.",
        "1_073_741_824",
    ),
    "processes": (between(8, 100_000, "processes", whole=True), "Threads and processes.", "64"),
    "descriptors": (between(16, 4096, "descriptors", whole=True), "Open files.", "64"),
    "output_bytes": (between(1, 1 << 30, "bytes", whole=True), "What the hand-in may print.", "1_048_576"),
}
FOR_THE_RUN = "run_seconds"  # a limit that no single task can have


def _keys() -> tuple[Key, ...]:
    robust = one_of(COUNTS, REMARK)
    keys = [
        Key("title", TEXT, "The course's name, above every report.", 'title = "Deep Learning, winter term"'),
        Key(
            "introduction",
            TEXT,
            "A few sentences above the results, in the terminal and on the pages.",
            'introduction = "Passed is what scores half of the points."',
        ),
        Key(
            "footer", TEXT, "A few sentences below the results.", 'footer = "Questions: the forum, or Tuesday at four."'
        ),
        Key(
            "dialects",
            NAMES,
            "The kinds of hand-in that are taken; others are turned away ungraded. Default: every kind.",
            'dialects = ["fau"]',
        ),
        Key(
            "packages",
            PACKAGES,
            "What hand-ins may import besides Python's own modules, by the name that one imports; what these need "
            "comes along. NumPy is always there.",
            'packages = ["numpy", "scipy"]',
        ),
        Key(
            "tasks.include",
            NAMES,
            "The tasks that this course grades: names of components or groups. Default: all.",
            '[tasks]\ninclude = ["ex1", "Conv"]',
        ),
        Key("tasks.exclude", NAMES, "Tasks or groups that are left out.", '[tasks]\nexclude = ["lenet"]'),
        Key(
            "groups.GROUP.TASK",
            POINTS,
            "What a task is worth in a group, which may be a new one; 0 takes it out. What is not named stays.",
            "[groups.ex3]\nRNN = 35\nDropout = 10",
        ),
        Key(
            "groups.GROUP.like",
            TEXT,
            "For a new group: it asks of each task what this group asks. Default: everything.",
            '[groups.retake]\nNeuralNetwork = 50\nlike = "ex2"',
        ),
        Key(
            "tiers.robust",
            robust,
            "Whether checks beyond the exercise's text cost points, like the others, or are a remark (the default).",
            '[tiers]\nrobust = "counts"',
        ),
        Key(
            "checks.CHECK.weight",
            WEIGHT,
            "The check's share of its task's points, in proportion to the others' (the default is mostly 1).",
            "[checks.input_gradient]\nweight = 4",
        ),
        Key(
            "checks.CHECK.points",
            POINTS,
            "So many of the task's points, over all of its groups, are this check's; the others share the rest. Needs "
            "the name of the task.",
            '[checks."RNN.memory_gradient"]\npoints = 3\ntier = "core"',
        ),
        Key(
            "checks.CHECK.tier",
            member(Tier),
            "core: costs points; robust: beyond the text, see tiers; style: always a remark.",
            '[checks.second_batch]\ntier = "robust"',
        ),
        Key(
            "checks.CHECK.visibility",
            member(Visibility),
            "visible; hidden: students see title and verdict, no numbers; after_due_date: the same, and Gradescope "
            "shows it then.",
            '[checks."RNN.memory_gradient"]\nvisibility = "hidden"',
        ),
    ]
    for name, (kind, meaning, example) in _LIMITS.items():
        keys.append(Key(f"limits.{name}", kind, meaning, f"[limits]\n{name} = {example}"))
    for name, (kind, meaning, example) in _LIMITS.items():
        if name != FOR_THE_RUN:
            keys.append(
                Key(f"limits.TASK.{name}", kind, f"For one task. {meaning}", f"[limits.Conv]\n{name} = {example}")
            )
    return tuple(keys)


KEYS = _keys()
