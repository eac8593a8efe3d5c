"""What an allowed package brings along, and what never comes with it."""

from __future__ import annotations

import os

from grader.sandbox.requirements import library_folders, with_requirements
from grader.sandbox.visible import USUAL, packages, visible


def test_what_a_package_needs_comes_along() -> None:
    assert with_requirements(("jinja2",)) == ("jinja2", "markupsafe")
    assert with_requirements(("numpy", "scipy", "nowhere")) == ("numpy", "scipy", "nowhere")
    assert "distributed" not in with_requirements(("dask",))  # an extra
    assert set(with_requirements(("distributed",))) >= {"distributed", "dask", "tornado"}


def test_the_grader_never_comes_along() -> None:
    assert with_requirements(("grader", "framework")) == ()


def test_files_and_folders_that_guests_see() -> None:
    assert set(packages()) == set(packages(USUAL)) == {"numpy", "pluggy", "scipy"}
    assert set(packages(())) == {"numpy", "pluggy"}
    assert set(packages(("nowhere", "jinja2"))) == {"jinja2", "markupsafe", "numpy", "pluggy"}
    folders = visible(("tabulate",)).folders
    assert not [folder for folder in folders if folder.endswith("site-packages")]
    assert any(os.path.basename(folder) == "tabulate" for folder in folders)
    assert not any(os.path.basename(folder) == "scipy" for folder in folders)


def test_where_wheels_keep_their_libraries() -> None:
    assert library_folders("numpy") == ["numpy.libs"]
    assert "pillow.libs" in library_folders("PIL")
    assert library_folders("nowhere") == ["nowhere.libs"]
    assert "torchgen" in with_requirements(("torch",))  # one project, several names to import
