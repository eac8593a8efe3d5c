"""Finding classes by name in a hand-in's text."""

from __future__ import annotations

import pytest

from grader.guest.search import class_places, module_name


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
