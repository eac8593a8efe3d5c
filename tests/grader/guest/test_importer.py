"""Imports in a guest: the hand-in from memory, the allowed packages, and nothing that tells the answers."""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType

import numpy as np
import pytest

from grader.guest.faults import Fault
from grader.guest.importer import Interface, MemoryFinder, decode_source, serve_files
from tests.grader.conftest import OpenSession

Files = Mapping[str, str]
Serve = Callable[..., MemoryFinder]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Make files importable for one test; module names of these tests begin with `zz_`."""
    before = list(sys.meta_path)

    def start(
        files: dict[str, str], roots: Sequence[str] = ("",), interface: dict[str, str] | None = None
    ) -> MemoryFinder:
        return serve_files(Interface(interface or {"zz_interface/__init__.py": ""}), files, roots)

    yield start
    sys.meta_path[:] = before
    for name in [name for name in sys.modules if name.startswith("zz_")]:
        del sys.modules[name]


def load(name: str) -> ModuleType:
    return importlib.import_module(name)


def test_module_of_a_folder_with_and_without_init(serve: Serve) -> None:
    serve(
        {
            "zz_plain/part.py": "value = 1",
            "zz_package/__init__.py": "from .part import value as known",
            "zz_package/part.py": "value = 2",
            "zz_package/deeper/still.py": "from ..part import value\nfrom zz_plain.part import value as other",
            "zz_top.py": "from zz_package import part",
        }
    )
    assert load("zz_plain.part").value == 1
    assert load("zz_package").known == 2
    assert load("zz_package.deeper.still").other == 1
    assert load("zz_top").part is load("zz_package.part")
    assert load("zz_plain.part").__file__ == "zz_plain/part.py"
    assert load("zz_plain").__path__ == []
    with pytest.raises(ModuleNotFoundError):
        load("zz_plain.nothing")
    with pytest.raises(ModuleNotFoundError):
        load("zz_nothing")


def test_roots_are_searched_in_turn(serve: Serve) -> None:
    serve({"src/zz_one.py": "where = 'src'", "zz_one.py": "where = 'top'", "zz_two.py": ""}, ("src/", ""))
    assert load("zz_one").where == "src"
    load("zz_two")


def test_init_that_raises_does_not_cost_its_neighbours(serve: Serve) -> None:
    for nr, trouble in enumerate(["1 / 0", "from os import nothing", "x = = 1", "raise SystemExit(3)", "input()"]):
        finder = serve({f"zz_broken{nr}/__init__.py": f"early = 1\n{trouble}", f"zz_broken{nr}/fine.py": "value = 3"})
        assert load(f"zz_broken{nr}.fine").value == 3
        assert list(finder.broken) == [f"zz_broken{nr}"]


def test_module_that_raises_says_so_each_time(serve: Serve) -> None:
    serve({"zz_bad.py": "1 / 0"})
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            load("zz_bad")


def test_traceback_names_file_and_line_and_shows_the_source(serve: Serve) -> None:
    serve({"zz_code/inner.py": "def fail():\n    # why\n    return 1 / 0\n"})
    with pytest.raises(ZeroDivisionError) as caught:
        load("zz_code.inner").fail()
    last = traceback.extract_tb(caught.value.__traceback__)[-1]
    assert (last.filename, last.lineno, last.line) == ("zz_code/inner.py", 3, "return 1 / 0")


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1\ny = (\n", 2),
        ("a\0b", 1),
        ("x = " + "(" * 5000 + ")" * 5000, 1),
        ("x = " + "-" * 200_000 + "1", 1),
        ("x = " + "9" * 5000, 1),
    ],
    ids=["unclosed", "zero byte", "parentheses", "signs", "digits"],
)
def test_source_that_cannot_be_compiled_is_a_syntax_error_with_its_place(serve: Serve, source: str, line: int) -> None:
    serve({"zz_wrong.py": source})
    with pytest.raises(SyntaxError) as caught:
        load("zz_wrong")
    assert (caught.value.filename, caught.value.lineno) == ("zz_wrong.py", line)
    assert caught.value.msg


def test_hand_in_shadows_neither_library_nor_interface(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("colorsys", "wave"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    files = {"colorsys.py": "mine = 1", "zz_face/__init__.py": "mine = 1", "zz_face/reference.py": "", "zz_own.py": ""}
    interface = {"zz_face/__init__.py": "theirs = 1", "zz_face/layer.py": "theirs = 1", "wave.py": "theirs = 1"}
    serve(files, interface=interface)
    assert not hasattr(load("colorsys"), "mine")
    assert load("zz_face").theirs
    assert load("zz_face.layer").theirs
    assert load("wave").theirs  # the interfaces come before everything else
    with pytest.raises(ModuleNotFoundError):
        load("zz_face.reference")
    load("zz_own")
    monkeypatch.delitem(sys.modules, "wave")


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("x = 'größe'\n".encode(), "x = 'größe'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"x = 1\r\ny = 2\rz = 3\n", "x = 1\ny = 2\nz = 3\n"),
        ("# gr\u00f6\u00dfe\nx = 1\n".encode("latin-1"), "# größe\nx = 1\n"),
        ("# -*- coding: latin-1 -*-\nx = '\u00f6'\n".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'ö'\n"),
        ("# coding: gbk\n# 卷积\n".encode("gbk"), "# coding: gbk\n# 卷积\n"),
        (b"# coding: no-such-thing\nx = 1\n", "# coding: no-such-thing\nx = 1\n"),
        (b"# coding: undefined\nx = 1\n", "# coding: undefined\nx = 1\n"),
        (b"# coding: rot13\nx = 1\n", "# coding: rot13\nx = 1\n"),
        (b"# coding: idna\nx..y\xff\n", "# coding: idna\nx..yÿ\n"),
        (b"\xef\xbb\xbf# coding: latin-1\nx = 1\n", "# coding: latin-1\nx = 1\n"),
        (b"\xef\xbb\xbf# \xff\n", "# ÿ\n"),
        (b"", ""),
    ],
)
def test_source_is_decoded_as_well_as_can_be(raw: bytes, text: str) -> None:
    assert decode_source(raw) == text


REPORTER = """
import importlib, sys
import numpy as np
class ReLU:
    def forward(self, x):
        found = []
        for name in {names!r}:
            try:
                importlib.import_module(name)
                found.append(1.0)
            except ImportError:
                found.append(0.0)
        return np.array(found)
