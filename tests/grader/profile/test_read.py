"""Every mistake in a profile is told in one line, with the line of the file."""

from __future__ import annotations

import pytest

from grader.profile.errors import ProfileError
from grader.profile.keys import KEYS
from grader.profile.lines import key_lines, line_of
from grader.profile.model import Profile
from grader.profile.read import read_profile


def read(text: str) -> Profile:
    return read_profile(text, "course.toml")


def refused(text: str) -> str:
    """Return the line that a text is refused with."""
    with pytest.raises(ProfileError) as caught:
        read(text)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("\n\ntitel = 'x'\n", "course.toml:3: key titel: there is no such key; did you mean title?"),
        (
            "zzz = 1",
            "course.toml:1: key zzz: there is no such key; known: title, introduction, footer, dialects, packages,",
        ),
        ("[tiers]\nrobst = 'counts'", "course.toml:2: key tiers.robst: there is no such key in [tiers]; did you mean"),
        ("[tiers]\nrobust = true", 'course.toml:2: key tiers.robust: it takes one of "counts", "remark", not true'),
        ("[tiers]\nstyle = 'counts'", "course.toml:2: key tiers.style: there is no such key in [tiers]; known: robust"),
        ("title = 7", "course.toml:1: key title: it takes a text in quotes, not 7"),
        ("tasks = ['RNN']", "course.toml:1: key tasks: it is a table: [tasks]"),
        ("[tasks]\ninclude = 'RNN'", "course.toml:2: key tasks.include: it takes a list of names"),
        ("[groups]\nex1 = 5", "course.toml:2: key groups.ex1: it is a table: [groups.ex1]"),
        (
            "[groups.ex1]\n\nReLU = '5'",
            "course.toml:3: key groups.ex1.ReLU: it takes a number of points from 0 to 1e+06",
        ),
        ("[groups.ex1]\nReLU = -1", "course.toml:2: key groups.ex1.ReLU: it takes a number of points"),
        ("[groups.ex1]\nReLU = nan", "course.toml:2: key groups.ex1.ReLU: it takes a number of points"),
        ("[groups.ex1]\nReLU = true", "course.toml:2: key groups.ex1.ReLU: it takes a number of points"),
        (
            "[checks.forward_value]\nvisibilty = 'hidden'",
            "course.toml:2: key checks.forward_value.visibilty: there is no such key in [checks.forward_value]; did "
            "you mean visibility?",
        ),
        (
            '[checks."RNN.x"]\ntier = "hard"',
            'course.toml:2: key checks."RNN.x".tier: it takes one of "core", "robust",',
        ),
        ("[checks.RNN.x]\ntier = 'hard'", 'course.toml:2: key checks.RNN.x.tier: it takes one of "core", "robust",'),
        ("checks.x.weight = -1", "course.toml:1: key checks.x.weight: it takes a number from 0 to 1e+06, not -1"),
        ("checks.x.weight = 1" + "0" * 400, "course.toml:1: key checks.x.weight: it takes a number from 0 to 1e+06"),
        (
            "[limits]\nreply_second = 5",
            "course.toml:2: key limits.reply_second: there is no such key in [limits]; did you",
        ),
        (
            "[limits]\nreply_seconds = 0",
            "course.toml:2: key limits.reply_seconds: it takes a number of seconds from 0.01",
        ),
        ("[limits]\nprocesses = 9.5", "course.toml:2: key limits.processes: it takes a whole number of processes"),
        (
            "[limits.Conv]\nmemory_bytes = 1000",
            "course.toml:2: key limits.Conv.memory_bytes: it takes a whole number of",
        ),
        (
            "[limits.Conv]\nrun_seconds = 5",
            "course.toml:2: key limits.Conv.run_seconds: there is no such key in [limits.Conv]; did you mean",
        ),
        (
            "packages = [\n  'numpy',\n  'scikit-learn',\n]",
            "course.toml:3: key packages: 'scikit-learn' is no name that one imports",
        ),
        ("packages = ['framework']", "course.toml:1: key packages: framework is the grader's own"),
        ("packages = ['os']", "course.toml:1: key packages: os belongs to Python itself"),
        ("\ntitle = \n", "course.toml:2: not valid TOML: Invalid value (column 9)"),
        ("title = 'a'\ntitle = 'b'", "course.toml:2: not valid TOML: Cannot overwrite a value"),
        ("title = 'a'\n[tasks", "course.toml:2: not valid TOML: Expected ']'"),
        ("x = " + "9" * 5000, "course.toml:1: not valid TOML: Exceeds the limit"),
        ("x = " + "[" * 5000, "course.toml:1: not valid TOML: "),
    ],
)
def test_mistakes(text: str, message: str) -> None:
    assert refused(text).startswith(message)


def test_what_is_read() -> None:
    profile = read(
        """
        title = "Course"
        introduction = '''
        several
        lines'''
        packages = ["numpy", "numpy"]
        dialects = ["fau"]
        tasks.include = ["ex1"]
        tiers.robust = "counts"
        [groups.retake]
        like = "ex2"
        ReLU = 5
        [checks.RNN.memory_gradient]
        points = 3
        [checks."RNN.memory_on"]
        visibility = "hidden"
        [checks.second_batch]
        weight = 2
        [limits]
        reply_seconds = 5
        LeNet.reply_seconds = 50
        """.replace("\n        ", "\n")
    )
    assert profile.course.introduction == "several\nlines"
    assert (profile.packages, profile.dialects, profile.include) == (("numpy",), ("fau",), ("ex1",))
    assert (profile.groups, profile.like) == ({"retake": {"ReLU": 5.0}}, {"retake": "ex2"})
    assert profile.robust_counts
    assert {name: settings.points for name, settings in profile.checks.items()} == {
        "RNN.memory_gradient": 3.0,
        "RNN.memory_on": None,
        "second_batch": None,
    }
    assert (profile.limits, profile.task_limits) == ({"reply_seconds": 5.0}, {"LeNet": {"reply_seconds": 50.0}})


def test_an_empty_profile_says_nothing() -> None:
    assert read("") == Profile("course.toml")
    assert read("[tasks]\n[groups]\n[checks]\n[limits]\n") == Profile("course.toml")


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.path)
def test_the_example_of_every_key_is_a_profile(key: object) -> None:
    read(key.example)  # type: ignore[attr-defined]  # a Key


def test_windows_line_ends_and_places_of_keys() -> None:
    text = (
        "# top\r\n\r\na = [\r\n 'x', # with ] in it\r\n 'y']\r\n[t.'q.r']\r\nb = '''\r\n[no]\r\nc = 1'''\r\nd.e = 1\r\n"
    )
    lines = key_lines(text.replace("\r\n", "\n"))
    assert {path: line for path, (line, _) in lines.items()} == {
        ("a",): 3,
        ("t",): 6,
        ("t", "q.r"): 6,
        ("t", "q.r", "b"): 7,
        ("t", "q.r", "d"): 10,
        ("t", "q.r", "d", "e"): 10,
    }
    assert line_of(lines, ("a",), "y") == 5
    assert line_of(lines, ("t", "q.r", "nothing")) == 6
    assert line_of(lines, ("nothing",)) == 1
