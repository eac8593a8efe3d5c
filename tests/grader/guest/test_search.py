"""Finding classes by name in a hand-in's text."""

from __future__ import annotations

import pytest

from grader.guest.importer import decode_source
from grader.guest.search import class_places, module_name, what_is_wrong


def places(files: dict[str, str], component: str, preferred: str = "") -> list[tuple[str, str]]:
    return class_places(files, component, preferred)


def test_class_is_found_where_it_stands() -> None:
    files = {
        "a.py": "x = 1\nclass ReLU:\n    pass\n",
        "b.py": "class\tRNN(Base): ...\nclass Conv (Base): ...",
        "c.py": "from a import ReLU\n    class Dropout: ...\nclassy = ReLU\n# class Flatten: ...\n",
        "d.py": "class ReLUX: ...\nclass MyReLU: ...",
    }
    assert places(files, "ReLU") == [("a.py", "ReLU")]
    assert places(files, "RNN") == [("b.py", "RNN")]
    assert places(files, "Conv") == [("b.py", "Conv")]
    assert places(files, "Dropout") == places(files, "Flatten") == places(files, "Pooling") == []


@pytest.mark.parametrize("name", ["Softmax", "softmax", "Soft_Max", "SOFTMAX", "SoftMax"])
def test_case_and_underscores_do_not_matter(name: str) -> None:
    assert places({"x.py": f"class {name}: ..."}, "SoftMax") == [("x.py", name)]
    assert places({"x.py": f"class {name}Loss: ..."}, "SoftMax") == []


def test_usual_place_comes_first_then_exact_name_then_depth_then_alphabet() -> None:
    files = {
        "zz/Layers/ReLU.py": "class relu: ...",
        "b.py": "class relu: ...",
        "deep/er/a.py": "class ReLU: ...",
        "d.py": "class ReLU: ...",
        "c.py": "class ReLU: ...",
    }
    assert [file for file, _ in places(files, "ReLU", "Layers/ReLU.py")] == [
        "zz/Layers/ReLU.py",
        "c.py",
        "d.py",
        "deep/er/a.py",
        "b.py",
    ]
    assert places(files, "ReLU")[0] == ("c.py", "ReLU")


def test_usual_place_is_a_path_not_an_ending() -> None:
    files = {"OldLayers/ReLU.py": "class ReLU: ...", "a/b/c.py": "class ReLU: ..."}
    assert places(files, "ReLU", "Layers/ReLU.py")[0][0] == "OldLayers/ReLU.py"  # by depth alone
    files["x/y/z/Layers/ReLU.py"] = "class ReLU: ..."
    assert places(files, "ReLU", "Layers/ReLU.py")[0][0] == "x/y/z/Layers/ReLU.py"


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"def oops(:", "Layers/RNN.py is there but is not Python: SyntaxError in line 1: invalid syntax"),
        (b"x = 1\n)", "Layers/RNN.py is there but is not Python: SyntaxError in line 2: unmatched ')'"),
        (b"x = 1\n\n\0", "Layers/RNN.py is there but is not Python: it holds zero bytes"),
        ("class RNN: ...".encode("utf-16"), "Layers/RNN.py is there but in UTF-16; save it as UTF-8"),
        ("class RNN: ...".encode("utf-16-be"), "Layers/RNN.py is there but in UTF-16; save it as UTF-8"),
        ("class RNN: ...".encode("utf-16-le"), "Layers/RNN.py is there but in UTF-16; save it as UTF-8"),
        (bytes(range(254, 0, -1)), "Layers/RNN.py is there but is not Python: SyntaxError in line "),
        (b"-" * 99_999 + b"1", "Layers/RNN.py is there but is not Python: "),
        (b"\n \n", "Layers/RNN.py is empty"),
        (b"pattern = '\\d'", "Layers/RNN.py defines no class at its top level"),
        (b"class Elman: ...\nclass Cell: ...", "Layers/RNN.py defines Elman, Cell"),
        (b"\n".join(b"class C%d: ..." % n for n in range(9)), "Layers/RNN.py defines C0, C1, C2, C3, C4, …"),
    ],
)
def test_usual_file_without_the_class_says_what_it_is(raw: bytes, said: str) -> None:
    assert what_is_wrong({"Layers/RNN.py": decode_source(raw), "RNN.py": ""}, "Layers/RNN.py").startswith(said)


def test_only_the_usual_file_is_spoken_of() -> None:
    assert what_is_wrong({"RNN.py": "", "OldLayers/RNN.py": ""}, "Layers/RNN.py") == ""


@pytest.mark.parametrize(
    ("roots", "filename", "module"),
    [
        (("",), "Layers/ReLU.py", "Layers.ReLU"),
        (("src/", ""), "src/Layers/ReLU.py", "Layers.ReLU"),
        (("src/", ""), "other/ReLU.py", "other.ReLU"),
        (("a/src/", "a/", ""), "a/extra.py", "extra"),
        (("",), "Layers/__init__.py", "Layers"),
        (("src/",), "elsewhere/x.py", "elsewhere.x"),
        (("",), "NeuralNetwork.py", "NeuralNetwork"),
    ],
)
def test_module_name(roots: tuple[str, ...], filename: str, module: str) -> None:
    assert module_name(roots, filename) == module