"""


def test_guest_sees_interfaces_and_course_packages_and_no_answers(open_session: OpenSession) -> None:
    there = [
        "numpy",
        "numpy.linalg",
        "scipy.signal",
        "pluggy",
        "framework.layer",
        "framework.hookspecs",
        "json",
        "Layers",
    ]
    absent = ["framework.reference", "framework.reference.relu", "framework.datasets", "grader", "grader.oracle"]
    absent += ["torch", "sklearn", "matplotlib", "pytest", "tests", "dispatch", "numpy.torch"]
    names = there + absent
    sources = {"Layers/ReLU.py": REPORTER.format(names=names), "framework/__init__.py": "", "grader.txt": ""}
    session = open_session({**sources, "framework/reference/relu.py": "class ReLU: ..."})
    session.ask("make", {"handle": 1, "kind": "layer", "component": "ReLU", "init": {}, "seed": 1})
    answer = session.ask("call", {"handle": 1, "method": "forward"}, {"x": np.zeros(1)})[""]
    assert [name for name, can in zip(names, answer, strict=True) if can] == there


def test_fault_names_file_and_line_of_the_hand_in(open_session: OpenSession) -> None:
    helper = "def helper(x):\n    return x['no']\n"
    layer = "from .Base import helper\nclass ReLU:\n    def forward(self, x):\n        return helper({})\n"
    session = open_session({"src_to_implement/Layers/Base.py": helper, "src_to_implement/Layers/ReLU.py": layer})
    session.ask("make", {"handle": 1, "kind": "layer", "component": "ReLU", "init": {}, "seed": 1})
    with pytest.raises(Fault) as caught:
        session.ask("call", {"handle": 1, "method": "forward"}, {"x": np.zeros(1)})
    assert (caught.value.error, caught.value.where) == ("KeyError", "src_to_implement/Layers/Base.py:2")


def test_class_of_a_package_whose_init_raises_is_told_why(open_session: OpenSession) -> None:
    init = "from os import nothing\nclass ReLU: ...\n"
    session = open_session({"Layers/__init__.py": init, "Layers/Other.py": "class Other: ...\n"})
    with pytest.raises(Fault) as caught:
        session.ask("open", {"kind": "layer", "component": "ReLU"})
    assert (caught.value.error, caught.value.where) == ("ImportError", "Layers/__init__.py:1")
    assert "nothing" in caught.value.message
    assert session.ask("open", {"kind": "layer", "component": "Other"})["where"] == "Layers/Other.py"
